"""Any figure opens to its rows, and the rows add up to it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from metrics.catalogue import BY_CODE, METRICS
from metrics.models import RevenueMovement
from metrics.parts import in_currency
from metrics.question import NOBODY, QuestionUnclearError, question_of
from metrics.traits import BEGINNING, counted_under, keep_traits
from tests.factories import DAY, NOON, CustomerFactory

LIST = reverse("metrics:figure_list")
pytestmark = pytest.mark.django_db
EVERYBODY = {"first": 0, "last": 2**63 - 1}


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


def pay(customer, day, annual, plan="Basic") -> None:
    kind = "new" if annual > 0 else "churn"
    RevenueMovement.objects.create(
        customer=customer, day=day, kind=kind, amount=annual, balance=max(annual, 0), plan=plan
    )


@pytest.fixture
def book(ana, ben):
    """Ana's customer stays, Ben's leaves in June; their segments and plans differ."""
    stays = CustomerFactory(name="Stays", csm=ana, segment="Small")
    leaves = CustomerFactory(name="Leaves", csm=ben, segment="Large")
    pay(stays, DAY - timedelta(days=90), 1200)
    pay(leaves, DAY - timedelta(days=90), 2400, plan="Pro")
    pay(leaves, DAY - timedelta(days=3), -2400, plan="Pro")
    keep_traits(DAY - timedelta(days=80), **EVERYBODY)
    return stays, leaves


def address(code: str) -> str:
    return reverse("metrics:figure_detail", args=[code])


def test_the_points_of_a_column_stand_below_each_other(as_user, lea):
    pay(CustomerFactory(), DAY - timedelta(days=90), 1200)
    pay(CustomerFactory(), DAY - timedelta(days=90), Decimal("1200.60"))

    shown = as_user(lea).get(address("mrr")).content.decode()

    cells = re.findall(r'<t[dh] class="num">([^<]+)</t', shown)
    # MRR is a sum: there is nothing below its line, so there is no column of noughts either.
    assert cells == ["Value (JPY)", "100.05", "100.00", "200.05"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "As known today"),
        ({"known": "2026-05-01"}, "As known on 1 May 2026"),
        ({"view": "reported"}, "As reported"),
    ],
)
def test_the_bar_says_of_when_the_figures_are_known_without_being_opened(as_user, lea, asked, said):
    shown = as_user(lea).get(address("mrr"), asked).content.decode()

    summary = re.search(r"<summary.*?</summary>", shown, re.DOTALL)
    assert summary
    assert said in summary[0]


def test_the_rows_of_every_figure_add_up_to_it(book):
    for metric in METRICS:
        if metric.rows is None:
            continue
        question = question_of({}, DAY)
        figure, totals = metric.answer(question), metric.rows(question).totals()
        if figure.denominator is not None:
            assert (totals.numerator, totals.denominator) == (figure.numerator, figure.denominator)


def test_every_figure_with_its_readings_is_told_for_any_part_of_the_customers(book, ana):
    asked = {"segment": "Small", "csm": str(ana.pk), "touch": "low", "plan": "Basic"}

    for metric in METRICS:
        figure = metric.answer(question_of(asked, DAY))

        assert isinstance(dict(figure.parts), dict), metric.code


def test_a_range_between_customers_is_the_same_read_with_the_rows(lea, book):
    told = [metric for metric in METRICS if metric.spread]
    for metric in told:
        rows = metric.rows(question_of({}, DAY))

        _page, totals = rows.opened(lea, 1, with_error=True)

        every = list(rows.all())
        assert totals.error == rows.relative_error() == replace(rows, kind="").relative_error()
        if rows.kind == "customer":
            assert len({row.customer_id for row in every}) == len(every)
    assert any(metric.rows(question_of({}, DAY)).relative_error() for metric in told)


def test_every_figure_is_answered_as_known_then(book):
    for metric in METRICS:
        question = question_of({"known": "2026-06-01"}, DAY)
        figure = metric.answer(question)
        totals = metric.rows(question).totals() if metric.rows else None
        if totals is not None and figure.denominator is not None:
            assert (totals.numerator, totals.denominator) == (figure.numerator, figure.denominator)


def test_a_figure_shows_its_operands_and_its_rows(as_user, lea, book):
    page = as_user(lea).get(address("logo_churn")).content.decode()

    assert "Stays" in page
    assert "Leaves" in page
    assert "customers gone at the end / customers paying before the period" in page


def test_other_readings_of_a_figure_stand_where_it_is_opened(as_user, lea, book):
    page = as_user(lea).get(address("arpa")).content.decode()

    assert "<dt>Median</dt><dd>¥100</dd>" in page


def test_in_another_currency_only_the_money_among_the_readings_changes():
    readings = {"within_horizon": Decimal(300), "lifetime_months": Decimal(30), "at_least": None}

    changed = in_currency("ltv_subscription", readings, Decimal(2))

    assert changed == readings | {"within_horizon": Decimal(600)}


def test_a_csm_sees_the_figure_but_only_her_own_rows(as_user, ana, book):
    page = as_user(ana).get(address("logo_churn")).content.decode()

    assert "Stays" in page
    assert "Leaves" not in page
    assert "the figure counts everybody" in page


def test_every_metric_is_listed(as_user, lea):
    page = as_user(lea).get(LIST).content.decode()

    assert all(address(metric.code) in page for metric in METRICS)


def test_a_metric_that_is_none_is_not_found(as_user, lea):
    assert as_user(lea).get(address("nonsense")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"period": "2026-13"}, "Write a month such as"),
        ({"known": "tomorrow"}, "This must be a day"),
        ({"known": "2030-01-01"}, "must not lie in the future"),
        ({"csm": "x"}, "This must be the number of a CSM"),
        ({"currency": "XXQ"}, "This must be a currency"),
    ],
)
def test_what_is_not_understood_is_said_and_left_out(as_user, lea, book, asked, words):
    page = as_user(lea).get(address("mrr"), asked)

    assert page.status_code == 200
    assert words in page.content.decode()


def test_a_question_goes_to_the_address_and_back():
    asked = {"period": "2026-Q1", "known": "2026-05-01", "segment": NOBODY, "csm": "7",
             "touch": "high", "plan": "Pro", "currency": "USD"}  # fmt: skip

    question = question_of(asked, DAY)

    assert question.segment == ""
    assert question.parameters() == asked


def test_all_faults_are_named_at_once():
    with pytest.raises(QuestionUnclearError) as unclear:
        question_of({"period": "x", "csm": "y", "segment": "Small"}, DAY)

    assert set(unclear.value.faults) == {"period", "csm"}


@pytest.mark.parametrize(
    ("narrowed", "value"),
    [
        ({"segment": "Small"}, 100),
        ({"plan": "Pro"}, 0),
        ({"segment": NOBODY}, 0),
        ({}, 100),
        ({"segment": "\x00"}, 0),
        ({"plan": "\x00"}, 0),
    ],
)
def test_mrr_counts_those_who_are_asked_about(book, narrowed, value):
    assert BY_CODE["mrr"].answer(question_of(narrowed, DAY)).value == value


def test_churn_counts_customers_where_they_stood_before_the_period(book):
    _stays, leaves = book
    leaves.segment = "Small"
    leaves.save()
    keep_traits(DAY - timedelta(days=1), **EVERYBODY)

    large = BY_CODE["logo_churn"].answer(question_of({"segment": "Large"}, DAY))
    small = BY_CODE["logo_churn"].answer(question_of({"segment": "Small"}, DAY))

    assert (large.numerator, large.denominator) == (1, 1)
    assert (small.numerator, small.denominator) == (0, 1)


def test_traits_are_kept_with_the_days_they_ruled(ana):
    customer = CustomerFactory(segment="Small", csm=ana)
    keep_traits(DAY, **EVERYBODY)
    customer.segment = "Large"
    customer.save()
    keep_traits(DAY + timedelta(days=1), **EVERYBODY)
    keep_traits(DAY + timedelta(days=1), **EVERYBODY)

    before = counted_under(BEGINNING + timedelta(days=9), segment="Small")
    now = counted_under(date(2027, 1, 1), segment="Large", csm=ana.pk)

    assert (before.count(), counted_under(DAY, segment="Small").count(), now.count()) == (1, 1, 1)


def test_an_amount_in_another_currency_needs_a_rate(book):
    figure = BY_CODE["mrr"].answer(question_of({"currency": "USD"}, DAY))

    assert (figure.value, figure.reason) == (None, "no_rate")
