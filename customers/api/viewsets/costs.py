"""/cost-lines and /role-rates."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view

from accounts.api.viewsets import Created, Deleted, Listed, Resource, Retrieved, Updated
from accounts.permissions import Permission
from customers.api.bulk import BulkResultSerializer, BulkUpserted
from customers.api.filters import CostLineFilter, RoleRateFilter
from customers.api.serializers.costs import (
    BulkCostLineSerializer,
    CostLineBulkSerializer,
    CostLineSerializer,
    RoleRateSerializer,
)
from customers.api.tombstones import Remembered
from customers.models import CostLine, RoleRate


@extend_schema_view(
    bulk_upsert=extend_schema(request=CostLineBulkSerializer, responses=BulkResultSerializer)
)
class CostLineViewSet(
    BulkUpserted, Remembered, Listed, Retrieved, Created, Updated, Deleted, Resource
):
    """Money spent on some days, and which share of it keeps or wins customers."""

    scope = "costs"
    may_read = may_write = Permission.MANAGE_COSTS
    queryset = CostLine.objects.all()
    serializer_class = CostLineSerializer
    bulk_serializer_class = BulkCostLineSerializer
    filterset_class = CostLineFilter
    orderings = {"created_at": "created_at", "starts_on": "starts_on", "amount": "amount"}

    def made(self, values: dict[str, Any]) -> CostLine:
        return CostLine(**{"author": self.request.user, **values})


class RoleRateViewSet(Listed, Retrieved, Created, Updated, Resource):
    """What an hour of somebody with a role costs, from a day on."""

    scope = "costs"
    may_read = may_write = Permission.MANAGE_COSTS
    queryset = RoleRate.objects.all()
    serializer_class = RoleRateSerializer
    filterset_class = RoleRateFilter
    orderings = {"id": "id", "effective_on": "effective_on"}
    default_ordering = "id"
