from django.db import models
from django.utils.translation import gettext_lazy as _


class UsageEventLine(models.Model):
    """A usage event with a key of one text, because Django admin knows no composite keys.

    A view over the append-only table, to be asked with a customer only.
    """

    key = models.CharField(_("key"), max_length=300, primary_key=True)
    customer_id = models.BigIntegerField(_("customer"))
    occurred_at = models.DateTimeField(_("when"))
    received_at = models.DateTimeField(_("received"))
    source_id = models.BigIntegerField(_("source"))
    message_id = models.CharField(_("message"), max_length=200)
    person = models.CharField(_("person"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10)
    name = models.CharField(_("name"), max_length=200)
    quantity = models.IntegerField(_("quantity"))
    seconds = models.IntegerField(_("seconds"))
    properties = models.JSONField(_("properties"))

    class Meta:
        managed = False
        db_table = "customers_usageeventline"
        verbose_name = _("usage event")
        verbose_name_plural = _("usage events")

    def __str__(self) -> str:
        return f"{self.name} {self.occurred_at:%Y-%m-%d %H:%M}"
