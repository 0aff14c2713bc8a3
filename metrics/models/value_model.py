from django.db import models
from django.utils.translation import gettext_lazy as _


class ValueModel(models.Model):
    """A model of lifetime value as it was fitted on a day: its parameters in full precision."""

    class Name(models.TextChoices):
        BG_NBD = "bg_nbd", "BG/NBD"
        GAMMA_GAMMA = "gamma_gamma", "Gamma-Gamma"

    name = models.CharField(_("model"), max_length=12, choices=Name.choices)
    day = models.DateField(_("fitted on"))
    n = models.IntegerField(_("customers"))
    parameters = models.JSONField(_("parameters"))
    log_likelihood = models.FloatField(_("log-likelihood"))

    class Meta:
        ordering = ["name", "-day"]
        verbose_name = _("model of lifetime value")
        verbose_name_plural = _("models of lifetime value")
        constraints = [
            models.UniqueConstraint(fields=["name", "day"], name="value_model_once_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} {self.day}"
