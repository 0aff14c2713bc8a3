from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet
from lib.audit import audited
from lib.stamps import stamped, updated_at


@audited(exclude=["updated_at"])
class Ticket(models.Model):
    """A support case a customer opened with us."""

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="tickets", verbose_name=_("customer")
    )
    external_id = models.CharField(_("external id"), max_length=200, unique=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority.choices, default=Priority.MEDIUM
    )
    opened_at = models.DateTimeField(_("opened"))
    first_response_at = models.DateTimeField(_("first answer"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction (1-5)"), null=True, blank=True)
    is_escalated = models.BooleanField(_("escalated"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = updated_at()

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        triggers = [stamped("ticket_is_stamped")]
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.CheckConstraint(
                name="ticket_satisfaction_is_1_to_5",
                condition=models.Q(satisfaction__isnull=True)
                | models.Q(satisfaction__gte=1, satisfaction__lte=5),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-opened_at"], name="ticket_by_customer"),
            models.Index(
                fields=["customer"], name="ticket_open_and_urgent",
                condition=models.Q(closed_at__isnull=True, priority="urgent"),
            ),
            models.Index(fields=["created_at", "id"], name="ticket_by_creation"),
            models.Index(fields=["updated_at", "id"], name="ticket_by_update"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject or self.external_id
