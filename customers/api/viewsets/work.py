"""/touchpoints, /tasks and /tickets."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problem import Conflict
from accounts.api.viewsets import Created, Deleted, Listed, Resource, Retrieved, Updated
from accounts.permissions import Permission
from customers.api.bulk import BulkResultSerializer, BulkUpserted
from customers.api.filters import TaskFilter, TicketFilter, TouchpointFilter
from customers.api.serializers.work import (
    BulkTaskSerializer,
    SnoozeSerializer,
    TaskBulkSerializer,
    TaskSerializer,
    TicketSerializer,
    TouchpointSerializer,
)
from customers.api.tombstones import Remembered
from customers.models import Task, Ticket, Touchpoint
from customers.touching import log_touchpoint, remove_touchpoint


class TouchpointViewSet(Remembered, Listed, Retrieved, Created, Deleted, Resource):
    """Time we gave a customer. Logging one moves the customer's last touch."""

    scope = "tasks"
    may_write = Permission.WORK
    queryset = Touchpoint.objects.all()
    serializer_class = TouchpointSerializer
    filterset_class = TouchpointFilter
    orderings = {"created_at": "created_at", "happened_at": "happened_at"}

    def perform_create(self, values: dict[str, Any]) -> Touchpoint:
        values.setdefault("happened_at", timezone.now())
        return log_touchpoint(author=self.request.user, **values)

    def perform_destroy(self, instance: Touchpoint) -> None:
        remove_touchpoint(instance)


@extend_schema_view(
    bulk_upsert=extend_schema(request=TaskBulkSerializer, responses=BulkResultSerializer)
)
class TaskViewSet(BulkUpserted, Remembered, Listed, Retrieved, Created, Updated, Resource):
    """Something a person should do, and by when."""

    scope = "tasks"
    may_write = Permission.WORK
    queryset = Task.objects.all()
    serializer_class = TaskSerializer
    bulk_serializer_class = BulkTaskSerializer
    filterset_class = TaskFilter
    orderings = {"created_at": "created_at", "due_on": "due_on", "priority": "priority"}

    def perform_create(self, values: dict[str, Any]) -> Task:
        task = self.made(values)
        task.save(force_insert=True)
        return task

    def made(self, values: dict[str, Any]) -> Task:
        """One's own task unless somebody is named; not saved yet."""
        return Task(**{"assignee": self.request.user, **values})

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """Close it as done; 409 when it was closed before."""
        task = self.get_object()
        return self._settled(task, won=task.mark_done(by=request.user))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Close it as not worth doing; 409 when it was closed before."""
        task = self.get_object()
        return self._settled(task, won=task.drop())

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Open it again; 409 when it is open."""
        task = self.get_object()
        return self._settled(task, won=task.reopen())

    @extend_schema(request=SnoozeSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """Let it sleep through a day; 409 when it was closed before."""
        task = self.get_object()
        snooze = SnoozeSerializer(data=request.data)
        snooze.is_valid(raise_exception=True)
        return self._settled(task, won=task.snooze(**snooze.validated_data))

    def _settled(self, task: Task, *, won: bool) -> Response:
        if not won:
            raise Conflict
        return self.acted(task)


class TicketViewSet(Remembered, Listed, Retrieved, Created, Updated, Deleted, Resource):
    """Support cases customers opened with us."""

    queryset = Ticket.objects.all()
    serializer_class = TicketSerializer
    filterset_class = TicketFilter
    orderings = {"created_at": "created_at", "opened_at": "opened_at"}
