from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.audit import audited


@audited()
class Topic(models.Model):
    """Something contacts may stop hearing about: surveys, a newsletter, product tips."""

    key = models.SlugField(_("key"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=100)
    name_ja = models.CharField(_("name in Japanese"), max_length=100)
    is_operational = models.BooleanField(
        _("cannot be stopped"), default=False,
        help_text=_("Only for mail the contract needs, such as invoices."),
    )  # fmt: skip

    class Meta:
        ordering = ["key"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name_en

    def name_in(self, language: str) -> str:
        return self.name_ja if language == "ja" else self.name_en
