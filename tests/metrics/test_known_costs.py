"""What was known of costs, time, purchases and assumptions on a day: as the log of changes says."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pgtrigger
import pytest
import time_machine
from django.apps import apps
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.models import CostLine, RoleRate, Touchpoint
from metrics.assumptions import Name, assumed
from metrics.catalogue import BY_CODE, METRICS
from metrics.figure import REASONS
from metrics.models import Assumption
from metrics.question import question_of
from metrics.revenue.logged import LOGGED
from metrics.revenue.two_clocks import as_known, remembering
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
# Rows that do not say themselves when they were entered: the log does.
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def entered(on: date) -> None:
    """All that the log noted since the last call was noted on this day."""
    moment = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
    for name in LOGGED:
        log = apps.get_model(f"{name}Event")
        with pgtrigger.ignore(f"{log._meta.label}:append_only"):
            fresh = log.objects.filter(pgh_created_at__gt=datetime(2026, 6, 16, tzinfo=UTC))
            fresh.update(pgh_created_at=moment)


def line(amount, **more):
    return CostLine.objects.create(**{
        "kind": "tools", "label": "Tool", "starts_on": MAY, "until": JUNE, "amount": amount,
        "currency": "JPY", "retention_share": 1, "created_at": LATER,
    } | more)  # fmt: skip


def figure(code, known=None):
    asked = {"period": "2026-05"} | ({"known": known.isoformat()} if known else {})
    found = BY_CODE[code].answer(question_of(asked, TODAY))
    totals = BY_CODE[code].rows(question_of(asked, TODAY)).totals()
    assert totals.numerator == (found.numerator or 0)
    return found


def test_costs_are_those_that_had_been_entered_then():
    tool = line(1000)
    entered(date(2026, 5, 3))
    CostLine.objects.filter(pk=tool.pk).update(amount=1500)
    entered(date(2026, 5, 10))
    line(200)
    entered(date(2026, 5, 20))
    tool.delete()
    entered(date(2026, 6, 1))

    known = {day: figure("crc", date(2026, 5, day)).value for day in (2, 3, 9, 10, 20, 31)}

    assert known == {2: None, 3: 1000, 9: 1000, 10: 1500, 20: 1700, 31: 1700}
    assert figure("crc", date(2026, 5, 2)).reason == "no_cost_lines"
    assert (figure("crc").value, figure("crc", date(2026, 6, 1)).value) == (200, 200)


def test_time_and_what_an_hour_costs_are_those_known_then(lea):
    rate = RoleRate.objects.create(role="lead", effective_on=MAY, hourly=6000)
    spent = Touchpoint.objects.create(
        customer=CustomerFactory(), author=lea, kind="call", minutes=30, summary="Talk",
        happened_at=datetime(2026, 5, 5, 3, tzinfo=UTC), created_at=LATER,
    )  # fmt: skip
    entered(date(2026, 5, 6))
    Touchpoint.objects.filter(pk=spent.pk).update(minutes=60)
    entered(date(2026, 5, 8))
    RoleRate.objects.filter(pk=rate.pk).update(hourly=9000)
    entered(date(2026, 5, 12))

    known = [figure("cost_to_serve", date(2026, 5, day)).value for day in (5, 6, 8, 12)]

    assert known == [None, 3000, 6000, 9000]


def test_what_is_taken_for_granted_is_what_was_then():
    Assumption.objects.create(name="gross_margin", effective_on=MAY, value=Decimal("0.5"),
                              created_at=LATER)  # fmt: skip
    entered(date(2026, 5, 10))

    def margin(known):
        question = question_of({"period": "2026-05", "known": known}, TODAY)
        with as_known(question, costs=True):
            return assumed(Name.GROSS_MARGIN, question.day)

    assert (margin("2026-05-09"), margin("2026-05-10")) == (Decimal("0.8"), Decimal("0.5"))


@pytest.mark.parametrize("chapter", ["cost", "value"])
def test_every_figure_and_its_rows_answer_as_known_then(chapter):
    line(1000)
    question = question_of({"period": "2026-05", "known": "2026-05-20"}, TODAY)

    with remembering():
        answers = {metric.code: metric.answer(question) for metric in METRICS
                   if metric.chapter == chapter}  # fmt: skip
        rows = [BY_CODE[code].rows(question).totals() for code in answers if BY_CODE[code].rows]

    assert {figure.reason for figure in answers.values()} <= REASONS.keys() | {""}
    assert rows


def test_the_page_shows_what_was_known_of_costs_then(as_user, lea):
    line(1234)
    entered(date(2026, 5, 20))

    page = reverse("metrics:value_and_cost")
    with time_machine.travel(datetime(2026, 6, 15, 3, tzinfo=UTC), tick=False):
        pages = {day: as_user(lea).get(f"{page}?period=2026-05&known={day}")
                 for day in ("2026-05-19", "2026-05-20")}  # fmt: skip

    found = {day: "1,234" in shown.content.decode() for day, shown in pages.items()}
    assert found == {"2026-05-19": False, "2026-05-20": True}


acts = st.lists(st.tuples(st.sampled_from(["add", "change", "drop"]), st.integers(0, 9),
                          st.integers(0, 3)), max_size=8)  # fmt: skip


@settings(max_examples=8, deadline=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(acts=acts)
def test_what_was_known_agrees_with_having_looked_every_day(acts):
    with transaction.atomic():
        seen = dict(days_of(acts))

        for day, value in seen.items():
            assert figure("crc", day).value == value
        transaction.set_rollback(True)


def days_of(acts):
    """Do one thing every second day, and look at once."""
    for n, (act, amount, place) in enumerate(acts):
        keys = list(CostLine.objects.order_by("pk").values_list("pk", flat=True)[place : place + 1])
        some = CostLine.objects.filter(pk__in=keys)
        if act == "add":
            line(amount)
        elif act == "change":
            some.update(amount=amount + 10)
        else:
            some.delete()
        entered(MAY + timedelta(days=2 * n))
        yield MAY + timedelta(days=2 * n), figure("crc").value
