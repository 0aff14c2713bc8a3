"""Cohort triangles from facts: coh-001 to coh-005, the slow twin, and what is never shown."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer, ExchangeRate
from metrics.catalogue import BY_CODE
from metrics.models import CohortStep, CustomerLife
from metrics.question import question_of
from metrics.retention.cohorts import COHORT_LOGO, COHORT_NET, cell_rows, triangle
from metrics.retention.lost import lost_by_reason, lost_by_tenure
from metrics.retention.survival import SURVIVAL_12
from metrics.revenue.ledger import rebuild_movements
from metrics.traits import keep_traits
from tests.metrics.retention.facts import (
    THROUGH,
    asked_at_end_of,
    book,
    day,
    learned_late,
    pays,
    shares,
)
from tests.metrics.retention.slow_cohorts import slow_churn, slow_triangle

pytestmark = pytest.mark.django_db
SEVEN = [
    {"2025-01-05": 100},
    {"2025-01-05": 100, "2025-03-20": 0},
    {"2025-01-05": 100, "2025-03-31": 0},
    {"2025-01-05": 100, "2025-02-20": 0, "2025-03-20": 100},
    {"2025-02-05": 100},
    {"2025-02-05": 100, "2025-02-20": 0},
    {"2025-03-05": 100},
]
FOUR = [
    {"2025-01-05": 100, "2025-02-10": 150},
    {"2025-01-05": 100},
    {"2025-01-05": 50, "2025-03-10": 0},
    {"2025-01-05": 50, "2025-02-10": 0, "2025-03-10": 60},
]


def booked(histories) -> None:
    for steps in histories:
        pays(steps)
    book()


def test_a_return_lifts_the_status_triangle_coh_001():
    booked(SEVEN)

    found = triangle(asked_at_end_of("2025-03-31"))

    assert [cohort.size for cohort in found.cohorts] == [4, 2, 1]
    assert shares(found) == {
        "2025-01": [1, 0.75, 0.5],
        "2025-02": [0.5, 0.5, None],
        "2025-03": [1, None, None],
    }
    assert [float(cell.share) for cell in found.average] == pytest.approx([6 / 7, 4 / 6, 2 / 4])


def test_a_loss_is_final_in_the_survival_triangle_coh_002():
    booked(SEVEN)

    found = triangle(asked_at_end_of("2025-03-31"), variant="survival")

    assert shares(found) == {
        "2025-01": [1, 0.75, 0.25],
        "2025-02": [0.5, 0.5, None],
        "2025-03": [1, None, None],
    }
    assert [float(cell.share) for cell in found.average] == pytest.approx([6 / 7, 4 / 6, 1 / 4])


def test_a_month_that_is_not_over_has_no_cell_coh_003():
    booked(SEVEN)

    found = triangle(asked_at_end_of("2025-03-15"))

    assert shares(found) == {
        "2025-01": [1, 0.75],
        "2025-02": [0.5, None],
        "2025-03": [None, None],
    }


def test_revenue_is_net_or_capped_for_each_customer_coh_004():
    booked(FOUR)
    question = asked_at_end_of("2025-03-31")

    net, gross = (shares(triangle(question, measure))["2025-01"] for measure in ("net", "gross"))

    assert net == [1, 1, pytest.approx(31 / 30)]
    assert gross == pytest.approx([1, 5 / 6, 5 / 6])


def test_a_cohort_may_grow_out_of_few_customers_coh_005():
    booked([{"2024-01-05": 100, "2024-12-10": 500}])
    booked([{"2024-01-05": 100, "2024-06-10": 0}] * 3)
    question = asked_at_end_of("2025-01-31")

    last = {
        measure: shares(triangle(question, measure))["2024-01"][12]
        for measure in ("net", "gross", "logo")
    }

    assert last == {"net": 1.25, "gross": 0.25, "logo": 0.25}
    assert COHORT_NET.answer(question).value == Decimal("1.25")


def test_cells_of_small_cohorts_are_not_shown():
    booked([{"2025-01-05": 100}] * 4 + [{"2025-02-05": 100}] * 5)

    found = triangle(asked_at_end_of("2025-03-31"))

    assert [cohort.cells[0].is_shown for cohort in found.cohorts] == [False, True]


def test_exchange_rates_do_not_move_a_cohort():
    for month, rate in (("2025-01-01", 100), ("2025-02-01", 150), ("2025-03-01", 97)):
        ExchangeRate.objects.create(currency="USD", month=day(month), rate=rate)
    pays({"2025-01-05": 7, "2025-03-10": 14}, currency="USD")
    book()

    found = triangle(asked_at_end_of("2025-03-31"), "net")

    assert shares(found) == {"2025-01": [1, 1, 2]}


def test_who_comes_back_is_counted_at_the_rates_of_joining_too():
    for month, rate in (("2025-01-01", 100), ("2025-02-01", 150), ("2025-03-01", 80)):
        ExchangeRate.objects.create(currency="USD", month=day(month), rate=rate)
    for _customer in range(5):
        pays({"2025-01-05": 7, "2025-01-20": 0, "2025-03-10": 14}, currency="USD")
    book()

    found = shares(triangle(asked_at_end_of("2025-03-31"), "net"))

    assert found["2025-01"] == [0, 0, 2]


def test_customers_stay_with_the_traits_they_joined_with():
    pays({"2025-01-05": 100}, segment="Small")
    moved = pays({"2025-01-05": 100, "2025-02-05": 0}, segment="Small")
    keep_traits(day("2025-01-20"), first=0, last=2**62)
    moved.segment = "Large"
    moved.save()
    keep_traits(day("2025-01-25"), first=0, last=2**62)
    book()

    small = triangle(asked_at_end_of("2025-02-28", segment="Small"))
    large = triangle(asked_at_end_of("2025-02-28", segment="Large"))

    assert shares(small) == {"2025-01": [1, 0.5]}
    assert large.cohorts == ()


def test_the_customers_behind_a_cell_add_up_to_it():
    booked(SEVEN)
    question = asked_at_end_of("2025-03-31")
    january = (day("2025-01-01"), day("2025-01-01"))

    for measure in ("logo", "net", "gross"):
        for age in (0, 1, 2):
            cell = triangle(question, measure, "survival").cohorts[0].cells[age]
            totals = cell_rows(question, january, age, measure, "survival").totals()
            assert (totals.numerator, totals.denominator) == (cell.kept, cell.whole)


def test_a_triangle_may_be_read_as_it_was_known_then():
    booked([{"2025-01-05": 100}, {"2025-01-05": 100}])
    learned_late(Customer.objects.first(), "2025-02-10", "2025-04-05")
    book()

    known = triangle(asked_at_end_of("2025-03-31", known="2025-03-31"), "logo", "survival")

    assert shares(known) == {"2025-01": [1, 1, 1]}
    assert shares(triangle(asked_at_end_of("2025-03-31"))) == {"2025-01": [1, 0.5, 0.5]}
    then = asked_at_end_of("2026-03-31", known="2025-04-04")
    assert (COHORT_LOGO.answer(then).numerator, SURVIVAL_12.answer(then).n) == (2, 2)
    assert COHORT_LOGO.rows(then).totals().numerator == 2


days = st.dates(day("2025-01-01"), day("2025-05-31")).map(str)
histories = st.lists(
    st.dictionaries(days, st.sampled_from([0, 50, 80, 120]), min_size=1, max_size=5), min_size=1,
    max_size=6,
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories=histories)
def test_the_triangle_agrees_with_looking_at_every_month_end(histories):
    with transaction.atomic():
        histories = [dict(sorted(steps.items())) for steps in histories]
        booked(histories)
        question = asked_at_end_of("2025-06-30")
        kept = steps_stored()

        for measure in ("logo", "net", "gross"):
            for variant in ("status", "survival"):
                found = triangle(question, measure, variant)
                assert shares(found) == slow_triangle(histories, measure, variant)
                if variant == "survival" and measure != "net":
                    assert_never_rises(found)
        assert_churn_agrees(histories)
        rebuild_movements(through=THROUGH)
        assert steps_stored() == kept
        transaction.set_rollback(True)


def assert_churn_agrees(histories) -> None:
    """Of April: the rate, its complement, early churn, and the lost one by one."""
    question = question_of({"period": "2025-04"}, day("2025-07-01"))
    start, lost, early = slow_churn(histories, day("2025-04-01"), day("2025-04-30"))

    churn, kept = (BY_CODE[code].answer(question) for code in ("logo_churn", "logo_retention"))

    assert (churn.numerator, churn.denominator, churn.parts["early"]) == (lost, start, early)
    assert kept.numerator + churn.numerator == start
    assert sum(n for _reason, n, _mrr in lost_by_reason(question)) == lost
    bands = lost_by_tenure(question)
    assert (sum(b.start for b in bands), sum(b.lost for b in bands)) == (start, lost)


def assert_never_rises(found) -> None:
    for cohort in found.cohorts if found.cohorts else ():
        levels = [cell.kept for cell in cohort.cells if cell]
        if cohort.cells[0].is_logo:
            assert levels == sorted(levels, reverse=True)


def steps_stored() -> list[tuple]:
    names = [f.name for f in CohortStep._meta.concrete_fields if f.name != "id"]
    lives = [f.name for f in CustomerLife._meta.concrete_fields]
    return [*CohortStep.objects.values_list(*names).order_by("customer_id", "age"),
            *CustomerLife.objects.values_list(*lives).order_by("customer_id")]  # fmt: skip
