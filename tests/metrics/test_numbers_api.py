"""Figures for other programs: definitions, values with all that makes them, groups and rows."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from customers.models import CostLine, ExchangeRate
from metrics.catalogue import METRICS
from metrics.models import RevenueMovement
from metrics.traits import keep_traits
from tests.factories import DAY, NOON, CustomerFactory

NUMBERS = "/api/v1/numbers/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def book(ana, ben):
    """Ana's customer pays 100 a month, Ben's 200 until three days ago."""
    for name, csm, segment, annual, leaves in (("Stays", ana, "Small", 1200, False),
                                               ("Leaves", ben, "Large", 2400, True)):  # fmt: skip
        customer = CustomerFactory(name=name, csm=csm, segment=segment)
        moves = [(DAY - timedelta(days=90), "new", annual)]
        moves += [(DAY - timedelta(days=3), "churn", -annual)] if leaves else []
        for day, kind, amount in moves:
            RevenueMovement.objects.create(customer=customer, day=day, kind=kind, amount=amount,
                                           balance=max(amount, 0), plan="Basic")  # fmt: skip
    keep_traits(DAY - timedelta(days=80), first=0, last=2**62)


def test_every_metric_is_listed_with_its_definition(api_of, ana):
    listed = api_of(ana).get(NUMBERS).json()

    assert [entry["metric"] for entry in listed] == [metric.code for metric in METRICS]
    assert all(entry["definition"] and entry["formula"] and entry["rule"] for entry in listed)


@pytest.mark.parametrize("asked", [{}, {"segment": "~", "csm": "~", "touch": "low", "plan": "~"}])
def test_every_metric_answers(api_of, ana, asked):
    for metric in METRICS:
        answer = api_of(ana).get(f"{NUMBERS}{metric.code}/", asked)
        assert answer.status_code == 200, metric.code
        body = answer.json()
        assert (body["value"] is None) == (body["reason"] is not None), metric.code


def test_a_figure_carries_all_that_makes_it(api_of, ana, book):
    body = api_of(ana).get(f"{NUMBERS}logo_churn/", {"period": "2026-06"}).json()

    assert (body["value"], body["numerator"], body["denominator"], body["n"]) == (
        "0.5",
        "1",
        "2",
        2,
    )
    assert body["interval"]["low"] < 0.5 < body["interval"]["high"]
    assert body["flag"] == "insufficient_n"
    assert body["period"] == {"start": "2026-06-01", "end": "2026-07-01"}
    assert body["day"] == "2026-06-14"
    assert body["formula"] == "customers gone at the end / customers paying before the period"
    assert body["rows"].endswith("/api/v1/numbers/logo_churn/rows?period=2026-06")


def test_rows_are_ones_own_and_the_totals_everybodys(api_of, ana, book):
    body = api_of(ana).get(f"{NUMBERS}logo_churn/rows/").json()

    assert [row["label"] for row in body["results"]] == ["Stays"]
    assert (body["numerator"], body["denominator"], body["n"]) == ("1", "2", 2)


def test_groups_part_the_whole(api_of, ana, book):
    body = api_of(ana).get(f"{NUMBERS}mrr/", {"by": "segment", "day": "2026-06-01"}).json()

    parts = {group["key"]: group["value"] for group in body["groups"]}
    assert parts == {"Small": "100", "Large": "200"}
    assert sum(map(Decimal, parts.values())) == Decimal(body["value"]) == 300
    by_month = api_of(ana).get(f"{NUMBERS}mrr/", {"by": "month", "period": "2026-Q1"}).json()
    assert [group["key"] for group in by_month["groups"]] == ["2026-04", "2026-05", "2026-06"]


def test_a_period_that_has_not_begun_has_no_figures_and_no_rows(api_of, ana, book):
    for code in ("mrr", "logo_retention", "cohort_retention", "crc", "nps"):
        body = api_of(ana).get(f"{NUMBERS}{code}/", {"period": "2026-07"}).json()
        rows = api_of(ana).get(f"{NUMBERS}{code}/rows/", {"period": "2026-07"}).json()

        assert (body["value"], body["reason"], rows["n"]) == (None, "not_over", 0), code


@pytest.mark.parametrize("code", ["mrr", "arpa"])
def test_rows_come_to_the_figure_in_another_currency_too(api_of, ana, book, code):
    ExchangeRate.objects.create(currency="USD", month=DAY.replace(day=1), rate=Decimal("150"))

    asked = {"currency": "USD", "day": "2026-06-01"}
    body = api_of(ana).get(f"{NUMBERS}{code}/", asked).json()
    rows = api_of(ana).get(f"{NUMBERS}{code}/rows/", asked).json()

    assert float(rows["numerator"]) == pytest.approx(float(body["numerator"]))
    assert float(rows["results"][0]["numerator"]) < 20
    without = api_of(ana).get(f"{NUMBERS}{code}/rows/", asked | {"currency": "GBP"}).json()
    assert without["n"] == 0


def test_a_group_has_the_range_it_has_when_it_is_asked_alone(api_of, ana, ben, book):
    larger = CustomerFactory(csm=ben, segment="Small")
    RevenueMovement.objects.create(customer=larger, day=DAY - timedelta(days=90), kind="new",
                                   amount=9600, balance=9600)  # fmt: skip
    keep_traits(DAY - timedelta(days=80), first=larger.pk, last=larger.pk)

    body = api_of(ana).get(f"{NUMBERS}arpa/", {"by": "segment"}).json()

    (small,) = (group for group in body["groups"] if group["key"] == "Small")
    alone = api_of(ana).get(f"{NUMBERS}arpa/", {"segment": "Small"}).json()
    assert small["interval"] == alone["interval"] is not None


def test_who_never_had_a_contract_is_without_a_plan(api_of, ana, book):
    touched = CustomerFactory(csm=ana)
    spent_on = DAY - timedelta(days=5)
    CostLine.objects.create(customer=touched, kind="programme", label="Start", amount=700,
                            currency="JPY", retention_share=1, starts_on=spent_on,
                            until=spent_on + timedelta(days=1))  # fmt: skip
    keep_traits(DAY - timedelta(days=80), first=touched.pk, last=touched.pk)

    body = api_of(ana).get(f"{NUMBERS}cost_to_serve/", {"by": "plan"}).json()

    parts = {group["key"]: group["value"] for group in body["groups"]}
    assert Decimal(parts[""]) == Decimal(body["value"]) > 0


@pytest.mark.parametrize("by", ["segment", "csm", "touch", "plan", "month"])
def test_every_grouping_answers(api_of, ana, book, by):
    body = api_of(ana).get(f"{NUMBERS}logo_churn/", {"by": by}).json()

    assert body["groups"]
    assert all(group["name"] for group in body["groups"])


@pytest.mark.parametrize(
    ("asked", "fault"),
    [({"period": "2026-13"}, "period"), ({"by": "colour"}, "by"), ({"known": "x"}, "known"),
     ({"day": "2026-06-20"}, "day"), ({"day": "2026-05-01", "period": "2026-06"}, "day"),
     ({"csm": "Ana"}, "csm"), ({"touch": "x"}, "touch"),
     ({"currency": "YEN"}, "currency"), ({"colour": "red"}, "colour")],
)  # fmt: skip
def test_what_cannot_be_read_is_a_problem_that_names_it(api_of, ana, asked, fault):
    answer = api_of(ana).get(f"{NUMBERS}mrr/", asked)

    assert answer.status_code == 400
    assert fault in answer.content.decode()


def test_a_metric_that_is_none_is_not_found(api_of, ana):
    assert api_of(ana).get(f"{NUMBERS}nonsense/").status_code == 404
    assert api_of(ana).get(f"{NUMBERS}nonsense/rows/").status_code == 404


def test_an_undefined_figure_says_why(api_of, ana):
    body = api_of(ana).get(f"{NUMBERS}logo_churn/").json()

    assert (body["value"], body["reason"]) == (None, "no_start")
    assert body["reason_in_words"] == "Nobody paid before the period began."
