"""Costs as facts in the database, and the figures made of them. The ids name worked examples."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import CostLine, Customer, ExchangeRate, RoleRate
from lib.days import day_start
from metrics.assumptions import Name, assumed, assumptions_on
from metrics.catalogue import BY_CODE
from metrics.forms import CostLineForm
from metrics.models import Assumption, RevenueMovement
from metrics.question import question_of
from metrics.revenue.ledger import book_movements
from metrics.rows import Rows
from metrics.spending import LINES, spending_parameters
from metrics.traits import begin_traits
from metrics.worth_charts import spent_by_kind
from tests.factories import (
    CustomerFactory,
    SubscriptionFactory,
    SubscriptionVersionFactory,
    TouchpointFactory,
)

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
pytestmark = pytest.mark.django_db


def line(amount, retention=0, acquisition=0, start=JUNE, until=JULY, **more) -> CostLine:
    return CostLine.objects.create(
        kind="other", label="x", amount=amount, currency=more.pop("currency", "JPY"),
        starts_on=start, until=until, retention_share=Decimal(str(retention)),
        acquisition_share=Decimal(str(acquisition)), **more,
    )  # fmt: skip


def book(moves) -> None:
    """`moves`: (how many customers, kind, day, annual value of each)."""
    for group, (how_many, kind, day, annual) in enumerate(moves):
        customers = Customer.objects.bulk_create(
            Customer(external_id=f"{group}-{n}", name=f"{group}-{n}") for n in range(how_many)
        )
        RevenueMovement.objects.bulk_create(
            RevenueMovement(customer=c, day=day, kind=kind, amount=annual, balance=annual)
            for c in customers
        )


def answer(code: str, period: str = "2026-06", **asked):
    return BY_CODE[code].answer(question_of({"period": period} | asked, date(2026, 9, 1)))


def test_allocated_cost_lines_crc_001():
    for amount, share in ((60000, 1), (40000, 0.5), (5000, 1), (10000, 1), (5000, 1), (80000, 0)):
        line(amount, share)
    book([(200, "new", MAY, 9000), (30, "new", JUNE, 5000)])  # 200 stay, 30 come
    gone = Customer.objects.bulk_create(Customer(external_id=f"g{n}", name="g") for n in range(10))
    for customer in gone:  # 10 leave
        RevenueMovement.objects.create(customer=customer, day=MAY, kind="new", amount=5000,
                                       balance=5000)  # fmt: skip
        RevenueMovement.objects.create(customer=customer, day=JUNE, kind="churn", amount=-5000,
                                       balance=0)  # fmt: skip

    assert answer("crc").value == 100_000
    assert answer("crc_per_customer").value == 500
    per_average = answer("crc_per_average_customer")
    assert per_average.denominator == 220
    assert float(per_average.value) == pytest.approx(454.5454545455)
    # Before 1,850,000, after 1,950,000.
    assert answer("crc_share_of_arr").value == Decimal(100_000) / 1_900_000


def test_nobody_retained_crc_002():
    line(1000, 1)

    assert answer("crc").value == 1000
    figure = answer("crc_per_customer")
    assert (figure.value, figure.reason) == (None, "nobody_retained")


def test_the_glossary_example_crc_003():
    line(10_000, 1)
    book([(500, "new", MAY, 1200)])

    assert answer("crc_per_customer").value == 20


def test_customers_won_back_are_not_new_cac_001():
    line(120_000, acquisition=1)
    book([(40, "new", JUNE, 1500), (5, "reactivation", JUNE, 1500)])

    assert answer("cac").value == 3000


def test_what_won_a_customer_may_have_been_spent_months_before():
    Assumption.objects.create(name=Name.ACQUISITION_LAG, effective_on=MAY, value=1)
    line(120_000, acquisition=1, start=MAY, until=JUNE)
    line(999, acquisition=1)
    book([(40, "new", JUNE, 1500)])

    assert (answer("cac").value, answer("cac").numerator) == (3000, 120_000)
    question = question_of({"period": "2026-06"}, date(2026, 9, 1))
    assert BY_CODE["cac"].rows(question).totals().numerator == 120_000
    assert answer("payback").numerator == 120_000


@pytest.mark.parametrize("name", [Name.ACQUISITION_LAG, Name.HORIZON_MONTHS])
def test_an_assumption_beyond_all_sense_is_refused(name):
    with pytest.raises(ValidationError):
        Assumption(name=name, effective_on=MAY, value=10**9).full_clean()


def test_spend_without_wins_cac_002():
    line(5000, acquisition=1)

    figure = answer("cac")

    assert (figure.value, figure.reason, figure.numerator) == (None, "nobody_won", 5000)


@pytest.mark.parametrize(
    ("margin", "months"), [("0.8", 30), ("1", 24), ("0", None)],
    ids=["pay-001, pay-002", "pay-002 without margin", "pay-003"],
)  # fmt: skip
def test_months_until_the_margin_has_paid(margin, months):
    Assumption.objects.create(name=Name.GROSS_MARGIN, effective_on=MAY, value=Decimal(margin))
    line(120_000, acquisition=1)
    book([(40, "new", JUNE, 1500)])  # 125 a month each, 5,000 together

    figure = answer("payback")

    assert figure.value == months
    assert figure.reason == ("" if months else "never")


def test_a_long_payback_says_how_many_stay_so_long():
    Assumption.objects.create(name=Name.GROSS_MARGIN, effective_on=MAY, value=Decimal(1))
    for number, customer in enumerate(CustomerFactory.create_batch(24, csm=None)):
        ends_on = date(2025, 1, 1) if number % 2 else None
        SubscriptionVersionFactory(subscription=SubscriptionFactory(customer=customer),
                                   effective_on=date(2023, 1, 1), ends_on=ends_on)  # fmt: skip
    line(120_000, acquisition=1)
    book_movements(list(Customer.objects.values_list("pk", flat=True)), through=JULY)
    book([(40, "new", JUNE, 1200)])

    figure = answer("payback")

    assert (figure.value, figure.parts["still_there_at_payback"]) == (30, 0.5)


def test_a_line_across_two_months_counts_in_both_by_its_days():
    line(6100, 1, start=date(2026, 5, 1), until=date(2026, 7, 1))

    assert (answer("crc", "2026-05").value, answer("crc", "2026-06").value) == (3100, 3000)


def test_a_line_in_another_currency_takes_the_rate_of_each_month():
    for month, rate in ((MAY, 100), (JUNE, 200)):
        ExchangeRate.objects.create(currency="USD", month=month, rate=rate)
    line(61, 1, start=MAY, until=JULY, currency="USD")

    whole = answer("crc", "2026-05-01..2026-06-30")

    assert whole.value == 31 * 100 + 30 * 200


def test_what_was_spent_month_by_month_is_what_each_month_is_asked_for():
    for month, rate in ((MAY, 100), (JUNE, 200)):
        ExchangeRate.objects.create(currency="USD", month=month, rate=rate)
    line(61, "0.7", start=date(2026, 4, 20), until=JULY, currency="USD")
    line(1000, 1, start=JUNE, until=date(2027, 6, 1))

    spent = spent_by_kind([date(2026, 4, 1), MAY, JUNE], Decimal(1))

    # There was no rate in April yet.
    assert spent[date(2026, 4, 1)] == {"other": 0}
    for month, period in ((MAY, "2026-05"), (JUNE, "2026-06")):
        assert spent[month] == {"other": answer("crc", period).value}


@settings(max_examples=20, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    amount=st.decimals(0, 10**12, places=4), first=st.integers(0, 400), length=st.integers(1, 900),
    cuts=st.lists(st.integers(1, 1200), max_size=5),
)  # fmt: skip
def test_however_time_is_cut_the_parts_come_to_the_amount(amount, first, length, cuts):
    CostLine.objects.all().delete()
    begin = date(2024, 1, 1)
    start = begin + timedelta(days=first)
    line(amount, 1, start=start, until=start + timedelta(days=length))
    borders = sorted({0, 1400, *cuts})

    parts = [
        Rows(f"SELECT id AS key, customer_id, label, amount AS numerator, 0 AS denominator,"
             f" '' AS note FROM ({LINES}) l",
             spending_parameters(begin + timedelta(days=a), begin + timedelta(days=b)))
        .totals().numerator
        for a, b in pairwise(borders)
    ]  # fmt: skip

    assert sum(parts) == amount
    slow = [
        Fraction(amount) * max(0, min(b, first + length) - max(a, first)) / length
        for a, b in pairwise(borders)
    ]
    for part, exact in zip(parts, slow, strict=True):
        assert abs(Fraction(part) - exact) < Fraction(1, 10**10)


def test_time_costs_what_an_hour_of_the_role_cost_on_that_day(ana, lea):
    served, paying = CustomerFactory.create_batch(2)
    for role, since, hourly in (("csm", MAY, 3000), ("csm", date(2026, 6, 15), 6000),
                                ("lead", MAY, 9000)):  # fmt: skip
        RoleRate.objects.create(role=role, effective_on=since, hourly=hourly)
    for author, day, minutes in ((ana, JUNE, 60), (ana, date(2026, 6, 20), 30), (lea, JUNE, 20),
                                 (None, JUNE, 60), (ana, JULY, 600)):  # fmt: skip
        TouchpointFactory(customer=served, author=author, minutes=minutes,
                          happened_at=day_start(day) + timedelta(hours=10))  # fmt: skip
    line(500, 1, customer=served)
    RevenueMovement.objects.create(customer=paying, day=MAY, kind="new", amount=12, balance=12)

    assert answer("cost_to_serve").value == 3000 + 3000 + 3000 + 3000 + 500
    per_customer = answer("cost_to_serve_per_customer")
    assert (per_customer.value, per_customer.n) == (12_500, 1)


def test_cost_to_serve_of_a_segment_is_that_of_its_rows(ana):
    RoleRate.objects.create(role="csm", effective_on=MAY, hourly=1000)
    for number, segment in enumerate(("Small", "Small", "Large")):
        customer = CustomerFactory(segment=segment)
        for minutes in (7, 7, 11 + number):
            TouchpointFactory(customer=customer, author=ana, minutes=minutes,
                              happened_at=day_start(JUNE) + timedelta(hours=10))  # fmt: skip
        line(100, 1, customer=customer)
        RevenueMovement.objects.create(customer=customer, day=MAY, kind="new", amount=12,
                                       balance=12)  # fmt: skip
    begin_traits(MAY)

    small = answer("cost_to_serve_per_customer", segment="Small")
    rows = BY_CODE["cost_to_serve_per_customer"].rows(
        question_of({"period": "2026-06", "segment": "Small"}, date(2026, 9, 1))
    )
    totals = rows.totals()

    assert (totals.numerator, totals.denominator) == (small.numerator, small.denominator)
    assert (small.n, round(small.numerator, 6)) == (2, Decimal("1050"))


def test_costs_of_the_company_are_not_split_by_customers():
    line(1000, 1)

    assert answer("crc", segment="Small").reason == "of_whole_company"


def test_without_cost_lines_there_is_no_cost_not_nothing():
    assert (answer("crc").value, answer("crc").reason) == (None, "no_cost_lines")


@pytest.mark.parametrize(
    "code", ["crc_per_customer", "crc_per_average_customer", "crc_share_of_arr", "cac", "payback"]
)
def test_without_cost_lines_no_customer_costs_nothing(code):
    book([(2, "new", MAY, 1200), (1, "new", JUNE, 1200)])

    assert (answer(code).value, answer(code).reason) == (None, "no_cost_lines")


def test_costs_of_another_kind_are_not_said_to_be_missing(ana):
    book([(2, "new", MAY, 1200), (1, "new", JUNE, 1200)])
    line(500, retention=1)

    assert answer("cac").reason == answer("payback").reason == "no_costs_of_winning"
    assert answer("cost_to_serve").reason == "no_costs_of_serving"
    CostLine.objects.update(retention_share=0, acquisition_share=1)
    kept = ("crc", "crc_per_customer", "crc_share_of_arr")
    assert {answer(code).reason for code in kept} == {"no_costs_of_keeping"}


def test_time_of_which_nobody_said_what_an_hour_costs_does_not_cost_nothing(ana):
    customer = CustomerFactory()
    TouchpointFactory(customer=customer, author=ana, minutes=30,
                      happened_at=day_start(JUNE) + timedelta(hours=10))  # fmt: skip
    RevenueMovement.objects.create(customer=customer, day=MAY, kind="new", amount=12, balance=12)
    both = ("cost_to_serve", "cost_to_serve_per_customer")

    assert [(answer(c).value, answer(c).reason) for c in both] == [(None, "no_cost_lines")] * 2
    line(500, 1, customer=customer)
    assert [answer(c).value for c in both] == [500, 500]
    assert {answer(c).flag for c in both} == {"minutes_without_cost"}
    assert [answer(c).parts for c in both] == [{"minutes_without_cost": 30}] * 2
    RoleRate.objects.create(role="lead", effective_on=MAY, hourly=1000)
    assert answer("cost_to_serve").parts == {"minutes_without_cost": 30}
    RoleRate.objects.create(role="csm", effective_on=MAY, hourly=1000)
    assert [(answer(c).value, answer(c).flag) for c in both] == [(1000, "")] * 2


def support(**more) -> CostLineForm:
    return CostLineForm({
        "kind": "support", "label": "Desk", "amount": "1000", "currency": "JPY",
        "starts_on": "2026-06-01", "last_day": "2026-06-30", "acquisition_share": "0",
        "retention_share": "",
    } | more)  # fmt: skip


def test_support_without_a_share_takes_the_one_assumed_on_its_day():
    Assumption.objects.create(name=Name.SUPPORT_SHARE, effective_on=JUNE, value=Decimal("0.3"))

    assert support().save().retention_share == Decimal("0.3")
    earlier = {"starts_on": "2026-05-01", "last_day": "2026-05-31"}
    assert support(**earlier).save().retention_share == Decimal("0.5")
    assert support(retention_share="0.9").save().retention_share == Decimal("0.9")
    assert "retention_share" in support(kind="tools").errors


def test_a_last_day_that_has_no_day_after_it_is_refused():
    assert "last_day" in support(last_day="9999-12-31").errors


@pytest.mark.parametrize(
    ("field", "change"),
    [("until", {"until": JUNE}), ("acquisition_share", {"acquisition_share": Decimal("0.5")}),
     ("currency", {"currency": "USD"}), ("amount", {"amount": -1})],
)  # fmt: skip
def test_a_line_that_cannot_be_is_refused_and_says_why(field, change):
    whole = {"kind": "tools", "label": "CRM", "amount": 1, "currency": "JPY", "starts_on": JUNE,
             "until": JULY, "retention_share": Decimal(1)}  # fmt: skip

    with pytest.raises(ValidationError) as refused:
        CostLine(**whole | change).full_clean()

    assert field in refused.value.message_dict


def test_an_assumption_rules_from_its_day_on():
    Assumption.objects.create(name=Name.GROSS_MARGIN, effective_on=JUNE, value=Decimal("0.7"))

    assert assumed(Name.GROSS_MARGIN, JUNE - timedelta(days=1)) == Decimal("0.8")
    assert assumed(Name.GROSS_MARGIN, JUNE) == Decimal("0.7")
    assert assumptions_on(JULY)["gross_margin"] == Decimal("0.7")
    assert assumptions_on(JULY)["support_share"] == Decimal("0.5")
