"""Whom to help today, and why: the open tasks of the coming days, one line for each customer.

A line is ranked by urgency and value. Urgency is what happened (see `URGENCY`), how long the task
is overdue and how near the renewal is; value is the customer's share of the largest annual value
in the list. The weights are a choice, not a measurement; the reasons stand on the line in words.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from customers.models import Customer, Task
from customers.querysets import TaskQuerySet
from metrics.models import Alert, Snapshot

AHEAD_DAYS = 7
CANDIDATES = 200
LINES = 12
URGENCY: dict[str, int] = {
    Alert.Kind.WENT_RED: 40,
    Alert.Kind.SCORE_FELL: 35,
    Alert.Kind.DETRACTOR: 35,
    Alert.Kind.USAGE_FELL: 30,
    Alert.Kind.RENEWAL_UNTOUCHED: 30,
}
OWN_URGENCY: dict[int, int] = {
    Task.Priority.HIGH: 25,
    Task.Priority.NORMAL: 12,
    Task.Priority.LOW: 4,
}
VALUE_POINTS = 30
RENEWAL_POINTS, RENEWAL_DAYS = 20, 90
OVERDUE_POINTS = 15
ANOTHER_REASON = 5


@dataclass(frozen=True)
class Line:
    """A customer with the tasks that make her today's; the most urgent task comes first."""

    customer: Customer | None
    snapshot: Snapshot | None
    tasks: list[Task]
    points: float

    @property
    def task(self) -> Task:
        return self.tasks[0]

    @property
    def others(self) -> list[Task]:
        return self.tasks[1:]


@dataclass(frozen=True)
class DayPlan:
    """The first lines, and how many more there are."""

    lines: list[Line]
    more: int


def day_plan(tasks: TaskQuerySet, *, day: date) -> DayPlan:
    """Plan a day from some tasks, for example the visible ones of one assignee."""
    by_customer: dict[object, list[Task]] = defaultdict(list)
    for task in candidates(tasks, day=day):
        by_customer[task.customer_id or f"task {task.pk}"].append(task)
    largest = max((value_of(group[0]) for group in by_customer.values()), default=Decimal(0))
    lines = [line_of(group, day=day, largest=largest) for group in by_customer.values()]
    lines.sort(key=lambda line: (-line.points, line.task.pk))
    return DayPlan(lines[:LINES], max(0, len(lines) - LINES))


def candidates(tasks: TaskQuerySet, *, day: date) -> TaskQuerySet:
    """What may be on the plan: awake, due within a week, the most pressing and valuable first."""
    near = tasks.awake_on(day).due_within(AHEAD_DAYS, today=day)
    value = F("customer__snapshot__annual_value").desc(nulls_last=True)
    # Only keys are sorted, of many thousand tasks perhaps; few rows are then read in full.
    keys = near.order_by("priority", value, "due_on", "pk").values_list("pk", flat=True)
    chosen = Task.objects.filter(pk__in=list(keys[:CANDIDATES]))
    return chosen.select_related("customer__snapshot", "assignee").order_by("pk")


def line_of(group: list[Task], *, day: date, largest: Decimal) -> Line:
    tasks = sorted(group, key=lambda task: -urgency(task, day))
    top = tasks[0]
    snapshot = snapshot_of(top)
    points = urgency(top, day) + ANOTHER_REASON * (len(tasks) - 1) + renewal_points(snapshot, day)
    if largest:
        points += VALUE_POINTS * float(value_of(top) / largest) ** 0.5
    return Line(top.customer, snapshot, tasks, points)


def urgency(task: Task, day: date) -> float:
    urgent = URGENCY.get(task.reason) or OWN_URGENCY[task.priority]
    if task.due_on is None:
        return urgent
    overdue = (day - task.due_on).days
    return urgent + max(-AHEAD_DAYS, min(overdue, OVERDUE_POINTS))


def renewal_points(snapshot: Snapshot | None, day: date) -> float:
    if snapshot is None or snapshot.renews_on is None:
        return 0
    left = (snapshot.renews_on - day).days
    return RENEWAL_POINTS * (1 - left / RENEWAL_DAYS) if 0 <= left < RENEWAL_DAYS else 0


def value_of(task: Task) -> Decimal:
    snapshot = snapshot_of(task)
    return snapshot.annual_value if snapshot else Decimal(0)


def snapshot_of(task: Task) -> Snapshot | None:
    return getattr(task.customer, "snapshot", None) if task.customer else None


def renewing_soon(snapshots: "QuerySet[Snapshot]", *, day: date) -> "QuerySet[Snapshot]":
    """Renewals of the next 90 days, the nearest first."""
    active = Q(customer__churned_on__isnull=True) | Q(customer__churned_on__gt=day)
    last = date.fromordinal(day.toordinal() + RENEWAL_DAYS)
    soon = snapshots.filter(active, renews_on__range=(day, last))
    return soon.select_related("customer").order_by("renews_on", "customer_id")
