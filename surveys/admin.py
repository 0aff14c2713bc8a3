"""The back office of what customers told us. Answers are never typed."""

from django.contrib import admin

from lib.back_office import BackOffice, ReadOnly
from surveys.models import Invitation, Response, ResponseRevision, Survey, SurveyVersion, Wave


@admin.register(Survey)
class SurveyAdmin(BackOffice):
    list_display = ("name", "kind", "is_imported", "closed_at", "created_at")


@admin.register(SurveyVersion)
class SurveyVersionAdmin(ReadOnly):
    list_display = ("survey", "number", "brand", "default_language", "published_at")
    search_fields = ("survey",)


@admin.register(Wave)
class WaveAdmin(ReadOnly):
    list_display = ("name", "survey", "closes_at", "created_by", "created_at")
    search_fields = ("survey",)


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ("id", "wave", "customer", "contact", "state", "expires_at")
    search_fields = ("customer", "contact")


@admin.register(Response)
class ResponseAdmin(ReadOnly):
    list_display = ("answered_at", "survey", "customer", "contact", "score", "grade")
    search_fields = ("customer", "survey")


@admin.register(ResponseRevision)
class ResponseRevisionAdmin(ReadOnly):
    list_display = ("recorded_at", "response_id", "score")
    search_fields = ("response",)
