"""/customers and /contacts."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problem import Conflict
from accounts.api.viewsets import Created, Listed, Resource, Retrieved, Updated
from customers.api.bulk import BulkResultSerializer, BulkUpserted
from customers.api.filters import ATTRIBUTE, ContactFilter, CustomerFilter
from customers.api.serializers.customers import (
    BulkContactSerializer,
    BulkCustomerSerializer,
    ChurnSerializer,
    ContactBulkSerializer,
    ContactSerializer,
    CustomerBulkSerializer,
    CustomerSerializer,
)
from customers.api.tombstones import Remembered
from customers.attributes import laid_over
from customers.models import Contact, Customer


@extend_schema_view(
    bulk_upsert=extend_schema(request=CustomerBulkSerializer, responses=BulkResultSerializer)
)
class CustomerViewSet(Remembered, BulkUpserted, Listed, Retrieved, Created, Updated, Resource):
    """Companies we serve."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    bulk_serializer_class = BulkCustomerSerializer
    filterset_class = CustomerFilter
    stamped = ("search_text", "updated_at")
    orderings = {
        "created_at": "created_at",
        "updated_at": "updated_at",
        "name": "name",
        "started_on": "started_on",
        "last_touch_at": "last_touch_at",
        "mrr": "snapshot__mrr",
        "health_score": "snapshot__health_score",
        "renews_on": "snapshot__renews_on",
    }

    def takes_parameter(self, name: str) -> bool:
        return name.startswith(ATTRIBUTE) or super().takes_parameter(name)

    def made(self, values: dict[str, Any]) -> Customer:
        """A new customer, not saved yet."""
        if not self.request.user.sees_every_customer:
            values["csm"] = self.request.user
        attributes = laid_over({}, values.pop("attributes", {}))
        customer = Customer(**values, attributes=attributes)
        customer.refresh_search_text()
        return customer

    def changed(self, instance: Customer, values: dict[str, Any]) -> list[str]:
        """Lay values over a customer; which fields are to be saved."""
        if "attributes" in values:
            values["attributes"] = laid_over(instance.attributes, values["attributes"])
        for name, value in values.items():
            setattr(instance, name, value)
        instance.refresh_search_text()
        return [*values, *self.stamped]

    @extend_schema(operation_id="customers_by_external_id", filters=False)
    @action(
        detail=False,
        methods=["get"],
        pagination_class=None,
        url_path="by-external-id/(?P<external_id>[^/]{1,200})",
    )
    def by_external_id(self, request: Request, external_id: str) -> Response:
        """Read a customer by your own id."""
        return self.shown(get_object_or_404(self.get_queryset(), external_id=external_id))

    @extend_schema(request=ChurnSerializer)
    @action(detail=True, methods=["post"])
    def churn(self, request: Request, pk: str) -> Response:
        """Close the relationship; 409 when somebody else closed it first."""
        customer = self.get_object()
        churn = ChurnSerializer(data=request.data)
        churn.is_valid(raise_exception=True)
        values = churn.validated_data
        if not customer.mark_churned(on=values["churned_on"], reason=values["reason"]):
            raise Conflict
        return self.acted(customer)


@extend_schema_view(
    bulk_upsert=extend_schema(request=ContactBulkSerializer, responses=BulkResultSerializer)
)
class ContactViewSet(Remembered, BulkUpserted, Listed, Retrieved, Created, Updated, Resource):
    """People at customers."""

    queryset = Contact.objects.all()
    serializer_class = ContactSerializer
    bulk_serializer_class = BulkContactSerializer
    filterset_class = ContactFilter
    stamped = ("updated_at",)
    orderings = {"created_at": "created_at", "updated_at": "updated_at", "name": "name"}
