"""A wording is drafted, published, and never changed again; what comes next is a new version."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from surveys.models import Survey, SurveyVersion
from surveys.wording import Texts, faults_of, first_texts

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def new_survey(*, name: str, kind: str, brand: str, by: "User") -> Survey:
    """A survey with a first draft in both languages."""
    survey = Survey.objects.create(name=name, kind=kind)
    SurveyVersion.objects.create(
        survey=survey, number=1, brand=brand, texts=first_texts(kind), created_by=by
    )
    return survey


@transaction.atomic
def add_imported_survey(name: str, kind: str, *, now: datetime) -> SurveyVersion:
    """A place for the answers of another tool, whose wording nobody knows here."""
    survey = Survey.objects.create(name=name, kind=kind, is_imported=True, closed_at=now)
    return SurveyVersion.objects.create(survey=survey, number=1, brand=name[:100])


@transaction.atomic
def save_draft(
    survey: Survey, *, brand: str, default_language: str, texts: Texts, by: "User"
) -> SurveyVersion:
    """Change the open draft, or begin a new version after a published one."""
    Survey.objects.select_for_update().get(pk=survey.pk)
    draft = survey.versions.filter(published_at__isnull=True).order_by("-number").first()
    if draft is None:
        last = survey.versions.aggregate(last=Max("number"))["last"] or 0
        draft = SurveyVersion(survey=survey, number=last + 1, created_by=by)
    draft.brand, draft.default_language, draft.texts = brand, default_language, texts
    draft.save()
    return draft


def publish(version: SurveyVersion) -> bool:
    """False when a text is missing or wrong, or when it is published already."""
    if faults_of(version.texts):
        return False
    drafts = SurveyVersion.objects.filter(pk=version.pk, published_at__isnull=True)
    return bool(drafts.update(published_at=timezone.now()))
