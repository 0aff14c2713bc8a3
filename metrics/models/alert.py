from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet
from lib.audit import audited_by_people
from lib.stamps import stamped, updated_at


# The night raises and settles; what people do with alerts leaves a trace.
@audited_by_people(exclude=["updated_at"])
class Alert(models.Model):
    """A rule fired for a customer: an event (raised) and a state (until it settles)."""

    class Kind(models.TextChoices):
        SCORE_FELL = "score_fell", _("Health fell")
        WENT_RED = "went_red", _("Health went red")
        USAGE_FELL = "usage_fell", _("Usage fell by half")
        RENEWAL_UNTOUCHED = "renewal_untouched", _("Renewal ahead without a touch")
        DETRACTOR = "detractor", _("Detractor")

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="alerts", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    # What the alert is about, so that a second detractor is a second alert: a day or an id.
    subject = models.CharField(max_length=60, blank=True)
    # The figures behind it, for the sentence on the page.
    details = models.JSONField(default=dict)
    day = models.DateField(_("day"))
    raised_at = models.DateTimeField(_("raised"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("dismissed by"),
    )  # fmt: skip
    dismiss_reason = models.CharField(_("why dismissed"), max_length=200, blank=True)
    task = models.OneToOneField(
        "customers.Task", models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("task"),
    )  # fmt: skip
    updated_at = updated_at()

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-pk"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            # A dismissed alert stays unsettled while its cause lasts, so nothing raises it again.
            models.UniqueConstraint(
                fields=["customer", "kind", "subject"],
                condition=Q(settled_at__isnull=True),
                name="alert_unsettled_once_per_cause",
            )
        ]
        triggers = [stamped("alert_is_stamped")]
        indexes = [
            models.Index(fields=["updated_at", "id"], name="alert_by_update"),
            models.Index(fields=["customer", "-raised_at"], name="alert_by_customer"),
            # The night settles what is unsettled, range of customers by range of customers.
            models.Index(
                fields=["customer"], name="alert_unsettled",
                condition=Q(settled_at__isnull=True),
            ),
            models.Index(
                fields=["-raised_at", "id"], name="alert_open",
                condition=Q(settled_at__isnull=True, dismissed_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"

    @property
    def is_open(self) -> bool:
        return self.settled_at is None and self.dismissed_at is None

    def dismiss(self, *, by: object, reason: str) -> bool:
        """False when it was settled or dismissed before."""
        still_open = Alert.objects.filter(
            pk=self.pk, settled_at__isnull=True, dismissed_at__isnull=True
        )
        return bool(
            still_open.update(dismissed_at=timezone.now(), dismissed_by=by, dismiss_reason=reason)
        )
