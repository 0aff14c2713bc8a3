"""The worked examples of the revenue figures, each from facts through the catalogue.

Each test names its example. Amounts are monthly.
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from customers.models import Customer, ExchangeRate
from lib.periods import period_of
from metrics.catalogue import BY_CODE
from metrics.figure import Figure
from metrics.models import RevenueMovement
from metrics.question import Question
from metrics.revenue.groups import money_by
from metrics.revenue.ledger import book_movements
from metrics.revenue.moves import waterfall
from metrics.revenue.start_set import StartSet
from tests.factories import (
    CustomerFactory,
    PurchaseFactory,
    SubscriptionFactory,
    SubscriptionVersionFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2027, 1, 1)
CLOSE = 1e-6


def pays(*steps: tuple[str, float | str], customer: Customer | None = None, **facts) -> Customer:
    """A customer with one subscription that costs so much a month from each day on."""
    owner = customer or CustomerFactory(csm=None)
    contract = SubscriptionFactory(customer=owner)
    for on, price in steps:
        day = date.fromisoformat(on)
        SubscriptionVersionFactory(
            subscription=contract, effective_on=day, price=Decimal(str(price)),
            **({"quantity": Decimal(1), "recorded_at": datetime.combine(day, time(), tzinfo=UTC)}
               | facts),
        )  # fmt: skip
    return owner


def asked(period: str, **about) -> Question:
    return Question(period=period_of(period), today=TODAY, **about)


def figure(code: str, period: str, **about) -> Figure:
    return BY_CODE[code].answer(asked(period, **about))


def value(code: str, period: str) -> Decimal | None:
    return figure(code, period).value


def book() -> None:
    everybody = list(Customer.objects.values_list("pk", flat=True))
    book_movements(everybody, through=date(2026, 12, 31))


def movements() -> list[tuple[str, str, Decimal, str]]:
    """Day, kind, monthly amount and reason of each line of the ledger."""
    lines = RevenueMovement.objects.order_by("day", "customer_id", "kind")
    return [(str(m.day), m.kind, m.amount / 12, m.reason) for m in lines]


def march(**by_kind: float) -> None:
    """An opening of 1,000 customers' money in one, moved in March 2025 as told."""
    opening = by_kind.pop("opening", 1000)
    kept = opening - by_kind.get("churn", 0)
    shrunk = kept - by_kind.get("contraction", 0)
    grown = shrunk + by_kind.get("expansion", 0)
    pays(("2025-01-01", kept), ("2025-03-05", shrunk), ("2025-03-15", grown))
    if lost := by_kind.get("churn"):
        pays(("2025-01-01", lost), ("2025-03-10", 0))
    if won := by_kind.get("new"):
        pays(("2025-03-10", won))
    if back := by_kind.get("reactivation"):
        pays(("2024-01-01", 5), ("2024-02-01", 0), ("2025-03-20", back))
    book()


def test_intervals_come_to_arr_and_mrr():
    """mrr-001"""
    for price, interval, count in [(100, "month", 1), (300, "month", 3), (1200, "year", 1),
                                   (20, "week", 1), (2, "day", 1), (2400, "month", 24),
                                   (1400, "month", 14)]:  # fmt: skip
        pays(("2025-01-01", price), interval=interval, interval_count=count)
    book()

    assert (value("arr", "2025-01"), value("mrr", "2025-01")) == (7770, Decimal("647.5"))


def test_what_counts_and_what_is_committed():
    """mrr-003; one-off and metered items are no subscriptions, prices are without tax."""
    pays(("2025-01-01", 100))
    pays(("2025-01-01", 100), trial_ends_on=date(2025, 9, 1))
    pays(("2025-01-01", 100), past_due_since=date(2025, 6, 20))
    pays(("2025-01-01", 100), past_due_since=date(2025, 5, 30))
    pays(("2025-01-01", 100), paused_on=date(2025, 6, 1))
    pays(("2025-01-01", 100), ends_on=date(2025, 7, 15))
    pays(("2025-01-01", 100))
    pays(("2025-01-01", 0))
    book()

    mrr, cmrr = figure("mrr", "2025-06"), figure("cmrr", "2025-06")

    assert (mrr.value, mrr.n) == (400, 4)
    assert (cmrr.value, cmrr.parts["scheduled_losses"]) == (300, 100)


def test_plans_of_many_subscribers_add_up():
    """mrr-007"""
    pays(("2025-01-01", 100), quantity=Decimal(100))
    pays(("2025-01-01", 600), quantity=Decimal(50), interval="year")
    book()

    assert value("mrr", "2025-01") == 12_500


def test_every_kind_of_movement_in_one_month():
    """mvt-001"""
    pays(("2024-06-01", 80), ("2024-11-01", 0), ("2025-03-20", 120))
    pays(("2025-01-01", 100))
    pays(("2025-01-01", 200), ("2025-03-05", 260))
    pays(("2025-01-01", 300), ("2025-03-10", 220))
    pays(("2025-01-01", 150), ("2025-03-12", 0))
    pays(("2025-03-15", 90))
    book()

    expected = {"new_mrr": 90, "reactivation_mrr": 120, "expansion_mrr": 60,
                "contraction_mrr": 80, "churned_mrr": 150, "mrr": 790, "arr": 9480, "arpa": 158,
                "logo_churn": 1 / 4, "nrr": 58 / 75, "grr": 52 / 75, "quick_ratio": 27 / 23,
                "gross_revenue_churn": 23 / 75, "net_revenue_churn": 17 / 75}  # fmt: skip
    assert {code: float(value(code, "2025-03")) for code in expected} == pytest.approx(expected)
    steps = waterfall(asked("2025-03"))
    assert (steps.opening, steps.closing, steps.moved) == (750, 790, 0)
    assert (figure("mrr", "2025-02").n, figure("mrr", "2025-03").n) == (4, 5)
    churn = figure("logo_churn", "2025-03")
    assert (churn.interval.low, churn.interval.high) == pytest.approx((0.0455872608, 0.6993581574))
    without = figure("quick_ratio", "2025-03").parts["without_reactivation"]
    assert float(without) == pytest.approx(0.652173913)


def test_who_leaves_and_returns_in_a_month_shows_in_the_ledger_only():
    """mvt-003"""
    customer = pays(("2025-01-01", 100), ("2025-03-10", 0))
    pays(("2025-03-25", 80), customer=customer)
    pays(("2025-01-01", 100))
    book()

    assert value("churned_mrr", "2025-03") == 100
    assert value("reactivation_mrr", "2025-03") == 80
    assert value("contraction_mrr", "2025-03") == 0
    assert [value(code, "2025-03") for code in ("logo_churn", "nrr", "grr")] == [
        0, Decimal("0.9"), Decimal("0.9")]  # fmt: skip
    gross = figure("gross_revenue_churn", "2025-03")
    assert (float(gross.value), float(gross.parts["net_view"])) == (0.5, 0.1)
    assert value("mrr", "2025-03") == 180


def test_new_and_gone_in_a_month_is_in_no_rate():
    """mvt-005"""
    pays(("2025-01-01", 500))
    pays(("2025-03-03", 100), ("2025-03-20", 0))
    book()

    assert [value(code, "2025-03") for code in ("new_mrr", "churned_mrr", "logo_churn", "nrr")] == [
        100, 100, 0, 1]  # fmt: skip
    assert figure("logo_churn", "2025-03").parts["early"] == value("early_churn", "2025-03") == 1


def test_rates_of_exchange_are_neither_churn_nor_expansion(settings):
    """mvt-008"""
    settings.REPORTING_CURRENCY = "EUR"
    for month, rate in (("2025-02-01", "0.95"), ("2025-03-01", "0.9")):
        ExchangeRate.objects.create(
            currency="USD", month=date.fromisoformat(month), rate=Decimal(rate)
        )
    pays(("2025-02-01", 1000), ("2025-03-10", 1200), currency="USD")
    pays(("2025-02-01", 500), currency="EUR")
    book()

    assert (value("mrr", "2025-02"), value("mrr", "2025-03")) == (1450, 1580)
    assert (value("fx_mrr", "2025-03"), value("expansion_mrr", "2025-03")) == (-50, 180)
    assert float(value("nrr", "2025-03")) == pytest.approx(79 / 70)
    assert value("grr", "2025-03") == 1


def test_a_rate_that_becomes_known_is_no_growth():
    """A yen bill and a dollar bill; the dollar has no rate before February."""
    customer = pays(("2025-01-01", 1000))
    pays(("2025-01-01", 10), customer=customer, currency="USD")
    ExchangeRate.objects.create(currency="USD", month=date(2025, 2, 1), rate=150)
    book()

    assert (value("mrr", "2025-01"), value("mrr", "2025-02")) == (1000, 2500)
    assert (value("fx_mrr", "2025-02"), value("expansion_mrr", "2025-02")) == (1500, 0)
    assert (value("nrr", "2025-02"), value("grr", "2025-02")) == (1, 1)
    assert (figure("nrr", "2025-02").numerator, figure("nrr", "2025-02").denominator) == (
        2500 * 12, 2500 * 12,
    )  # fmt: skip


def test_a_bill_in_another_currency_at_par_moves_nothing_then_or_later():
    """Ten dollars become 1,550 yen at 155; the dollar of the month after is no loss."""
    for month, rate in (("2025-01-01", 155), ("2025-03-01", 147)):
        ExchangeRate.objects.create(currency="USD", month=date.fromisoformat(month), rate=rate)
    pays(("2025-01-01", 9000))
    customer = pays(("2025-01-01", 10), currency="USD")
    version = customer.subscriptions.get().versions.get()
    SubscriptionVersionFactory(subscription=version.subscription, currency="JPY", quantity=1,
                               effective_on=date(2025, 2, 10), price=1550)  # fmt: skip
    book()

    assert ("2025-02-10", "fx", 0, "other_currency") in movements()
    for month in ("2025-02", "2025-03"):
        assert (value("nrr", month), value("grr", month)) == (1, 1)
        assert value("fx_mrr", month) == 0
    assert value("mrr", "2025-03") == 10_550


def test_why_a_contract_ended_is_not_why_it_began():
    """A contract comes in as one row, after it is over; a ramp tells of a rise, not of an end."""
    pays(("2025-01-01", 100), ends_on=date(2025, 3, 1), reason="competitor")
    pays(("2025-01-02", 100), ("2025-02-01", 300), ends_on=date(2025, 3, 2), reason="more_seats")
    pays(("2025-01-03", 100), reason="referral")
    book()

    assert [(day, kind, reason) for day, kind, _amount, reason in movements()] == [
        ("2025-01-01", "new", ""),
        ("2025-01-02", "new", "more_seats"),
        ("2025-01-03", "new", "referral"),
        ("2025-02-01", "expansion", "more_seats"),
        ("2025-03-01", "churn", "competitor"),
        ("2025-03-02", "churn", "ended"),
    ]


def test_a_version_that_brings_an_end_says_why_it_will_end_and_not_why_it_is_dearer():
    """Its reason tells of the change where the end was agreed before."""
    told, agreed = [SubscriptionFactory(customer=CustomerFactory(csm=None)) for _n in range(2)]
    begun, dearer, over = date(2025, 1, 1), date(2025, 3, 1), date(2025, 6, 1)
    for contract, end in ((told, None), (agreed, over)):
        facts = {"subscription": contract, "quantity": 1, "interval": "month"}
        SubscriptionVersionFactory(**facts, effective_on=begun, price=100, ends_on=end)
        SubscriptionVersionFactory(
            **facts, effective_on=dearer, price=120, ends_on=over, reason="cancelled"
        )
    book()

    assert sorted((day, kind, reason) for day, kind, _amount, reason in movements()) == [
        ("2025-01-01", "new", ""),
        ("2025-01-01", "new", ""),
        ("2025-03-01", "expansion", ""),
        ("2025-03-01", "expansion", "cancelled"),
        ("2025-06-01", "churn", "cancelled"),
        ("2025-06-01", "churn", "cancelled"),
    ]


def test_a_renewal_and_a_return_keep_their_reason_though_they_end_one_day():
    renewed, returned = [SubscriptionFactory(customer=CustomerFactory(csm=None)) for _n in range(2)]
    terms = [(renewed, "2024-04-01", 100, "2025-04-01", ""),
             (renewed, "2025-04-01", 70, "2026-04-01", "budget cut"),
             (returned, "2024-03-01", 100, "2025-03-01", ""),
             (returned, "2025-05-02", 100, "2026-05-02", "a visit")]  # fmt: skip
    for contract, begins, price, ends, reason in terms:
        SubscriptionVersionFactory(
            subscription=contract, effective_on=date.fromisoformat(begins), price=price, quantity=1,
            interval="month", ends_on=date.fromisoformat(ends), reason=reason,
        )  # fmt: skip
    book()

    told = {day: (kind, reason) for day, kind, _amount, reason in movements()}
    assert told["2025-04-01"] == ("contraction", "budget cut")
    assert told["2025-05-02"] == ("reactivation", "a visit")


def test_a_cancellation_is_committed_from_the_day_it_is_known():
    """mvt-010"""
    contract = SubscriptionFactory(customer=CustomerFactory(csm=None))
    facts = {"subscription": contract, "effective_on": date(2025, 1, 1), "price": 1200,
             "quantity": 1, "interval": "year"}  # fmt: skip
    SubscriptionVersionFactory(**facts)
    SubscriptionVersionFactory(**facts, ends_on=date(2026, 1, 1),
                               recorded_at=datetime(2025, 9, 10, 3, tzinfo=UTC))  # fmt: skip
    book()

    assert (value("mrr", "2025-09"), value("cmrr", "2025-09")) == (100, 0)
    assert (value("mrr", "2025-12"), value("churned_mrr", "2026-01")) == (100, 100)
    assert figure("cmrr", "2025-08", known_on=date(2025, 9, 9)).value == 100


def test_what_is_signed_and_not_yet_in_force_is_committed():
    pays(("2025-01-01", 100), ("2025-09-01", 130), recorded_at=datetime(2025, 1, 1, tzinfo=UTC))
    pays(("2025-08-01", 50), recorded_at=datetime(2025, 1, 1, tzinfo=UTC))
    pays(("2025-08-01", 70))
    book()

    assert (value("mrr", "2025-06"), value("cmrr", "2025-06")) == (100, 180)


def test_arr_is_the_annual_value():
    """arr-001"""
    pays(("2025-01-01", 50), quantity=Decimal(4))
    pays(("2025-01-01", 9000), interval_count=36)
    book()

    assert (value("arr", "2025-01"), value("mrr", "2025-01")) == (5400, 450)


def test_what_is_bought_once_or_by_use_is_never_recurring():
    """arr-002"""
    customer = pays(("2025-01-01", 1200), interval="year")
    for amount in (700, 90):
        PurchaseFactory(customer=customer, purchased_on=date(2025, 1, 10), amount=amount)
    book()

    assert (value("arr", "2025-01"), value("mrr", "2025-01")) == (1200, 100)


def test_free_accounts_do_not_dilute_arpa():
    """arpa-001"""
    for price in (60, 90, 150, 0, 0):
        pays(("2025-01-01", price))
    book()

    found = figure("arpa", "2025-01")

    assert (found.value, found.n, found.parts["median"]) == (100, 3, 90)


def test_arpa_of_nobody_is_undefined():
    """arpa-002"""
    pays(("2025-01-01", 0))
    book()

    assert (figure("arpa", "2025-01").value, figure("arpa", "2025-01").reason) == (None, "no_data")


@pytest.mark.parametrize(
    ("moved", "gross", "net"),
    [
        ({"opening": 100, "churn": 10, "contraction": 10, "expansion": 10}, 0.2, 0.1),
        ({"opening": 10_000, "churn": 300, "contraction": 200, "expansion": 900}, 0.05, -0.04),
    ],
    ids=["churn-006", "churn-007"],
)
def test_revenue_churn_is_gross_and_net(moved, gross, net):
    march(**moved)

    assert float(value("gross_revenue_churn", "2025-03")) == pytest.approx(gross)
    assert float(value("net_revenue_churn", "2025-03")) == pytest.approx(net)
    assert float(value("nrr", "2025-03")) == pytest.approx(1 - net)


def test_twelve_months_are_one_start_set_and_no_product_of_months():
    """nrr-001"""
    pays(("2024-01-01", 100))
    pays(("2024-01-01", 100), ("2024-06-10", 0))
    pays(("2024-03-10", 100), ("2024-09-10", 200), ("2024-12-10", 300))
    book()

    assert value("nrr", "2024-01-02..2024-12-31") == Decimal("0.5")
    product = Decimal(1)
    for month in range(2, 13):
        product *= value("nrr", f"2024-{month:02}")
    assert float(product) == pytest.approx(4 / 3)


def test_who_is_won_back_is_not_in_nrr():
    """nrr-002"""
    pays(("2023-01-01", 50), ("2023-09-01", 0), ("2024-08-01", 50))
    pays(("2024-01-01", 100), ("2024-05-01", 120))
    book()

    span = "2024-01-02..2024-12-31"
    assert (value("nrr", span), value("grr", span)) == (Decimal("1.2"), 1)
    assert value("reactivation_mrr", span) == 50


def test_nrr_has_the_range_of_a_ratio():
    """nrr-003"""
    ends = [120, 200, 240, 0, 300]
    for before, after in zip([100, 200, 300, 150, 250], ends, strict=True):
        pays(("2025-01-01", before), ("2025-03-10", after))
    book()

    nrr, grr = figure("nrr", "2025-03"), figure("grr", "2025-03")

    assert (nrr.value, grr.value) == (Decimal("0.86"), Decimal("0.79"))
    assert (nrr.interval.low, nrr.interval.high) == pytest.approx((0.5057802254, 1.2142197746))
    assert float(nrr.parts["largest_share"]) == pytest.approx(150 / 280)
    assert nrr.flag == "low_confidence"


def test_four_customers_are_too_few_for_any_share_of_money():
    for _ in range(4):
        pays(("2025-01-01", 100), ("2025-03-10", 90))
    book()

    for code in ("nrr", "grr", "net_revenue_churn", "gross_revenue_churn", "answer_coverage_mrr"):
        found = figure(code, "2025-03")
        assert (found.flag, found.n, found.is_shown) == ("insufficient_n", 4, False), code
    assert figure("arpa", "2025-03").is_shown
    assert [group.nrr for group in money_by(asked("2025-03"), "plan")] == [None]


def test_contracted_rises_can_be_left_out_of_nrr():
    customer = pays(("2025-01-01", 100))
    contract = customer.subscriptions.get()
    SubscriptionVersionFactory(
        subscription=contract, effective_on=date(2025, 3, 10), price=150, quantity=1,
        reason="contracted_ramp",
    )  # fmt: skip
    book()

    nrr = figure("nrr", "2025-03")

    assert (nrr.value, nrr.parts["nrr_without_scheduled_rises"]) == (Decimal("1.5"), 1)


def test_grr_caps_each_customer():
    """grr-001, grr-003: who paid nothing before is out."""
    pays(("2025-01-01", 100), ("2025-03-10", 150))
    pays(("2025-01-01", 100), ("2025-03-10", 60))
    pays(("2025-03-10", 80))
    book()

    assert (value("nrr", "2025-03"), value("grr", "2025-03")) == (Decimal("1.05"), Decimal("0.8"))
    one = StartSet.of([(Decimal(0), Decimal(80)), (Decimal(200), Decimal(190))])
    assert one.nrr.value == one.grr.value == Decimal("0.95")


def test_growth_given_back_is_no_loss_against_the_start():
    """grr-002"""
    pays(("2024-01-01", 100), ("2024-04-01", 150), ("2024-08-01", 120))
    book()

    span = "2024-01-02..2024-12-31"
    assert (value("nrr", span), value("grr", span)) == (Decimal("1.2"), 1)
    assert value("contraction_mrr", span) == 30


@pytest.mark.parametrize(
    ("moved", "ratio", "reason"),
    [
        ({"new": 90, "expansion": 60, "reactivation": 120, "contraction": 80, "churn": 150},
         27 / 23, ""),
        ({"new": 90, "expansion": 60}, None, "no_losses"),
        ({"opening": 10_000, "new": 20_000, "expansion": 8000, "contraction": 3000,
          "churn": 5000}, 3.5, ""),
    ],
    ids=["quick-001", "quick-002", "quick-003"],
)  # fmt: skip
def test_the_quick_ratio(moved, ratio, reason):
    march(**moved)

    found = figure("quick_ratio", "2025-03")

    assert found.reason == reason
    assert found.value is None if ratio is None else float(found.value) == pytest.approx(ratio)


def test_a_start_at_midnight_belongs_to_the_day_that_begins():
    """gen-001"""
    pays(("2025-04-01", 100))
    pays(("2025-01-01", 70), ends_on=date(2025, 4, 1))
    book()

    assert (value("mrr", "2025-03"), value("mrr", "2025-04")) == (70, 100)
    assert movements()[1:] == [
        ("2025-04-01", "new", 100, ""), ("2025-04-01", "churn", -70, "ended")
    ]  # fmt: skip


def test_new_customers_have_a_price_of_their_own():
    pays(("2025-03-10", 60))
    pays(("2025-03-12", 100))
    book()

    assert value("new_customer_price", "2025-03") == 80
    assert figure("new_customer_price", "2025-02").reason == "nobody_won"
