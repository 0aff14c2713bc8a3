from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.querysets import StoredAnswerQuerySet

KEPT_FOR = timedelta(hours=24)


class StoredAnswer(models.Model):
    """What we answered to a request with an Idempotency-Key, kept for a day and given again.

    It is written in the same transaction as the work it speaks about: there is never one
    without the other, whenever the power fails.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    api_key = models.ForeignKey("accounts.ApiKey", models.CASCADE, null=True, related_name="+")
    idempotency_key = models.CharField(max_length=200)
    # SHA-256 of method, path, query and body.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = StoredAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "api_key", "idempotency_key"], nulls_distinct=False,
                name="stored_answer_once_per_key",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.idempotency_key} {self.status}"
