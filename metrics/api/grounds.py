"""/features, /insiders and /assumptions: what counts as use, and what figures take for granted."""

from typing import Any

from accounts.api.viewsets import Created, Deleted, Listed, Resource, Retrieved, Updated
from accounts.permissions import Permission
from lib.days import today
from metrics.api.filters import AssumptionFilter, FeatureFilter, InsiderFilter
from metrics.api.ground_shapes import (
    AssumptionSerializer,
    FeatureSerializer,
    InsiderSerializer,
)
from metrics.counting_again import count_again
from metrics.models import Assumption, Feature, Insider


class CountsAgain:
    """After a change the nights count use again, as after one on the page."""

    def perform_create(self, values: dict[str, Any]) -> Any:
        count_again(today())
        return super().perform_create(values)  # type: ignore[misc]

    def perform_update(self, instance: Any, values: dict[str, Any]) -> None:
        count_again(today())
        super().perform_update(instance, values)  # type: ignore[misc]

    def perform_destroy(self, instance: Any) -> None:
        count_again(today())
        super().perform_destroy(instance)  # type: ignore[misc]


class FeatureViewSet(CountsAgain, Listed, Retrieved, Created, Updated, Resource):
    """Events of the product: which are of value, which are core features, and for whom."""

    scope = "costs"
    may_read = may_write = Permission.MANAGE_COSTS
    queryset = Feature.objects.all()
    serializer_class = FeatureSerializer
    filterset_class = FeatureFilter
    orderings = {"id": "id", "event": "event"}
    default_ordering = "id"


class InsiderViewSet(CountsAgain, Listed, Retrieved, Created, Updated, Deleted, Resource):
    """Our own people and bots, who stand in no figure."""

    scope = "costs"
    may_read = may_write = Permission.MANAGE_COSTS
    queryset = Insider.objects.all()
    serializer_class = InsiderSerializer
    filterset_class = InsiderFilter
    orderings = {"id": "id", "mark": "mark"}
    default_ordering = "id"


class AssumptionViewSet(Listed, Retrieved, Created, Updated, Resource):
    """Gross margin, discount rate, horizon and borders of touch tiers, from a day on."""

    scope = "costs"
    may_read = may_write = Permission.MANAGE_COSTS
    queryset = Assumption.objects.all()
    serializer_class = AssumptionSerializer
    filterset_class = AssumptionFilter
    orderings = {"id": "id", "effective_on": "effective_on"}
    default_ordering = "id"

    def made(self, values: dict[str, Any]) -> Assumption:
        return Assumption(**{"author": self.request.user, **values})

    def perform_update(self, instance: Any, values: dict[str, Any]) -> None:
        super().perform_update(instance, {**values, "author": self.request.user})
