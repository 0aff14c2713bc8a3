"""The questions people ask about customers and the work done for them."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q, Value

from lib.searching import LetterPairs, search_key

if TYPE_CHECKING:
    from accounts.models import User
    from customers.models import Customer, ImportRun, SubscriptionVersion, Task


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: "User") -> Self:
        """The only door: every page and every endpoint starts here."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.all() if user.sees_every_customer else self.filter(csm=user)

    def active_on(self, day: date) -> Self:
        """Customers on a day; the churn day is the first day without.

        A company only events have spoken of is none until somebody gives it a stage or a start.
        """
        not_gone = Q(churned_on__isnull=True) | Q(churned_on__gt=day)
        started = Q(started_on__isnull=True) | Q(started_on__lte=day)
        return self.accepted().filter(not_gone, started)

    def accepted(self) -> Self:
        """Without companies that only event sources have named so far."""
        return self.exclude(stage="detected", started_on__isnull=True)

    def matching(self, text: str) -> Self:
        """Search as people type: every word must occur in name, reading, domain or id."""
        found = self.containing(text)
        for word in search_key(text).split():
            if len(word) > 1:
                pairs = LetterPairs(Value(word))
                found = found.alias(pairs=LetterPairs("search_text")).filter(pairs__contains=pairs)
        return found

    def containing(self, text: str) -> Self:
        """The same, read row by row; for words that many have, on the way along another index."""
        found = self
        for word in search_key(text).split():
            found = found.filter(search_text__contains=word)
        return found

    def keys_if_few(self, most: int) -> list[int] | None:
        """The keys of all, or None when there are more than so many."""
        keys = list(self.order_by().values_list("pk", flat=True)[: most + 1])
        return keys if len(keys) <= most else None


class OfCustomerQuerySet(models.QuerySet[Any]):
    """Rows that belong to one customer, and are seen by who sees the customer."""

    def visible_to(self, user: "User") -> Self:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.all() if user.sees_every_customer else self.filter(customer__csm=user)


class ContactQuerySet(OfCustomerQuerySet):
    def reachable(self) -> Self:
        """Contacts whose address works and who did not say no."""
        return self.filter(bounced_at__isnull=True, left_at__isnull=True).exclude(
            Q(consent="refused") | Q(email="")
        )


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: "User") -> Self:
        """Tasks of visible customers, and whatever is one's own to do."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_every_customer:
            return self.all()
        return self.filter(Q(customer__csm=user) | Q(assignee=user))

    def assigned_to(self, people: list[int]) -> Self:
        """The tasks of some users, by their ids."""
        if len(people) == 1:
            return self.filter(assignee=people[0])
        return self.filter(assignee__in=people)

    def open(self) -> Self:
        return self.filter(done_at__isnull=True, dropped_at__isnull=True)

    def awake_on(self, day: date) -> Self:
        """Without the tasks that sleep; the last day of a snooze is inclusive."""
        return self.open().filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lt=day))

    def asleep_on(self, day: date) -> Self:
        return self.open().filter(snoozed_until__gte=day)

    def due_within(self, days: int, *, today: date) -> Self:
        return self.filter(due_on__lte=today + timedelta(days=days))


class SubscriptionVersionQuerySet(models.QuerySet["SubscriptionVersion"]):
    def in_force_on(self, day: date, *, known_at: Any = None) -> Self:
        """The version of each subscription that rules on a day, as known at a moment (GEN-4).

        The latest `effective_on` wins; among equals the one recorded last.
        """
        known = self if known_at is None else self.filter(recorded_at__lte=known_at)
        return (
            known.filter(effective_on__lte=day)
            .order_by("subscription_id", "-effective_on", "-recorded_at", "-pk")
            .distinct("subscription_id")
        )


class SavedViewQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        """One's own, and what others share."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(owner=user) | Q(is_shared=True))


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: "User") -> Self:
        """Imports belong to those who may import."""
        may = user.is_authenticated and user.may("imports")
        return self.all() if may else self.none()

    def settled(self) -> Self:
        """Nobody works on them, and what an undo needs has not been forgotten yet."""
        over = ("done", "undone", "failed")
        return self.filter(state__in=over, finished_at__isnull=False).exclude(stored_as="")

    def abandoned(self, before: datetime) -> Self:
        """Sent, perhaps checked, and saved by nobody since."""
        waiting = ("uploaded", "checked", "failed")
        left = self.filter(state__in=waiting, finished_at__isnull=True, created_at__lt=before)
        return left.exclude(stored_as="")


class TraitBagQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        """For who may declare attributes; of a company what its customers are called like."""
        may = user.is_authenticated and user.may("imports")
        return self.all() if may else self.none()


class EventSourceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        """What sources send is looked after by those who manage their keys."""
        may = user.is_authenticated and user.may("keys")
        return self.all() if may else self.none()
