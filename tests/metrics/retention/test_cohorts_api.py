"""Whole triangles for other programs: every cohort, every age, with how many it counts."""

from decimal import Decimal

import pytest
import time_machine

from tests.metrics.retention.facts import book, day, pays
from tests.metrics.retention.slow_cohorts import slow_triangle
from tests.metrics.retention.test_cohorts import FOUR, SEVEN

pytestmark = pytest.mark.django_db
CODES = {"logo": "cohort_retention", "net": "cohort_net_revenue", "gross": "cohort_gross_revenue"}
SIX_MONTHS = [
    {"2025-01-10": 100, "2025-03-02": 0, "2025-05-05": 80},
    {"2025-01-31": 50, "2025-02-28": 120},
    {"2025-02-01": 80, "2025-04-30": 50},
    {"2025-04-15": 120, "2025-05-31": 0},
]


@pytest.fixture
def ask(api_of, ana):
    def asked(path, **more):
        with time_machine.travel(f"{more.pop('today', '2025-04-01')}T03:00:00Z", tick=False):
            return api_of(ana).get(f"/api/v1/numbers/{path}", more)

    return asked


def values(body):
    return {
        line["cohort"]: [
            None if cell is None else round(float(Decimal(cell["value"])), 10)
            for cell in line["cells"]
        ]
        for line in body["cohorts"]
    }


def test_the_status_triangle_comes_whole(ask):
    """coh-001, coh-003"""
    for steps in SEVEN:
        pays(steps)
    book()

    body = ask("cohort_retention/cohorts", period="2025-03").json()

    assert {line["cohort"]: line["n"] for line in body["cohorts"]} == {
        "2025-01": 4, "2025-02": 2, "2025-03": 1,
    }  # fmt: skip
    assert values(body) == {
        "2025-01": [1, 0.75, 0.5], "2025-02": [0.5, 0.5, None], "2025-03": [1, None, None],
    }  # fmt: skip
    means = [float(cell["value"]) for cell in body["average"]]
    assert means == pytest.approx([6 / 7, 4 / 6, 2 / 4])
    second = body["cohorts"][0]["cells"][1]
    assert (second["numerator"], second["denominator"], second["n"]) == ("3", "4", 4)
    assert second["interval"]["low"] < 0.75 < second["interval"]["high"]
    assert second["flag"] == "insufficient_n"
    running = ask("cohort_retention/cohorts", period="2025-03", day="2025-03-15").json()
    assert values(running) == {
        "2025-01": [1, 0.75], "2025-02": [0.5, None], "2025-03": [None, None],
    }  # fmt: skip


def test_a_loss_is_final_where_survival_is_asked_for(ask):
    """coh-002"""
    for steps in SEVEN:
        pays(steps)
    book()

    body = ask("cohort_retention/cohorts", period="2025-03", variant="survival").json()

    assert values(body)["2025-01"] == [1, 0.75, 0.25]
    assert float(body["average"][2]["value"]) == pytest.approx(1 / 4)


def test_revenue_triangles_come_net_and_gross(ask):
    """coh-004"""
    for steps in FOUR:
        pays(steps)
    book()

    net, gross = (ask(f"{CODES[m]}/cohorts", period="2025-03").json() for m in ("net", "gross"))

    assert values(net)["2025-01"] == [1, 1, pytest.approx(31 / 30)]
    assert values(gross)["2025-01"] == pytest.approx([1, 5 / 6, 5 / 6])
    assert (net["currency"], net["cohorts"][0]["cells"][0]["denominator"]) == ("JPY", "3600")


@pytest.mark.parametrize("variant", ["status", "survival"])
@pytest.mark.parametrize("measure", CODES)
def test_a_triangle_is_what_a_program_from_outside_makes_of_the_same_facts(ask, measure, variant):
    for steps in SIX_MONTHS:
        pays(steps)
    book()

    body = ask(f"{CODES[measure]}/cohorts", today="2025-07-01", period="2025-06", variant=variant)

    assert values(body.json()) == slow_triangle(SIX_MONTHS, measure, variant)


def test_a_cell_opens_to_ones_own_customers_and_adds_up(ask, ana, ben):
    for steps, csm in zip(FOUR, [ana, ana, ana, ben], strict=True):
        pays(steps, csm=csm)
    book()

    body = ask("cohort_net_revenue/cohorts/2025-01/1", period="2025-03").json()

    assert (body["numerator"], body["denominator"], body["n"]) == ("3600", "3600", 4)
    assert sorted(row["numerator"] for row in body["results"]) == ["1200", "1800", "600"]
    for path in ("2025-03/1", "2025-Q1/0", "9999-12/1", "2025-01/1201"):
        answer = ask(f"cohort_net_revenue/cohorts/{path}", period="2025-03")
        assert answer.status_code == 404, path


def test_older_cohorts_than_the_page_shows_are_there_too(ask):
    pays({"2019-05-05": 100})
    book(day("2025-03-31"))

    body = ask("cohort_retention/cohorts", period="2025-03").json()

    assert (body["cohorts"][0]["cohort"], len(body["cohorts"][0]["cells"])) == ("2019-05", 71)
    assert ask("cohort_retention/cohorts", period="2025-08").json()["reason"] == "not_over"
    assert ask("cohort_retention/cohorts", variant="both").status_code == 400
    assert ask("mrr/cohorts").status_code == 404
