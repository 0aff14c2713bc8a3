"""The routes of the REST API, collected from the apps."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from customers.api.viewsets.attributes import AttributeViewSet
from customers.api.viewsets.contracts import (
    ExchangeRateViewSet,
    ProductViewSet,
    PurchaseViewSet,
    SubscriptionViewSet,
)
from customers.api.viewsets.costs import CostLineViewSet, RoleRateViewSet
from customers.api.viewsets.customers import ContactViewSet, CustomerViewSet
from customers.api.viewsets.imports import ImportViewSet
from customers.api.viewsets.work import TaskViewSet, TicketViewSet, TouchpointViewSet
from metrics.api.changes import ChangeViewSet
from metrics.api.cohorts import CohortViewSet
from metrics.api.grounds import AssumptionViewSet, FeatureViewSet, InsiderViewSet
from metrics.api.numbers import NumberViewSet
from metrics.api.viewsets import AlertViewSet, HealthViewSet, NightViewSet
from surveys.api.viewsets import InvitationViewSet, ResponseViewSet, SurveyViewSet

router = SimpleRouter(trailing_slash=False)
router.register("customers", CustomerViewSet, "customer")
router.register("contacts", ContactViewSet, "contact")
router.register("imports", ImportViewSet, "import")
router.register("attributes", AttributeViewSet, "attribute")
router.register("products", ProductViewSet, "product")
router.register("exchange-rates", ExchangeRateViewSet, "exchange-rate")
router.register("subscriptions", SubscriptionViewSet, "subscription")
router.register("purchases", PurchaseViewSet, "purchase")
router.register("cost-lines", CostLineViewSet, "cost-line")
router.register("role-rates", RoleRateViewSet, "role-rate")
router.register("assumptions", AssumptionViewSet, "assumption")
router.register("features", FeatureViewSet, "feature")
router.register("insiders", InsiderViewSet, "insider")
router.register("touchpoints", TouchpointViewSet, "touchpoint")
router.register("tasks", TaskViewSet, "task")
router.register("tickets", TicketViewSet, "ticket")
router.register("surveys", SurveyViewSet, "survey")
router.register("invitations", InvitationViewSet, "invitation")
router.register("responses", ResponseViewSet, "response")
router.register("health", HealthViewSet, "health")
router.register("alerts", AlertViewSet, "alert")
router.register("nights", NightViewSet, "night")

# Figures are asked for by their code.
NUMBERS = [
    path("numbers", NumberViewSet.as_view({"get": "list"}), name="number-list"),
    path("numbers/<slug:code>", NumberViewSet.as_view({"get": "retrieve"}), name="number-detail"),
    path("numbers/<slug:code>/rows", NumberViewSet.as_view({"get": "rows"}), name="number-rows"),
    path(
        "numbers/<slug:code>/change",
        ChangeViewSet.as_view({"get": "change"}),
        name="number-change",
    ),
    path(
        "numbers/<slug:code>/cohorts",
        CohortViewSet.as_view({"get": "cohorts"}),
        name="number-cohorts",
    ),
    path(
        "numbers/<slug:code>/cohorts/<slug:month>/<int:age>",
        CohortViewSet.as_view({"get": "cell"}),
        name="number-cohort-cell",
    ),
]
api_urlpatterns = [*router.urls, *NUMBERS]
