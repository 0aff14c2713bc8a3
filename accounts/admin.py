"""The back office of people. Log-in is the one of everybody, with its limits and second factor."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.forms import UserForm
from accounts.models import (
    ApiKey,
    AuditEntry,
    LinkedAccount,
    SecondFactor,
    StoredAnswer,
    Team,
    User,
)
from lib.back_office import BackOffice, ReadOnly

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's documented way
# What somebody may do stands in accounts.permissions and nowhere else.
admin.site.unregister(Group)
# As allauth registers it, it searches for names of users, which ours do not have.
admin.site.unregister(UserSession)
# Ours stand below, without secrets, to be read or removed; tokens of other log-ins nobody keeps.
admin.site.unregister((Authenticator, SocialAccount, SocialToken))


@admin.register(User)
class UserAdmin(BackOffice):
    """People are invited, and their access is closed, on the page Users."""

    form = UserForm
    fields = ("full_name", "email", "role", "team", "language", "time_zone", "is_active")
    readonly_fields = ("is_active",)
    list_display = ("full_name", "email", "role", "team", "is_active", "last_login")
    search_fields = ("email",)
    may_add = False


@admin.register(UserSession)
class UserSessionAdmin(ReadOnly):
    list_display = ("user", "created_at", "last_seen_at")
    search_fields = ("user",)
    exclude = ("session_key", "data")


@admin.register(Team)
class TeamAdmin(BackOffice):
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    """Issued and revoked on the page API keys."""

    list_display = ("name", "prefix", "kind", "owner", "expires_at", "revoked_at", "last_used_at")
    search_fields = ("prefix",)
    exclude = ("digest",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("created_at", "metadata")
    ordering = ("-created_at", "-id")


@admin.register(LinkedAccount)
class LinkedAccountAdmin(ReadOnly):
    list_display = ("user", "provider", "uid", "date_joined", "last_login")
    # What the other side says of a person.
    exclude = ("extra_data",)
    may_delete = True


@admin.register(SecondFactor)
class SecondFactorAdmin(ReadOnly):
    list_display = ("user", "type", "created_at", "last_used_at")
    exclude = ("data",)
    # Of whoever lost it.
    may_delete = True


@admin.register(StoredAnswer)
class StoredAnswerAdmin(ReadOnly):
    list_display = ("created_at", "user", "api_key", "status")
    exclude = ("headers", "body")
