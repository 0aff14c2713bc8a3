"""The questions asked about surveys and what came back."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import F, Q

from accounts.permissions import Permission

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", bound=models.Model)


class SurveysQuerySet(models.QuerySet[Row]):
    def visible_to(self, user: "User") -> Self:
        """Surveys are the company's; answers are cut by customer."""
        if not user.is_authenticated:
            return self.none()
        return self.all() if user.may(Permission.VIEW_SURVEYS) else self.none()


class SurveyQuerySet(SurveysQuerySet[Any]):
    def ours(self) -> Self:
        """Surveys we word and send ourselves; what another tool asked is only read."""
        return self.filter(is_imported=False)

    def sendable(self) -> Self:
        """Ours, still open, with a wording that was published."""
        return self.ours().filter(closed_at=None, versions__published_at__isnull=False).distinct()


class WaveQuerySet(SurveysQuerySet[Any]):
    pass


class AnsweredByCustomerQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        if not user.is_authenticated or not user.may(Permission.VIEW_SURVEYS):
            return self.none()
        return self.all() if user.sees_every_customer else self.filter(customer__csm=user)


# Sent by us, or by an earlier tool.
SENT = Q(message__state="sent") | Q(sent_at__isnull=False)
RETURNED = Q(is_returned=True) | Q(is_returned=None, contact__bounced_at__gte=F("message__sent_at"))


class InvitationQuerySet(AnsweredByCustomerQuerySet):
    pass


class ResponseQuerySet(AnsweredByCustomerQuerySet):
    def counted(self) -> Self:
        """Answers that stand in figures: pressed by a person, or entered by us."""
        return self.filter(grade__in=["confirmed", "manual", "imported"])
