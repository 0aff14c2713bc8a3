from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonSeen(models.Model):
    """Since when a person at a customer is active: who was there before a window returns."""

    customer_id = models.BigIntegerField(_("customer"))
    person = models.CharField(_("person"), max_length=200)
    first_day = models.DateField(_("first active on"))

    class Meta:
        ordering = ["customer_id", "person"]
        verbose_name = _("person seen")
        verbose_name_plural = _("people seen")
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "person"], name="person_is_seen_once")
        ]
        indexes = [models.Index(fields=["first_day"], name="person_seen_by_first_day")]

    def __str__(self) -> str:
        return self.person
