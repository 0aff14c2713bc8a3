from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.audit import audited
from surveys.querysets import SurveyQuerySet


@audited()
class Survey(models.Model):
    """A question we keep asking, through all its wordings."""

    class Kind(models.TextChoices):
        NPS = "nps", _("NPS (0-10)")
        CSAT = "csat", _("CSAT (1-5)")
        CES = "ces", _("CES (1-7)")
        # Low is good here: turned round with 6 - x before it is counted (SUR-3).
        EFFORT = "ces5", _("Effort (1-5)")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.NPS)
    # Asked by an earlier tool: closed, never sent, and known by name and kind.
    is_imported = models.BooleanField(_("imported"), default=False, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "kind"], name="imported_survey_is_known_by_name_and_kind",
                condition=models.Q(is_imported=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def latest_version(self) -> "SurveyVersion | None":
        return self.versions.order_by("-number").first()

    def published_version(self) -> "SurveyVersion | None":
        return self.versions.filter(published_at__isnull=False).order_by("-number").first()


@audited()
class SurveyVersion(models.Model):
    """One wording of a survey in its languages. Never changed once it was used.

    `texts` is `{"en": {"question": …, "low": …, "high": …, "promoter": …, "passive": …,
    "detractor": …, "neutral": …, "button": …, "thanks": …, "subject": …, "intro": …}, "ja": …}`.
    """

    survey = models.ForeignKey(
        Survey, models.CASCADE, related_name="versions", verbose_name=_("survey")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    brand = models.CharField(_("name of product or company"), max_length=100)
    default_language = models.CharField(_("default language"), max_length=2, default="en")
    texts = models.JSONField(_("texts"), default=dict)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("written by"),
    )  # fmt: skip
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["survey", "-number"]
        verbose_name = _("survey version")
        verbose_name_plural = _("survey versions")
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="survey_version_has_number")
        ]

    def __str__(self) -> str:
        return f"{self.survey} v{self.number}"

    def language_for(self, wanted: str) -> str:
        return wanted if wanted in self.texts else self.default_language

    def text(self, key: str, language: str) -> str:
        texts = self.texts.get(self.language_for(language), {})
        return str(texts.get(key, "")).replace("{brand}", self.brand)
