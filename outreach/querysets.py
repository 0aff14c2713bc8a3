"""The questions asked about mail that leaves the house."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from accounts.permissions import Permission

if TYPE_CHECKING:
    from accounts.models import User
    from outreach.models import Message

Row = TypeVar("Row", bound=models.Model)


class SendersOnlyQuerySet(models.QuerySet[Row]):
    def visible_to(self, user: "User") -> Self:
        """Mailings belong to those who may send."""
        may = user.is_authenticated and user.may(Permission.SEND_SURVEYS)
        return self.all() if may else self.none()


class MailingQuerySet(SendersOnlyQuerySet[Any]):
    pass


class SuppressionQuerySet(SendersOnlyQuerySet[Any]):
    def stopping(self, email_hashes: list[str], topic_id: int) -> Self:
        """Rows that forbid a topic to these addresses: of the topic itself, or of everything."""
        of_topic = models.Q(topic_id=topic_id) | models.Q(topic__isnull=True)
        return self.filter(of_topic, email_hash__in=email_hashes)


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: "User") -> Self:
        """Mail to one's own customers; leads see all of it."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.all() if user.sees_every_customer else self.filter(contact__customer__csm=user)

    def counts_by_state(self) -> dict[str, int]:
        """How many stand in each state; a state without a message is not there."""
        return dict(self.order_by().values_list("state").annotate(models.Count("pk")))
