from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import ContactQuerySet
from lib.audit import audited


@audited()
class Contact(models.Model):
    """A person at a customer. Contacts never log in here."""

    class Role(models.TextChoices):
        CHAMPION = "champion", _("Champion")
        DECISION_MAKER = "decision_maker", _("Decision maker")
        ADMINISTRATOR = "administrator", _("Administrator")
        BILLING = "billing", _("Billing")
        MEMBER = "member", _("Member")

    class Consent(models.TextChoices):
        UNKNOWN = "unknown", _("Not asked")
        RELATION = "relation", _("Business relation")
        GIVEN = "given", _("Given")
        REFUSED = "refused", _("Refused")

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="contacts", verbose_name=_("customer")
    )
    external_id = models.CharField(_("external id"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    kana = models.CharField(_("reading"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    title = models.CharField(_("job title"), max_length=100, blank=True)
    role = models.CharField(_("role"), max_length=15, choices=Role.choices, default=Role.MEMBER)
    language = models.CharField(
        _("language"), max_length=2, blank=True, choices=[("en", "English"), ("ja", "日本語")]
    )
    consent = models.CharField(
        _("consent"), max_length=10, choices=Consent.choices, default=Consent.RELATION
    )
    bounced_at = models.DateTimeField(_("bounced"), null=True, blank=True)
    left_at = models.DateTimeField(_("left the company"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=["customer", "name"], name="contact_by_customer"),
            models.Index(fields=["email"], name="contact_by_email"),
            models.Index(fields=["created_at", "id"], name="contact_by_creation"),
            models.Index(
                fields=["id"], name="contact_bounced",
                condition=models.Q(bounced_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name or self.email or self.external_id

    def speaks(self) -> str:
        """The language to write in: the contact's own, else the customer's."""
        return self.language or self.customer.language
