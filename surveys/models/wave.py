from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited
from surveys.querysets import WaveQuerySet


@audited()
class Wave(models.Model):
    """One sending of a survey to an audience."""

    survey = models.ForeignKey(
        "surveys.Survey", models.CASCADE, related_name="waves", verbose_name=_("survey")
    )
    version = models.ForeignKey(
        "surveys.SurveyVersion", models.PROTECT, related_name="waves", verbose_name=_("version")
    )
    name = models.CharField(_("name"), max_length=200)
    # Who is asked: {"segment": …, "touch": …, "csm": …, "roles": […], "language": …,
    # "customers": keys of those chosen one by one, or None}
    audience = models.JSONField(_("audience"), default=dict, blank=True)
    mailing = models.OneToOneField(
        "outreach.Mailing", models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("mailing"),
    )  # fmt: skip
    skipped = models.JSONField(_("left out"), default=dict, blank=True)
    # Set when everybody of the audience has an invitation or a reason why not.
    planned_at = models.DateTimeField(_("planned"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("sent by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = WaveQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("wave")
        verbose_name_plural = _("waves")

    def __str__(self) -> str:
        return self.name
