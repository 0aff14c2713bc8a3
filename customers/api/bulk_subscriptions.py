"""Many contract lines at once: new ones begin, known ones get a version where terms differ."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.serializers import ErrorDetail

from customers.api.bulk import ItemRefused, Upsert
from customers.api.serializers.contracts import too_much_with_what_was_carried
from customers.contracting import WorthTooMuchError, add_version
from customers.models import Discount, Subscription, SubscriptionVersion

WINDOW = ("percent", "amount", "starts_on", "ends_on")


class SubscriptionUpsert(Upsert):
    """Versions of what is known are read once; new lines with their versions inserted together."""

    def __init__(self, view: Any, items: list[Mapping[str, Any]]) -> None:
        super().__init__(view, items)
        self.versions: dict[int, list[SubscriptionVersion]] = defaultdict(list)
        known = SubscriptionVersion.objects.filter(subscription__in=self.mine.values())
        order = ("effective_on", "recorded_at", "pk")
        for version in known.prefetch_related("discounts").order_by(*order):
            self.versions[version.subscription_id].append(version)

    def insert(self, records: list[Subscription]) -> None:
        Subscription.objects.bulk_create(records, batch_size=500)
        versions, windows = [], []
        for record in records:
            terms = dict(record.first_terms)  # type: ignore[attr-defined]  # from the view
            discounts = terms.pop("discounts", [])
            version = SubscriptionVersion(
                subscription=record, **{"currency": record.customer.currency, **terms}
            )
            versions.append(version)
            windows += [Discount(version=version, **window) for window in discounts]
        SubscriptionVersion.objects.bulk_create(versions, batch_size=500)
        Discount.objects.bulk_create(windows, batch_size=500)

    def change(self, record: Subscription, values: dict[str, Any]) -> bool:
        customer = values.get("customer")
        if customer is not None and customer.pk != record.customer_id:
            message = str(_("This id belongs to another customer already. Use a new id."))
            raise ItemRefused({"customer": [ErrorDetail(message, "other_customer")]})
        is_changed = False
        if "product" in values and values["product"] != record.product:
            record.product = values["product"]
            record.save(update_fields=["product"])
            is_changed = True
        terms = values.get("terms")
        if terms and self._differs(record, terms):
            self._add(record, terms)
            is_changed = True
        return is_changed

    def _add(self, record: Subscription, terms: dict[str, Any]) -> None:
        try:
            add_version(record, terms)
        except WorthTooMuchError:
            errors = too_much_with_what_was_carried(terms)
            found = {
                name: [ErrorDetail(str(said), "too_much") for said in messages]
                for name, messages in errors.items()
            }
            raise ItemRefused({"terms": found}) from None

    def _differs(self, record: Subscription, terms: dict[str, Any]) -> bool:
        """Whether the version that rules on that day says anything else."""
        ruling = self._ruling(record, terms["effective_on"])
        if ruling is None:
            return True
        said = {name: value for name, value in terms.items() if name not in ("discounts", "reason")}
        del said["effective_on"]
        if any(getattr(ruling, name) != value for name, value in said.items()):
            return True
        windows = [
            {name: getattr(window, name) for name in WINDOW} for window in ruling.discounts.all()
        ]
        if "discounts" not in terms:
            return False
        return windows != [{name: w.get(name) for name in WINDOW} for w in terms["discounts"]]

    def _ruling(self, record: Subscription, day: date) -> SubscriptionVersion | None:
        in_force = [v for v in self.versions[record.pk] if v.effective_on <= day]
        return in_force[-1] if in_force else None
