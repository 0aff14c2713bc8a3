"""Whom to help today, and why: the open tasks of the coming days, one line for each customer.

A line is ranked by urgency and value. Urgency is what happened (see `URGENCY`), how long the task
is overdue and how near the renewal is; value is the customer's share of the largest annual value
in the list. The weights are a choice, not a measurement; the reasons stand on the line in words.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import DateField, ExpressionWrapper, F, Q, QuerySet, Value

from customers.models import Customer, Task
from customers.querysets import TaskQuerySet
from metrics.models import Alert, Snapshot

AHEAD_DAYS = 7
# Of each of two orders.
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


# How long a task takes, roughly: a choice too, and said on the line where it matters.
MINUTES: dict[str, int] = {
    Alert.Kind.WENT_RED: 30,
    Alert.Kind.SCORE_FELL: 30,
    Alert.Kind.DETRACTOR: 15,
    Alert.Kind.USAGE_FELL: 20,
    Alert.Kind.RENEWAL_UNTOUCHED: 30,
}
OTHER_MINUTES, SAME_CALL_MINUTES = 15, 5


class Candidate(NamedTuple):
    """A task as far as its rank depends on it, with the figures of its customer's snapshot."""

    pk: int
    customer_id: int | None
    reason: str
    priority: int
    due_on: date | None
    annual_value: Decimal | None
    renews_on: date | None

    @property
    def value(self) -> Decimal:
        return self.annual_value or Decimal(0)


CANDIDATE_FIELDS = (
    "pk", "customer_id", "reason", "priority", "due_on",
    "customer__snapshot__annual_value", "customer__snapshot__renews_on",
)  # fmt: skip
# What a line shows of its tasks, their customer and whoever does them.
LINE = [
    "customer__name", "assignee__full_name", "assignee__email", "title", "reason",
    "reason_details", "note", "due_on", "done_at", "dropped_at",
    "customer__snapshot__health_band", "customer__snapshot__health_score",
    "customer__snapshot__health_change_7", "customer__snapshot__renews_on",
    "customer__snapshot__annual_value",
]  # fmt: skip


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

    @property
    def minutes(self) -> int:
        """The longest task; another one for the same customer adds little."""
        longest = max(MINUTES.get(task.reason, OTHER_MINUTES) for task in self.tasks)
        return longest + SAME_CALL_MINUTES * len(self.others)

    @property
    def annual_value(self) -> Decimal:
        return (self.snapshot.annual_value if self.snapshot else None) or Decimal(0)


@dataclass(frozen=True)
class DayPlan:
    """The first lines, and how many more there are; `left` are those no time remains for."""

    lines: list[Line]
    more: int
    left: tuple[Line, ...] = ()

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def value_left(self) -> Decimal:
        """Annual value of the customers of the lines that are left."""
        return sum((line.annual_value for line in self.left), Decimal(0))

    def within(self, minutes: int) -> "DayPlan":
        """From the top whatever still fits; it never takes longer than `minutes`."""
        chosen: list[Line] = []
        left: list[Line] = []
        for line in self.lines:
            free = minutes - sum(taken.minutes for taken in chosen)
            (chosen if line.minutes <= free else left).append(line)
        return DayPlan(chosen, self.more, tuple(left))


def day_plan(tasks: TaskQuerySet, *, day: date) -> DayPlan:
    """Plan a day from some tasks, for example the visible ones of one assignee."""
    groups: dict[object, list[Candidate]] = defaultdict(list)
    for candidate in candidates(tasks, day=day):
        groups[candidate.customer_id or f"task {candidate.pk}"].append(candidate)
    largest = max((group[0].value for group in groups.values()), default=Decimal(0))
    ranked = [(points_of(group, day=day, largest=largest), group) for group in groups.values()]
    for _points, group in ranked:
        group.sort(key=lambda candidate: (-urgency(candidate, day), candidate.pk))
    ranked.sort(key=lambda line: (-line[0], line[1][0].pk))
    return DayPlan(in_full(ranked[:LINES]), max(0, len(ranked) - LINES))


def candidates(tasks: TaskQuerySet, *, day: date) -> list[Candidate]:
    """What may be on the plan: awake, due within a week, the most pressing and the most valuable.

    Both are read in the order of an index and only as far as needed, however many tasks there are.
    """
    near = tasks.awake_on(day).due_within(AHEAD_DAYS, today=day)
    pressing = near.order_by("priority", "due_on", "pk")
    valuable = near.filter(customer__snapshot__mrr__gt=0).order_by("-customer__snapshot__mrr", "pk")
    found: dict[int, Candidate] = {}
    for best in (pressing, valuable):
        for row in best.values_list(*CANDIDATE_FIELDS)[:CANDIDATES]:
            found[row[0]] = Candidate(*row)
    return list(found.values())


def in_full(ranked: list[tuple[float, list[Candidate]]]) -> list[Line]:
    """Only of what is shown everything is read that a line shows."""
    keys = [candidate.pk for _points, group in ranked for candidate in group]
    with_all = Task.objects.select_related("customer__snapshot", "assignee")
    read = with_all.only(*LINE).in_bulk(keys)
    return [line_of([read[c.pk] for c in group], points) for points, group in ranked]


def line_of(tasks: list[Task], points: float) -> Line:
    customer = tasks[0].customer
    return Line(customer, getattr(customer, "snapshot", None), tasks, points)


def points_of(group: list[Candidate], *, day: date, largest: Decimal) -> float:
    top = max(urgency(candidate, day) for candidate in group)
    points = top + ANOTHER_REASON * (len(group) - 1) + renewal_points(group[0].renews_on, day)
    if largest:
        points += VALUE_POINTS * float(group[0].value / largest) ** 0.5
    return points


def urgency(task: Candidate, day: date) -> float:
    urgent = URGENCY.get(task.reason) or OWN_URGENCY[task.priority]
    if task.due_on is None:
        return urgent
    overdue = (day - task.due_on).days
    return urgent + max(-AHEAD_DAYS, min(overdue, OVERDUE_POINTS))


def renewal_points(renews_on: date | None, day: date) -> float:
    left = (renews_on - day).days if renews_on else -1
    return RENEWAL_POINTS * (1 - left / RENEWAL_DAYS) if 0 <= left < RENEWAL_DAYS else 0


def renewing_soon(
    snapshots: "QuerySet[Snapshot]", *, day: date, of_few: bool = False
) -> "QuerySet[Snapshot]":
    """Renewals of the next 90 days, the nearest first; `of_few` when they are of a few people.

    Theirs are found by whose they are and then sorted: along the index of renewals PostgreSQL would
    walk past everybody else's, and past all of them where these people have none.
    """
    active = Q(customer__churned_on__isnull=True) | Q(customer__churned_on__gt=day)
    last = date.fromordinal(day.toordinal() + RENEWAL_DAYS)
    soon = snapshots.filter(active, renews_on__range=(day, last))
    order = ExpressionWrapper(F("renews_on") + Value(0), DateField()) if of_few else "renews_on"
    return soon.select_related("customer").order_by(order, "customer_id")
