"""What a customer is worth and costs, the tier that follows, and the page that shows it."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
import time_machine
from django.urls import reverse

from customers.models import CostLine, Customer, ExchangeRate, RoleRate, TouchPin
from customers.tiering import TierPinnedError, move_to_tier, pin_to_tier
from lib.days import day_start, month_start
from metrics import jobs
from metrics.assumptions import Name
from metrics.catalogue import BY_CODE
from metrics.models import Assumption, CustomerValue, Night, RevenueMovement, ValueModel
from metrics.question import question_of
from metrics.revenue.months import rebuild_months
from metrics.value.foretelling import foretell_purchases, known
from metrics.value.valuing import value_customers
from metrics.views.value_and_cost import suggested_moves
from tests.factories import (
    DAY,
    NOON,
    CustomerFactory,
    PurchaseFactory,
    SnapshotFactory,
    TouchpointFactory,
)

PAGE = reverse("metrics:value_and_cost")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


def paying(annual, **more) -> Customer:
    customer = CustomerFactory(**{"started_on": date(2024, 1, 1)} | more)
    SnapshotFactory(customer=customer, annual_value=annual, mrr=annual / 12)
    RevenueMovement.objects.create(customer=customer, day=date(2024, 1, 1), kind="new",
                                   amount=annual, balance=annual)  # fmt: skip
    return customer


def set_annual(customer: Customer, annual: int) -> None:
    customer.snapshot.annual_value = annual
    customer.snapshot.save()


def worth_of(customer: Customer) -> CustomerValue:
    return CustomerValue.objects.get(customer=customer)


def test_value_is_margin_times_expected_months_less_what_serving_costs(ana):
    customer = paying(12 * 10_000)
    RoleRate.objects.create(role="csm", effective_on=date(2024, 1, 1), hourly=6000)
    TouchpointFactory(customer=customer, author=ana, minutes=240,
                      happened_at=day_start(DAY - timedelta(days=30)))  # fmt: skip

    value_customers(DAY - timedelta(days=1))

    value = worth_of(customer)
    assert (value.margin, value.minutes, value.cost_to_serve) == (8000, 240, 2000)
    # Nobody left in twelve months, so the horizon of 60 months is the lifetime.
    assert (value.value, value.net_value) == (480_000, 360_000)


def test_the_time_of_a_young_customer_is_not_spread_over_a_year(ana):
    young = paying(12 * 10_000, started_on=DAY - timedelta(days=73))  # 2.4 months
    CostLine.objects.create(kind="programme", label="Start", amount=2400, currency="JPY",
                            starts_on=DAY - timedelta(days=73), until=DAY,
                            retention_share=1, customer=young)  # fmt: skip

    value_customers(DAY - timedelta(days=1))

    assert worth_of(young).cost_to_serve == 1000


def test_another_tier_is_suggested_only_after_the_value_has_stayed_past_the_border():
    for name, border in ((Name.HIGH_TOUCH_FROM, 1_000_000), (Name.LOW_TOUCH_FROM, 100_000)):
        Assumption.objects.create(name=name, effective_on=date(2024, 1, 1), value=border)
    customer = paying(240_000)  # 960,000 within the horizon: low touch
    suggested = []
    for back, annual in ((80, 240_000), (70, 300_000), (60, 240_000), (50, 300_000), (21, 300_000),
                         (20, 300_000), (10, 240_000), (0, 240_000)):  # fmt: skip
        set_annual(customer, annual)
        value_customers(DAY - timedelta(days=back))
        suggested.append((worth_of(customer).suggested, worth_of(customer).candidate))

    assert suggested == [
        ("low", ""), ("low", "high"), ("low", ""), ("low", "high"), ("low", "high"),
        ("high", ""), ("high", "low"), ("high", "low"),
    ]  # fmt: skip


def test_a_second_valuation_of_the_same_day_changes_nothing():
    customer = paying(240_000)
    value_customers(DAY)
    first = CustomerValue.objects.values().get()
    value_customers(DAY)

    assert CustomerValue.objects.values().get() == first
    assert worth_of(customer).day == DAY


def test_who_pays_no_more_has_no_value():
    customer = paying(240_000)
    value_customers(DAY)
    set_annual(customer, 0)
    value_customers(DAY)

    assert not CustomerValue.objects.exists()


def test_a_pin_holds_until_its_last_day(lea):
    customer = paying(240_000, touch="low")
    pin_to_tier(customer, "high", reason="Reference", until=DAY, by=lea)
    customer.refresh_from_db()

    assert customer.touch == "high"
    with pytest.raises(TierPinnedError):
        move_to_tier(customer, "tech", today=DAY)
    assert move_to_tier(customer, "tech", today=DAY + timedelta(days=1))


def test_a_csm_takes_a_suggestion_over_pins_and_unpins(as_user, ana):
    customer = paying(240_000, touch="high", csm=ana, name="Bakery")
    value_customers(DAY - timedelta(days=1))
    client = as_user(ana)

    assert "Bakery" in client.get(PAGE).content.decode()
    client.post(reverse("metrics:touch_pin", args=[customer.pk]),
                {"touch": "high", "reason": "Growing", "until": "2026-09-30"})  # fmt: skip
    refused = client.post(reverse("metrics:touch_take", args=[customer.pk]), follow=True)
    assert "Growing" in refused.content.decode()
    client.post(reverse("metrics:touch_unpin", args=[customer.pk]))
    client.post(reverse("metrics:touch_take", args=[customer.pk]))

    customer.refresh_from_db()
    assert customer.touch == "tech"
    assert not TouchPin.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [({"reason": ""}, "This field is required"), ({"until": "2020-01-01"}, "in the past"),
     ({"until": ""}, "This field is required"), ({"touch": "x"}, "Select a valid choice")],
)  # fmt: skip
def test_a_pin_needs_a_reason_and_an_end(as_user, ana, change, words):
    customer = paying(240_000, csm=ana)
    pin = {"touch": "high", "reason": "Growing", "until": "2026-09-30"} | change

    said = as_user(ana).post(reverse("metrics:touch_pin", args=[customer.pk]), pin, follow=True)

    assert words in said.content.decode()
    assert not TouchPin.objects.exists()


def worth(customer: Customer, net_value: int, **more) -> CustomerValue:
    amounts = {"margin": 1, "cost_to_serve": 0, "value": net_value, "net_value": net_value}
    return CustomerValue.objects.create(
        customer=customer, day=DAY, served=customer.touch, **amounts | {"suggested": "low"} | more
    )


def test_those_to_be_served_otherwise_are_listed_the_most_valuable_first():
    for net_value, touch in [(1, "high"), (9, "low"), (5, "tech"), (7, "low")]:
        worth(CustomerFactory(touch=touch), net_value)

    found = suggested_moves(CustomerValue.objects.all())

    assert [(value.net_value, value.now) for value in found] == [
        (5, "Tech touch"),
        (1, "High touch"),
    ]


@pytest.mark.parametrize("changed_by", ["one", "many"])
def test_a_value_follows_the_tier_its_customer_is_served_in(changed_by):
    customer, other = CustomerFactory(touch="low"), CustomerFactory(touch="low")
    worth(customer, 1), worth(other, 2)

    if changed_by == "one":
        customer.touch = "high"
        customer.save(update_fields=["touch"])
    else:
        Customer.objects.filter(pk=customer.pk).update(touch="high")

    assert [value.customer for value in CustomerValue.objects.moved()] == [customer]
    assert CustomerValue.objects.get(customer=customer).served == "high"


def test_a_tier_that_changed_while_the_first_value_was_written_is_mended_by_the_next_night():
    customer = paying(240_000)
    value_customers(DAY)
    CustomerValue.objects.update(served="tech")

    value_customers(DAY)

    assert worth_of(customer).served == customer.touch


def test_the_page_asks_the_same_number_of_questions(as_user, lea, django_assert_max_num_queries):
    asked = []
    for how_many in (3, 27):
        for _n in range(how_many):
            paying(240_000, touch="high")
        value_customers(DAY - timedelta(days=1))
        with django_assert_max_num_queries(120) as counted:
            as_user(lea).get(PAGE)
        asked.append(len(counted))

    assert asked[0] == asked[1]


def test_pictures_and_lists_of_value_are_in_the_money_asked_for(as_user, lea):
    customer = paying(12 * 15_000)
    ExchangeRate.objects.create(currency="USD", month=date(2026, 1, 1), rate=150)
    CostLine.objects.create(kind="tools", label="Tools", amount=30_000_000, currency="JPY",
                            starts_on=month_start(DAY), until=DAY, retention_share=1,
                            customer=customer)  # fmt: skip
    value_customers(DAY - timedelta(days=1))

    response = as_user(lea).get(PAGE, {"currency": "USD", "period": f"{DAY:%Y-%m}"})

    title = response.context["charts"][0].title
    assert title.startswith("Keeping customers cost $200,000.00 in")
    assert response.context["currency"] == "USD"
    assert [round(value.margin) for value in response.context["costly"]] == [80]


def test_a_new_cost_line_begins_in_the_reporting_currency_and_a_rate_says_its_own(as_user, lea):
    line = as_user(lea).get(reverse("metrics:cost_new")).context["form"]
    hour = as_user(lea).get(reverse("metrics:role_rate_new")).context["form"]

    assert line["currency"].value() == "JPY"
    assert hour["hourly"].help_text == "In JPY."


def test_a_lead_enters_costs_and_sees_them_counted(as_user, lea):
    client = as_user(lea)
    line = {"kind": "salaries", "label": "CS team", "amount": "3000", "currency": "JPY",
            "starts_on": "2026-06-01", "last_day": "2026-06-30", "retention_share": "1",
            "acquisition_share": "0"}  # fmt: skip

    client.post(reverse("metrics:cost_new"), line)
    refused = client.post(reverse("metrics:cost_new"), line | {"last_day": "2026-05-01"})
    stranger = client.post(reverse("metrics:cost_new"), line | {"customer_id": "nobody"})

    saved = CostLine.objects.get()
    assert (saved.until, saved.author) == (date(2026, 7, 1), lea)
    assert "must not come before the first" in refused.content.decode()
    assert "No customer has this external id" in stranger.content.decode()
    assert "CS team" in client.get(reverse("metrics:cost_list")).content.decode()
    july = question_of({"period": "2026-06"}, date(2026, 8, 1))
    assert BY_CODE["crc"].answer(july).value == 3000


def test_the_job_values_once_after_a_closed_night():
    paying(240_000)
    jobs.value_customers()
    assert not CustomerValue.objects.exists()
    Night.objects.create(day=DAY - timedelta(days=1), state=Night.State.DONE)
    jobs.value_customers()
    CustomerValue.objects.update(margin=1)
    jobs.value_customers()

    assert CustomerValue.objects.get().margin == 1


def test_purchases_foretell_what_buyers_will_bring(settings):
    ExchangeRate.objects.create(currency="USD", month=date(2024, 1, 1), rate=100)
    for number in range(120):
        # A shop has buyers without any subscription.
        customer = paying(240_000) if number % 2 else CustomerFactory()
        first = DAY - timedelta(days=400 - number)
        for repeat in range(number % 4 + 1):
            PurchaseFactory(customer=customer, purchased_on=first + timedelta(days=31 * repeat),
                            amount=Decimal(1000 + 100 * (number % 7)), currency="JPY")  # fmt: skip
    value_customers(DAY)

    assert foretell_purchases(DAY) == 120
    figure = BY_CODE["ltv_purchases"].answer(question_of({}, DAY))
    assert ValueModel.objects.count() == 2
    assert figure.n == 120
    assert -1 <= figure.parts["frequency_and_value"] <= 1
    assert 0 < figure.value < 100_000
    assert CustomerValue.objects.filter(alive__gt=0.99).count() >= 30  # bought once only


def test_figures_from_stored_months_are_those_of_their_rows():
    CostLine.objects.create(kind="tools", label="CRM", starts_on=date(2026, 5, 1), amount=3100,
                            until=date(2026, 6, 1), currency="JPY", retention_share=1)  # fmt: skip
    for number in range(12):
        customer = paying(12_000, started_on=date(2025, 1, 1))
        if number % 4 == 0:
            lost = date(2025, 8, 10) + timedelta(days=20 * number)
            RevenueMovement.objects.create(customer=customer, day=lost, kind="churn",
                                           amount=-12_000, balance=0)  # fmt: skip
    rebuild_months(through=DAY - timedelta(days=1))
    may = question_of({"period": "2026-05"}, DAY)

    for code in ("pooled_churn", "crc_per_customer", "crc_per_average_customer",
                 "crc_share_of_arr", "cost_to_serve_per_customer"):  # fmt: skip
        figure, totals = BY_CODE[code].answer(may), BY_CODE[code].rows(may).totals()
        assert (figure.numerator, figure.denominator) == (totals.numerator, totals.denominator)
    assert BY_CODE["pooled_churn"].answer(may).numerator == 3


def test_too_few_buyers_are_no_model():
    PurchaseFactory(customer=paying(240_000))
    value_customers(DAY)

    assert foretell_purchases(DAY) == 0
    assert BY_CODE["ltv_purchases"].answer(question_of({}, DAY)).reason == "too_few"


def test_what_a_model_of_buyers_who_are_all_alike_cannot_tell_is_left_open():
    assert known(np.array([1.5, np.nan, np.inf, 1e18])) == [1.5, None, None, None]
