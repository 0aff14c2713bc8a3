"""What surrounds the keys that send events: daily counts, and names they give to customers."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.querysets import EventSourceQuerySet
from lib.audit import audited


class SourceDay(models.Model):
    """What became of the events one source sent on one day.

    A day is counted in several rows, so that requests which arrive together need not wait for
    each other; readers add them up.
    """

    source = models.ForeignKey("accounts.ApiKey", models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    slot = models.PositiveSmallIntegerField()
    stored = models.BigIntegerField(_("stored"), default=0)
    duplicate = models.BigIntegerField(_("sent twice"), default=0)
    # Among those sent twice.
    differing = models.BigIntegerField(_("sent twice and changed"), default=0, db_default=0)
    waiting = models.BigIntegerField(_("without a customer"), default=0)
    quarantined = models.BigIntegerField(_("in quarantine"), default=0)
    dropped = models.BigIntegerField(_("dropped"), default=0)
    last_at = models.DateTimeField(_("last event"), default=timezone.now)

    objects = EventSourceQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "source", "slot"]
        verbose_name = _("day of an event source")
        verbose_name_plural = _("days of event sources")
        constraints = [
            models.UniqueConstraint(fields=["source", "day", "slot"], name="source_day_slot_once")
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.day}"


class EventName(models.Model):
    """A name of events that a source has used: how many there are, and what they give away."""

    source = models.ForeignKey("accounts.ApiKey", models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    looks_personal = models.BooleanField(_("looks like personal data"), default=False)
    first_seen_at = models.DateTimeField(_("first seen"), default=timezone.now)

    objects = EventSourceQuerySet.as_manager()

    class Meta:
        ordering = ["source", "name"]
        verbose_name = _("event name")
        verbose_name_plural = _("event names")
        constraints = [
            models.UniqueConstraint(fields=["source", "name"], name="event_name_once_per_source")
        ]

    def __str__(self) -> str:
        return self.name


@audited()
class AccountAlias(models.Model):
    """Another name under which event sources speak of a customer."""

    account = models.CharField(_("account named by the sender"), max_length=200, unique=True)
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="account_aliases",
        verbose_name=_("customer"),
    )  # fmt: skip
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EventSourceQuerySet.as_manager()

    class Meta:
        ordering = ["account"]
        verbose_name = _("name used by event sources")
        verbose_name_plural = _("names used by event sources")

    def __str__(self) -> str:
        return self.account
