"""Usage events and what surrounds them.

`UsageEvent` is an append-only table that may one day live on many machines: its key begins with
the customer, it has no foreign keys in or out, it is parted by week, and only
`customers.ingest` writes to it (docs/decisions/0003-append-only-tables.md).
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import EventSourceQuerySet
from lib.audit import audited_by_people
from lib.partitions import PartitionedTable

USAGE_EVENTS = PartitionedTable("customers_usageevent", step="week")


class UsageEvent(models.Model):
    """Somebody at a customer did something in the product."""

    pk = models.CompositePrimaryKey("customer_id", "client_ts", "event_id")
    customer_id = models.BigIntegerField()
    # The client's own time, the same on every retry; `occurred_at` is corrected for its clock.
    client_ts = models.DateTimeField()
    # Name-based UUID of (source, message id).
    event_id = models.UUIDField()
    source_id = models.BigIntegerField()
    message_id = models.CharField(max_length=200)
    person = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    quantity = models.IntegerField(default=1)
    seconds = models.IntegerField(default=0)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    properties = models.JSONField(default=dict)

    class Meta:
        managed = False  # made by a migration in SQL, because Django knows no partitions
        db_table = "customers_usageevent"
        verbose_name = _("usage event")
        verbose_name_plural = _("usage events")

    def __str__(self) -> str:
        return f"{self.name} {self.occurred_at:%Y-%m-%d %H:%M}"


class DirtyDay(models.Model):
    """A reporting day whose usage must be counted again, because rows came late or left."""

    day = models.DateField(primary_key=True)
    # Raised with every mark, so that a recount forgets only the marks it has seen.
    marks = models.BigIntegerField(default=1)
    marked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["day"]
        verbose_name = _("day to be recounted")
        verbose_name_plural = _("days to be recounted")

    def __str__(self) -> str:
        return str(self.day)


class SeenMessage(models.Model):
    """A message that was stored once, so that it is not stored again whatever changed in it.

    Not an append-only table in the sense above: it is asked before the customer is known.
    """

    # Name-based UUID of (source, message id), as in `UsageEvent`.
    event_id = models.UUIDField(primary_key=True)
    seen_on = models.DateField()
    # CRC-32 of what it said, to tell a message sent twice from another under the same id.
    digest = models.IntegerField(null=True)

    class Meta:
        verbose_name = _("message seen")
        verbose_name_plural = _("messages seen")
        indexes = [BrinIndex(fields=["seen_on"], name="seen_message_by_day", autosummarize=True)]

    def __str__(self) -> str:
        return str(self.event_id)


class UnresolvedEvent(models.Model):
    """An event of a company we do not know yet; it waits 30 days for one to appear."""

    source = models.ForeignKey("accounts.ApiKey", models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=200)
    account = models.CharField(_("account named by the sender"), max_length=200, db_index=True)
    body = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = EventSourceQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        verbose_name = _("event without a customer")
        verbose_name_plural = _("events without a customer")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "message_id"], name="unresolved_event_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.message_id}"


# Its body may say anything about anybody, so no trace keeps it.
@audited_by_people(exclude=["body"])
class QuarantinedEvent(models.Model):
    """An event we could not store, with the reason, so that somebody can mend its source."""

    source = models.ForeignKey("accounts.ApiKey", models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=200, blank=True)
    code = models.CharField(_("reason"), max_length=40)
    detail = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = EventSourceQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        verbose_name = _("event in quarantine")
        verbose_name_plural = _("events in quarantine")

    def __str__(self) -> str:
        return f"{self.code} {self.message_id}"
