"""/surveys, /invitations and /responses."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.permissions import SAFE_METHODS

from accounts.api.problem import Conflict
from accounts.api.viewsets import Created, Deleted, Listed, Resource, Retrieved, Updated
from accounts.permissions import Permission
from customers.api.bulk import BulkResultSerializer, BulkUpserted
from surveys.api.bulk_responses import ResponseUpsert, give_versions
from surveys.api.filters import InvitationFilter, ResponseFilter, SurveyFilter
from surveys.api.serializers import (
    BulkResponseSerializer,
    InvitationSerializer,
    ResponseBulkSerializer,
    ResponseSerializer,
    SurveySerializer,
)
from surveys.closing_the_loop import close_the_loop
from surveys.models import Invitation, Response, Survey
from surveys.writing import add_imported_survey


class SurveyViewSet(Listed, Retrieved, Created, Resource):
    """Questions we keep asking, with all their wordings.

    What is made here is a survey that another tool asked, so that its answers have a place.
    """

    scope = "surveys"
    may_read = Permission.VIEW_SURVEYS
    may_write = Permission.SEND_SURVEYS
    queryset = Survey.objects.prefetch_related("versions")
    serializer_class = SurveySerializer
    filterset_class = SurveyFilter
    orderings = {"created_at": "created_at", "name": "name"}

    def perform_create(self, values: dict[str, Any]) -> Survey:
        return add_imported_survey(**values, now=timezone.now()).survey


class InvitationViewSet(Listed, Retrieved, Resource):
    """Who was asked, and what became of it."""

    scope = "surveys"
    may_read = Permission.VIEW_SURVEYS
    joined = ("wave", "response")
    queryset = Invitation.objects.all()
    serializer_class = InvitationSerializer
    filterset_class = InvitationFilter


@extend_schema_view(
    bulk_upsert=extend_schema(request=ResponseBulkSerializer, responses=BulkResultSerializer)
)
class ResponseViewSet(BulkUpserted, Listed, Retrieved, Created, Updated, Deleted, Resource):
    """What contacts answered; answers from elsewhere can be added, corrected and taken away.

    A low score of the last 30 days opens one task for the customer's CSM; older ones are history.
    What a contact told us directly cannot be changed by a program: 409.
    """

    scope = "surveys"
    may_read = Permission.VIEW_SURVEYS
    may_write = Permission.WORK
    queryset = Response.objects.all()
    serializer_class = ResponseSerializer
    bulk_serializer_class = BulkResponseSerializer
    upsert_class = ResponseUpsert
    filterset_class = ResponseFilter
    orderings = {"answered_at": "answered_at", "changed_at": "changed_at", "score": "score"}
    default_ordering = "answered_at"

    def made(self, values: dict[str, Any]) -> Response:
        return Response(grade=Response.Grade.IMPORTED, **values)

    def get_object(self) -> Any:
        response = super().get_object()
        is_written = self.request.method not in SAFE_METHODS
        if is_written and response.grade != Response.Grade.IMPORTED:
            message = _("A contact answered this here. Only answers from elsewhere can change.")
            raise Conflict(message, "not_imported")
        return response

    def perform_create(self, values: dict[str, Any]) -> Response:
        """A recent answer of somebody unhappy opens the task for it, as one by mail would."""
        response = self.made(values)
        give_versions([response])
        response.save(force_insert=True)
        close_the_loop(response)
        return response

    def perform_update(self, instance: Response, values: dict[str, Any]) -> None:
        super().perform_update(instance, values)
        close_the_loop(instance)

    def changed(self, instance: Response, values: dict[str, Any]) -> list[str]:
        """An answer that says the same again was not changed."""
        if all(getattr(instance, name) == value for name, value in values.items()):
            return list(values)
        return super().changed(instance, {**values, "changed_at": timezone.now()})
