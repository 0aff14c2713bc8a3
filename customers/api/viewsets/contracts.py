"""/products, /exchange-rates, /subscriptions with their versions, and /purchases."""

from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import read_moment
from accounts.api.problem import ParameterError
from accounts.api.viewsets import Created, Deleted, Listed, Resource, Retrieved, Updated
from accounts.permissions import Permission
from customers.api.bulk import BulkResultSerializer, BulkUpserted
from customers.api.bulk_subscriptions import SubscriptionUpsert
from customers.api.filters import (
    ExchangeRateFilter,
    ProductFilter,
    PurchaseFilter,
    SubscriptionFilter,
)
from customers.api.serializers.contracts import (
    BulkSubscriptionSerializer,
    ChangeSerializer,
    ExchangeRateSerializer,
    NewSubscriptionSerializer,
    ProductSerializer,
    PurchaseSerializer,
    SubscriptionBulkSerializer,
    SubscriptionSerializer,
    VersionSerializer,
    too_much_with_what_was_carried,
)
from customers.api.tombstones import Remembered
from customers.contracting import WorthTooMuchError, add_version, open_subscription
from customers.models import ExchangeRate, Product, Purchase, Subscription, SubscriptionVersion
from lib.days import today

TWO_CLOCKS = [
    OpenApiParameter("on", OpenApiTypes.DATE, description="Terms in force on this day; today."),
    OpenApiParameter(
        "known_at", OpenApiTypes.DATETIME, description="As we knew them at this moment; now."
    ),
]


class ProductViewSet(Listed, Retrieved, Created, Updated, Resource):
    """What we sell by subscription."""

    may_write = Permission.IMPORT
    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    orderings = {"id": "id", "name": "name"}
    default_ordering = "id"


class ExchangeRateViewSet(Listed, Retrieved, Created, Updated, Resource):
    """What one unit of a currency is worth in the reporting currency, month by month."""

    may_write = Permission.IMPORT
    queryset = ExchangeRate.objects.all()
    serializer_class = ExchangeRateSerializer
    filterset_class = ExchangeRateFilter
    orderings = {"id": "id", "month": "month", "currency": "currency"}
    default_ordering = "id"


@extend_schema_view(
    list=extend_schema(parameters=TWO_CLOCKS),
    retrieve=extend_schema(parameters=TWO_CLOCKS),
    bulk_upsert=extend_schema(request=SubscriptionBulkSerializer, responses=BulkResultSerializer),
)
class SubscriptionViewSet(BulkUpserted, Remembered, Listed, Retrieved, Resource):
    """Contract lines. A change is a new version; nothing that was agreed is overwritten."""

    queryset = Subscription.objects.all()
    serializer_class = SubscriptionSerializer
    bulk_serializer_class = BulkSubscriptionSerializer
    upsert_class = SubscriptionUpsert
    filterset_class = SubscriptionFilter
    object_parameters = ("on", "known_at")

    def takes_parameter(self, name: str) -> bool:
        return name in self.object_parameters or super().takes_parameter(name)

    def get_queryset(self) -> QuerySet:
        day, moment = self._clocks() if self.request else (today(), None)
        versions = SubscriptionVersion.objects.in_force_on(day, known_at=moment)
        in_force = Prefetch("versions", versions.prefetch_related("discounts"), to_attr="in_force")
        return super().get_queryset().prefetch_related(in_force)

    def _clocks(self) -> tuple[date, datetime | None]:
        day, moment = (self.request.query_params.get(n) for n in self.object_parameters)
        try:
            asked_day = date.fromisoformat(day) if day else today()
        except ValueError:
            raise ParameterError({"on": [_("This must be a day such as 2026-06-15.")]}) from None
        asked_moment = read_moment(moment.replace(" ", "+")) if moment else None
        if moment and asked_moment is None:
            message = _("This must be a moment with its zone, such as 2026-06-15T03:00:00Z.")
            raise ParameterError({"known_at": [message]})
        return asked_day, asked_moment

    def made(self, values: dict[str, Any]) -> Subscription:
        """A new contract line that remembers its first terms; not saved yet."""
        terms = values.pop("terms")
        made = Subscription(**values)
        made.first_terms = terms
        return made

    @extend_schema(request=NewSubscriptionSerializer, responses={201: SubscriptionSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        new = NewSubscriptionSerializer(data=request.data, context={"request": request})
        new.is_valid(raise_exception=True)
        made = open_subscription(**new.validated_data)
        location = f"{request.path.rstrip('/')}/{made.pk}"
        shown = self.get_queryset().get(pk=made.pk)
        return self.shown(shown, status.HTTP_201_CREATED, Location=location)

    @extend_schema(responses={200: VersionSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """Every version, by the day it rules from and the moment we learned it."""
        subscription = self.get_object()
        versions = subscription.versions.prefetch_related("discounts").order_by(
            "effective_on", "recorded_at", "pk"
        )
        return Response(VersionSerializer(versions, many=True).data)

    @extend_schema(request=ChangeSerializer, responses={201: SubscriptionSerializer})
    @versions.mapping.post
    def change(self, request: Request, pk: str) -> Response:
        """Add a version. What it does not name is carried over from the one it follows."""
        subscription = self.get_object()
        version = ChangeSerializer(data=request.data, context={"request": request})
        version.is_valid(raise_exception=True)
        try:
            add_version(subscription, version.validated_data)
        except WorthTooMuchError:
            errors = too_much_with_what_was_carried(version.validated_data)
            raise ValidationError(errors) from None
        shown = self.get_queryset().get(pk=subscription.pk)
        return self.shown(shown, status.HTTP_201_CREATED)


class PurchaseViewSet(Remembered, Listed, Retrieved, Created, Updated, Deleted, Resource):
    """Purchases and invoices."""

    queryset = Purchase.objects.all()
    serializer_class = PurchaseSerializer
    filterset_class = PurchaseFilter
    orderings = {"created_at": "created_at", "purchased_on": "purchased_on", "due_on": "due_on"}
