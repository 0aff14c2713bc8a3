"""/surveys, /invitations and /responses."""

from typing import Any

from django.db import transaction

from accounts.api.viewsets import Created, Listed, Resource, Retrieved
from accounts.permissions import Permission
from surveys.api.filters import InvitationFilter, ResponseFilter, SurveyFilter
from surveys.api.serializers import InvitationSerializer, ResponseSerializer, SurveySerializer
from surveys.closing_the_loop import close_the_loop
from surveys.models import Invitation, Response, Survey


class SurveyViewSet(Listed, Retrieved, Resource):
    """Questions we keep asking, with all their wordings."""

    scope = "surveys"
    may_read = Permission.VIEW_SURVEYS
    queryset = Survey.objects.prefetch_related("versions")
    serializer_class = SurveySerializer
    filterset_class = SurveyFilter
    orderings = {"created_at": "created_at", "name": "name"}


class InvitationViewSet(Listed, Retrieved, Resource):
    """Who was asked, and what became of it."""

    scope = "surveys"
    may_read = Permission.VIEW_SURVEYS
    joined = ("wave", "response")
    queryset = Invitation.objects.all()
    serializer_class = InvitationSerializer
    filterset_class = InvitationFilter


class ResponseViewSet(Listed, Retrieved, Created, Resource):
    """What contacts answered; answers from elsewhere can be added.

    A low score of the last 30 days opens one task for the customer's CSM; older ones are history.
    """

    scope = "surveys"
    may_read = Permission.VIEW_SURVEYS
    may_write = Permission.WORK
    queryset = Response.objects.all()
    serializer_class = ResponseSerializer
    filterset_class = ResponseFilter
    orderings = {"answered_at": "answered_at", "changed_at": "changed_at", "score": "score"}
    default_ordering = "answered_at"

    @transaction.atomic
    def perform_create(self, values: dict[str, Any]) -> Response:
        """A recent answer of somebody unhappy opens the task for it, as one by mail would."""
        response = Response.objects.create(grade=Response.Grade.IMPORTED, **values)
        close_the_loop(response)
        return response
