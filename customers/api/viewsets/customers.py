"""/customers and /contacts."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problem import Conflict
from accounts.api.viewsets import Created, Listed, Resource, Retrieved, Updated
from customers.api.filters import ATTRIBUTE, ContactFilter, CustomerFilter
from customers.api.serializers.customers import (
    ChurnSerializer,
    ContactSerializer,
    CustomerSerializer,
)
from customers.attributes import laid_over
from customers.models import Contact, Customer


class CustomerViewSet(Listed, Retrieved, Created, Updated, Resource):
    """Companies we serve."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
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
        return name.startswith(ATTRIBUTE)

    def perform_create(self, values: dict[str, Any]) -> Customer:
        if not self.request.user.sees_every_customer:
            values["csm"] = self.request.user
        attributes = laid_over({}, values.pop("attributes", {}))
        customer = Customer(**values, attributes=attributes)
        customer.refresh_search_text()
        customer.save(force_insert=True)
        return customer

    def perform_update(self, instance: Customer, values: dict[str, Any]) -> None:
        if "attributes" in values:
            values["attributes"] = laid_over(instance.attributes, values["attributes"])
        for name, value in values.items():
            setattr(instance, name, value)
        instance.refresh_search_text()
        instance.save(update_fields=[*values, *self.stamped])

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


class ContactViewSet(Listed, Retrieved, Created, Updated, Resource):
    """People at customers."""

    queryset = Contact.objects.all()
    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    stamped = ("updated_at",)
    orderings = {"created_at": "created_at", "updated_at": "updated_at", "name": "name"}
