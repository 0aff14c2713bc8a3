"""What lists of facts can be narrowed to."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as django_filters

from accounts.api.filtering import (
    EXACT,
    LINK,
    RANGE,
    RANGE_OR_EMPTY,
    MomentFilter,
    StrictFilterSet,
    YesNoFilter,
)
from accounts.api.problem import ParameterError
from customers.attributes import declared_attributes
from customers.models import (
    Attribute,
    Contact,
    CostLine,
    Customer,
    ExchangeRate,
    ImportRun,
    Product,
    Purchase,
    RoleRate,
    Subscription,
    SubscriptionVersion,
    Task,
    Ticket,
    Touchpoint,
)

ATTRIBUTE = "attr."


class CustomerFilter(StrictFilterSet):
    q = django_filters.CharFilter(method="search", max_length=200)
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")
    health_band = django_filters.CharFilter(field_name="snapshot__health_band")
    mrr__gte = django_filters.NumberFilter(field_name="snapshot__mrr", lookup_expr="gte")
    mrr__lte = django_filters.NumberFilter(field_name="snapshot__mrr", lookup_expr="lte")

    class Meta(StrictFilterSet.Meta):
        model = Customer
        fields = {
            "external_id": EXACT, "domain": EXACT, "segment": EXACT, "stage": EXACT,
            "touch": EXACT, "csm": LINK, "team": LINK, "parent": LINK, "industry": EXACT,
            "language": EXACT, "currency": EXACT, "churn_reason": EXACT,
            "started_on": RANGE_OR_EMPTY, "churned_on": RANGE_OR_EMPTY,
            "last_touch_at": RANGE_OR_EMPTY[1:], "created_at": RANGE[1:],
        }  # fmt: skip

    def search(self, rows: QuerySet, name: str, text: str) -> QuerySet:
        return rows.matching(text)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        wanted = {n: v for n, v in self.data.items() if n.startswith(ATTRIBUTE)}
        declared = declared_attributes() if wanted else {}
        for name, text in wanted.items():
            attribute = declared.get(name.removeprefix(ATTRIBUTE))
            if attribute is None:
                message = _("No attribute with this key is declared.")
                raise ParameterError({name: [message]}, "unknown_parameter")
            value = _attribute_value(attribute, name, text)
            found = found.filter(attributes__contains={attribute.key: value})
        return found


def _attribute_value(attribute: Attribute, name: str, text: str) -> object:
    if "\x00" in text:
        raise ParameterError({name: [_("Text must not hold U+0000.")]})
    try:
        if attribute.type == Attribute.Type.NUMBER:
            return float(text)
        if attribute.type == Attribute.Type.BOOLEAN:
            return {"true": True, "false": False}[text]
    except (ValueError, KeyError):
        message = _("This does not fit the type “%(type)s”.")
        raise ParameterError({name: [message % {"type": attribute.get_type_display()}]}) from None
    return text


class ContactFilter(StrictFilterSet):
    q = django_filters.CharFilter(method="search", max_length=200)
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta(StrictFilterSet.Meta):
        model = Contact
        fields = {
            "customer": EXACT, "external_id": EXACT, "email": EXACT, "role": EXACT,
            "language": EXACT, "consent": EXACT, "bounced_at": RANGE_OR_EMPTY[1:],
            "left_at": RANGE_OR_EMPTY[1:], "created_at": RANGE[1:],
        }  # fmt: skip

    def search(self, rows: QuerySet, name: str, text: str) -> QuerySet:
        return rows.filter(
            Q(name__icontains=text) | Q(kana__icontains=text) | Q(email__icontains=text)
        )


class ImportFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = ImportRun
        fields = {
            "noun": EXACT, "state": EXACT, "uploaded_by": LINK, "created_at": RANGE[1:],
            "finished_at": RANGE_OR_EMPTY[1:],
        }  # fmt: skip


class AttributeFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = Attribute
        fields = {"key": EXACT, "type": EXACT}


class ProductFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = Product
        fields = {"external_id": EXACT, "name": EXACT}


class ExchangeRateFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = ExchangeRate
        fields = {"currency": EXACT, "month": RANGE}


class CostLineFilter(StrictFilterSet):
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta(StrictFilterSet.Meta):
        model = CostLine
        fields = {
            "external_id": EXACT, "kind": EXACT, "customer": LINK, "currency": EXACT,
            "starts_on": RANGE, "until": RANGE, "amount": RANGE, "created_at": RANGE[1:],
        }  # fmt: skip


class RoleRateFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = RoleRate
        fields = {"role": EXACT, "effective_on": RANGE}


class SubscriptionFilter(StrictFilterSet):
    updated_since = MomentFilter(method="changed_since")

    class Meta(StrictFilterSet.Meta):
        model = Subscription
        fields = {
            "customer": EXACT, "product": LINK, "external_id": EXACT, "created_at": RANGE[1:],
        }  # fmt: skip

    def changed_since(self, rows: QuerySet, name: str, moment: datetime) -> QuerySet:
        """A new version changes its subscription."""
        versions = SubscriptionVersion.objects.filter(recorded_at__gte=moment)
        is_changed = Q(updated_at__gte=moment) | Q(pk__in=versions.values("subscription"))
        return rows.filter(is_changed)


class PurchaseFilter(StrictFilterSet):
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta(StrictFilterSet.Meta):
        model = Purchase
        fields = {
            "customer": EXACT, "external_id": EXACT, "number": EXACT, "currency": EXACT,
            "purchased_on": RANGE, "due_on": RANGE_OR_EMPTY, "paid_on": RANGE_OR_EMPTY,
            "amount": RANGE, "created_at": RANGE[1:],
        }  # fmt: skip


class TouchpointFilter(StrictFilterSet):
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta(StrictFilterSet.Meta):
        model = Touchpoint
        fields = {
            "external_id": EXACT, "customer": EXACT, "contact": LINK, "author": LINK,
            "kind": EXACT, "happened_at": RANGE[1:], "created_at": RANGE[1:],
        }  # fmt: skip


class TaskFilter(StrictFilterSet):
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")
    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=200)
    is_open = YesNoFilter(method="only_open")

    class Meta(StrictFilterSet.Meta):
        model = Task
        fields = {
            "external_id": EXACT, "customer": LINK, "assignee": LINK, "type": EXACT,
            "priority": EXACT, "reason": EXACT, "due_on": RANGE_OR_EMPTY,
            "snoozed_until": RANGE_OR_EMPTY, "done_at": RANGE_OR_EMPTY[1:], "created_at": RANGE[1:],
        }  # fmt: skip

    def only_open(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        is_open = Q(done_at__isnull=True, dropped_at__isnull=True)
        return rows.filter(is_open if value else ~is_open)


class TicketFilter(StrictFilterSet):
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")
    q = django_filters.CharFilter(field_name="subject", lookup_expr="icontains", max_length=200)

    class Meta(StrictFilterSet.Meta):
        model = Ticket
        fields = {
            "customer": EXACT, "external_id": EXACT, "priority": EXACT, "is_escalated": ["exact"],
            "satisfaction": RANGE_OR_EMPTY, "opened_at": RANGE[1:],
            "closed_at": RANGE_OR_EMPTY[1:], "created_at": RANGE[1:],
        }  # fmt: skip
