"""The questions asked about people who log in."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.utils import timezone

from accounts.permissions import Permission, Role

if TYPE_CHECKING:
    from accounts.models import ApiKey, AuditEntry, StoredAnswer, Team, User


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> Self:
        """Everybody sees colleagues' names; what they may do about them is a permission."""
        return self.all() if user.is_active else self.none()

    def active(self) -> Self:
        return self.filter(is_active=True)

    def csms(self) -> Self:
        """People who may look after customers."""
        return self.active().exclude(role=Role.VIEWER)

    def as_choices(self) -> list[tuple[str, str]]:
        """Key and name of each for a select; there may be hundreds, so only these are read."""
        rows = self.values_list("pk", "full_name", "email")
        return [(str(pk), full_name or email) for pk, full_name, email in rows]

    def owed_a_letter(self) -> Self:
        return self.active().exclude(letter_due="")

    def admins(self) -> Self:
        return self.active().filter(role=Role.ADMIN)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # django-stubs cannot follow from_queryset as a base
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user: User = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, **{**fields, "role": Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=(username or "").lower())
        return user


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: "User") -> Self:
        """Teams are known to everybody who works here."""
        return self.all() if user.is_active else self.none()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, user: "User") -> Self:
        """Admins see every key, everybody else only her own."""
        if not user.is_active:
            return self.none()
        return self.all() if user.may(Permission.MANAGE_KEYS) else self.filter(owner=user)

    def usable(self) -> Self:
        unexpired = models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at__isnull=True, owner__is_active=True)


class StoredAnswerQuerySet(models.QuerySet["StoredAnswer"]):
    def older_than(self, age: timedelta) -> Self:
        return self.filter(created_at__lt=timezone.now() - age)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: "User") -> Self:
        """The log belongs to those who may read it."""
        may = user.is_authenticated and user.may(Permission.VIEW_AUDIT)
        return self.all() if may else self.none()

    def by_person(self, user_id: int) -> Self:
        return self.filter(metadata__user=user_id)
