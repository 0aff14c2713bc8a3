"""API keys: what another program shows instead of a password.

A key is `enk_<prefix>_<secret>`. The prefix finds the row, the secret (160 random bits and more)
is kept only as its SHA-256, which is enough for a secret nobody can guess.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.querysets import ApiKeyQuerySet
from lib.audit import audited

PREFIX_LENGTH = 10
LAST_USE_IS_NOTED_EVERY = timedelta(minutes=5)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@audited(exclude=["digest", "last_used_at"])
class ApiKey(models.Model):
    """One program's permission to read, write or send events, on behalf of its owner."""

    class Kind(models.TextChoices):
        REST = "rest", _("REST API")
        SERVER = "server", _("Events from a server")
        BROWSER = "browser", _("Events from a browser")

    class Scope(models.TextChoices):
        CUSTOMERS_READ = "customers:read", _("Read customers")
        CUSTOMERS_WRITE = "customers:write", _("Write customers")
        TASKS_READ = "tasks:read", _("Read tasks and touchpoints")
        TASKS_WRITE = "tasks:write", _("Write tasks and touchpoints")
        SURVEYS_READ = "surveys:read", _("Read surveys and responses")
        SURVEYS_WRITE = "surveys:write", _("Write surveys and responses")
        METRICS_READ = "metrics:read", _("Read health, alerts and nights")
        METRICS_WRITE = "metrics:write", _("Dismiss alerts, close days")
        COSTS_READ = "costs:read", _("Read costs")
        COSTS_WRITE = "costs:write", _("Write costs")
        EVENTS_WRITE = "events:write", _("Send events")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.REST)
    prefix = models.CharField(max_length=PREFIX_LENGTH, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=30, choices=Scope.choices), default=list, blank=True,
        verbose_name=_("scopes"),
    )  # fmt: skip
    allowed_origins = ArrayField(
        models.CharField(max_length=200), default=list, blank=True,
        verbose_name=_("allowed origins"),
        help_text=_("Only for browser keys: the sites that may send events."),
    )  # fmt: skip
    takes_history = models.BooleanField(
        _("may send history"), default=False, db_default=False,
        help_text=_("Only for server keys: events may be older than 400 days."),
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last use"), null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} (enk_{self.prefix}_…)"

    @classmethod
    def issue(cls, **fields: object) -> tuple["ApiKey", str]:
        """A new key and its full text, which is shown once and kept nowhere."""
        prefix = secrets.token_hex(PREFIX_LENGTH // 2)
        secret = secrets.token_urlsafe(32)
        key = cls.objects.create(prefix=prefix, digest=digest_of(secret), **fields)
        return key, f"enk_{prefix}_{secret}"

    @classmethod
    def matching(cls, text: str) -> "ApiKey | None":
        """The key this text belongs to, revoked and expired ones included; None for no key."""
        marker, _sep, rest = text.partition("_")
        prefix, _sep, secret = rest.partition("_")
        if marker != "enk" or len(prefix) != PREFIX_LENGTH or not prefix.isalnum():
            return None
        key = cls.objects.select_related("owner").filter(prefix=prefix).first()
        if key is None or not hmac.compare_digest(key.digest, digest_of(secret)):
            return None
        return key

    def is_usable(self, now: datetime) -> bool:
        in_time = self.expires_at is None or self.expires_at > now
        return in_time and self.revoked_at is None and self.owner.is_active

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def note_use(self, now: datetime) -> None:
        """Remember the last use, at most once in five minutes."""
        if self.last_used_at and now - self.last_used_at < LAST_USE_IS_NOTED_EVERY:
            return
        ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)

    def revoke(self) -> bool:
        """False when it was revoked before."""
        still_valid = ApiKey.objects.filter(pk=self.pk, revoked_at__isnull=True)
        return bool(still_valid.update(revoked_at=timezone.now()))
