import functools
from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from customers.querysets import CustomerQuerySet
from lib.audit import audited
from lib.money import reporting_currency, validate_currency
from lib.searching import LetterPairs, search_key

# Customers change hands by page, file, API and back office, one by one and by thousands; whoever
# takes over finds the open work of whoever had it, and work that nobody had.
TASKS_GO_ALONG = pgtrigger.Trigger(
    name="open_tasks_go_along_with_their_customer",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("csm_id"),  # type: ignore[no-untyped-call]  # of the library
    condition=pgtrigger.Q(old__csm__df=pgtrigger.F("new__csm"), new__csm__isnull=False),
    func="""
        UPDATE customers_task SET assignee_id = NEW.csm_id
        WHERE customer_id = NEW.id AND done_at IS NULL AND dropped_at IS NULL
            AND (assignee_id = OLD.csm_id OR assignee_id IS NULL);
        RETURN NULL;
    """,
)


@audited(exclude=["search_text", "last_touch_at", "updated_at"])
class Customer(models.Model):
    """A company that pays us: the account that signs the contract, not a person there."""

    class Stage(models.TextChoices):
        ONBOARDING = "onboarding", _("Onboarding")
        ADOPTING = "adopting", _("Adopting")
        GROWING = "growing", _("Growing")
        RENEWING = "renewing", _("Renewing")
        LEAVING = "leaving", _("Leaving")
        CHURNED = "churned", _("Churned")
        DETECTED = "detected", _("Detected")

    class Touch(models.TextChoices):
        HIGH = "high", _("High touch")
        LOW = "low", _("Low touch")
        TECH = "tech", _("Tech touch")

    class ChurnReason(models.TextChoices):
        PRICE = "price", _("Price")
        PRODUCT = "product", _("Missing features")
        SUPPORT = "support", _("Support")
        COMPETITOR = "competitor", _("Competitor")
        BUDGET = "budget", _("Budget")
        NO_USE = "no_use", _("Not used")
        BANKRUPTCY = "bankruptcy", _("Closed down")
        OTHER = "other", _("Other")

    external_id = models.CharField(_("external id"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kana = models.CharField(_("reading"), max_length=200, blank=True)
    domain = models.CharField(_("domain"), max_length=200, blank=True)
    segment = models.CharField(_("segment"), max_length=50, blank=True)
    stage = models.CharField(
        _("lifecycle stage"), max_length=12, choices=Stage.choices, default=Stage.ADOPTING
    )
    touch = models.CharField(
        _("touch tier"), max_length=4, choices=Touch.choices, default=Touch.LOW
    )
    csm = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="customers",
        verbose_name=_("CSM"),
    )  # fmt: skip
    team = models.ForeignKey(
        "accounts.Team", models.SET_NULL, null=True, blank=True, related_name="customers",
        verbose_name=_("team"),
    )  # fmt: skip
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children",
        verbose_name=_("parent"),
    )  # fmt: skip
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("en", "English"), ("ja", "日本語")], default="en"
    )
    currency = models.CharField(
        _("currency"), max_length=3, default=reporting_currency, validators=[validate_currency]
    )
    attributes = models.JSONField(_("custom attributes"), default=dict, blank=True)
    started_on = models.DateField(_("customer since"), null=True, blank=True)
    churned_on = models.DateField(_("churned on"), null=True, blank=True)
    churn_reason = models.CharField(
        _("churn reason"), max_length=12, choices=ChurnReason.choices, blank=True
    )
    search_text = models.TextField(editable=False, default="")
    last_touch_at = models.DateTimeField(_("last touch"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        triggers = [TASKS_GO_ALONG]
        ordering = ["name", "pk"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(
                name="customer_churns_after_it_starts",
                condition=Q(churned_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(churned_on__gte=F("started_on")),
            ),
            models.CheckConstraint(
                name="customer_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
        ]
        indexes = [
            # The Customers page sorted by name, all and one CSM's.
            models.Index(fields=["name", "id"], name="customer_by_name"),
            models.Index(fields=["csm", "name", "id"], name="customer_by_csm_and_name"),
            # The Customers page sorted by last touch; its choice of segments, and its filters.
            models.Index(
                F("last_touch_at").asc(nulls_first=True), "id", name="customer_by_last_touch"
            ),
            models.Index(
                fields=["segment", "touch", "stage", "id"], name="customer_by_segment_and_touch"
            ),
            # Lists leave out who has left.
            models.Index(
                fields=["churned_on", "id"],
                name="customer_churned",
                condition=Q(churned_on__isnull=False),
            ),
            # Search; what an import leaves unsorted is read by each search, so it is little (kB).
            GinIndex(
                LetterPairs("search_text"),
                name="customer_by_letter_pairs",
                gin_pending_list_limit=256,
            ),
            # Delta reads of the API.
            models.Index(fields=["updated_at", "id"], name="customer_by_update"),
            models.Index(fields=["created_at", "id"], name="customer_by_creation"),
            # Ingest finds a customer by the domain of an address.
            models.Index(fields=["domain"], name="customer_by_domain", condition=~Q(domain="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        before, after = _address_of_any()
        return f"{before}{self.pk}{after}"

    @property
    def standing(self) -> str:
        """Stage and touch in words."""
        return _standing(self.stage, self.touch, get_language())

    def is_active_on(self, day: date) -> bool:
        """The churn day is the first day without the customer."""
        if self.started_on is None and self.stage == self.Stage.DETECTED:
            return False
        has_started = self.started_on is None or self.started_on <= day
        return has_started and (self.churned_on is None or self.churned_on > day)

    def refresh_search_text(self) -> None:
        """To be called before saving a changed name, reading, domain or external id."""
        self.search_text = search_key(self.name, self.kana, self.domain, self.external_id)

    def mark_churned(self, *, on: date, reason: str) -> bool:
        """Close the relationship. False when somebody else closed it first."""
        still_open = Customer.objects.filter(pk=self.pk, churned_on__isnull=True)
        won = still_open.update(
            churned_on=on, churn_reason=reason, stage=self.Stage.CHURNED, updated_at=timezone.now()
        )
        if won:
            self.churned_on, self.churn_reason, self.stage = on, reason, self.Stage.CHURNED
        return bool(won)

    def clean(self) -> None:
        super().clean()
        self.refresh_search_text()

    def attribute(self, key: str) -> Any:
        return self.attributes.get(key)


STAGE_WORDS: dict[str, Promise | str] = dict(Customer.Stage.choices)
TOUCH_WORDS: dict[str, Promise | str] = dict(Customer.Touch.choices)


@functools.lru_cache(maxsize=256)
def _standing(stage: str, touch: str, _language: str | None) -> str:
    """`get_…_display` translates every choice to find one; a list has fifty times the same few."""
    return f"{STAGE_WORDS[stage]} · {TOUCH_WORDS[touch]}"


@functools.cache
def _address_of_any() -> tuple[str, str]:
    """What stands around the key in the address of a customer; a list would look it up per line."""
    before, _key, after = reverse("customers:customer_detail", args=[0]).rpartition("0")
    return before, after
