"""/health with its history, /alerts and /nights."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.concurrency import etag_of, is_known, require_match
from accounts.api.filtering import refuse_strangers
from accounts.api.problem import Conflict, ParameterError
from accounts.api.viewsets import Listed, Resource, Retrieved
from accounts.permissions import Permission
from customers.models import Customer
from metrics import jobs
from metrics.api.filters import AlertFilter, HealthFilter, NightFilter
from metrics.api.serializers import (
    AlertSerializer,
    DismissSerializer,
    HealthScoreSerializer,
    HealthSerializer,
    NightSerializer,
)
from metrics.models import Alert, HealthScore, Night, Snapshot
from metrics.nights import open_night

DAYS_OF_HISTORY = 400
BORDERS = ("day__gte", "day__lte")


class HealthViewSet(Listed, Resource):
    """How customers are doing. The list holds the latest night; one customer has parts."""

    scope = "metrics"
    queryset = Snapshot.objects.all()
    serializer_class = HealthSerializer
    filterset_class = HealthFilter
    key_field = "customer_id"
    lookup_field = "customer_id"
    lookup_url_kwarg = "customer"
    orderings = {
        "customer": "customer_id",
        "health_score": "health_score",
        "mrr": "mrr",
        "renews_on": "renews_on",
    }
    default_ordering = "customer"

    @extend_schema(responses=HealthScoreSerializer)
    def retrieve(self, request: Request, customer: str) -> Response:
        """The latest score of one customer with its parts."""
        refuse_strangers(request, set())
        latest = self._scores(customer).first()
        if latest is None:
            raise Http404
        return self._unless_known(HealthScoreSerializer(latest).data)

    @extend_schema(
        responses=HealthScoreSerializer(many=True),
        parameters=[OpenApiParameter(name, OpenApiTypes.DATE) for name in BORDERS],
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def history(self, request: Request, customer: str) -> Response:
        """The scores of one customer, newest day first; 400 days at most."""
        refuse_strangers(request, set(BORDERS))
        borders = {name: _day(request, name) for name in BORDERS if name in request.query_params}
        scores = self._scores(customer).filter(**borders)[:DAYS_OF_HISTORY]
        return self._unless_known(HealthScoreSerializer(scores, many=True).data)

    def _unless_known(self, data: Any) -> Response:
        """With its tag, and 304 for who has it already: scores change once a night."""
        headers = {"ETag": etag_of(data)}
        if is_known(self.request, headers["ETag"]):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(data, headers=headers)

    def _scores(self, customer: str) -> Any:
        """Scores lie in a large table parted by day; they are read for one customer only."""
        user: Any = self.request.user
        visible = Customer.objects.visible_to(user)
        owner = get_object_or_404(visible.only("pk"), pk=customer)
        return HealthScore.objects.filter(customer_id=owner.pk).order_by("-day")


def _day(request: Request, name: str) -> date:
    try:
        return date.fromisoformat(request.query_params[name])
    except ValueError:
        message = _("This must be a day such as 2026-06-15.")
        raise ParameterError({name: [message]}) from None


class AlertViewSet(Listed, Retrieved, Resource):
    """Rules that fired, until they settle or somebody dismisses them."""

    scope = "metrics"
    may_write = Permission.WORK
    queryset = Alert.objects.all()
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    orderings = {"raised_at": "raised_at"}
    default_ordering = "raised_at"

    @extend_schema(request=DismissSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """Put it aside with a reason; 409 when it was settled or dismissed before."""
        alert = self.get_object()
        dismissal = DismissSerializer(data=request.data)
        dismissal.is_valid(raise_exception=True)
        if not alert.dismiss(by=request.user, reason=dismissal.validated_data["reason"]):
            raise Conflict
        return self.acted(alert)


class NightViewSet(Listed, Retrieved, Resource):
    """Days that were or are being closed."""

    scope = "metrics"
    may_read = Permission.VIEW_NUMBERS
    may_write = Permission.CLOSE_DAYS
    queryset = Night.objects.all()
    serializer_class = NightSerializer
    filterset_class = NightFilter
    key_field = "day"
    lookup_field = "day"
    lookup_value_regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    orderings = {"day": "day"}
    default_ordering = "-day"

    @extend_schema(request=None, responses={202: NightSerializer})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, day: str) -> Response:
        """Close a day that is over; 409 when it is closed. Workers do it, soon after the answer."""
        asked = _due_day(day)
        open_night(asked)
        night = self.get_queryset().select_for_update().get(day=asked)
        require_match(request, self.etag(night))
        if night.state == Night.State.DONE:
            raise Conflict
        # The broker is only a doorbell: when it is deaf the clock rings within seconds.
        transaction.on_commit(jobs.resume_nights.delay, robust=True)
        return self.shown(night, 202)


def _due_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    newest = jobs.newest_due_day(timezone.now())
    oldest = newest - timedelta(days=settings.NIGHTS_MADE_UP)
    if not oldest <= day <= newest:
        message = _("A day from %(oldest)s to %(newest)s can be closed.")
        named = {"oldest": oldest, "newest": newest}
        raise ValidationError({"non_field_errors": [message % named]}, "not_due")
    return day
