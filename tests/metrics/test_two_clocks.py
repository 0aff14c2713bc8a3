"""Figures of money as known then, against a slow twin that throws later facts away."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from customers.models import ExchangeRate, SubscriptionVersion
from lib.days import add_months
from lib.periods import month_of
from metrics.catalogue import BY_CODE
from metrics.models import RevenueMovement
from metrics.question import Question
from metrics.revenue.ledger import rebuild_movements
from metrics.revenue.two_clocks import TooMuchToRecallError, as_known, remembering
from tests.factories import CustomerFactory, SubscriptionFactory, SubscriptionVersionFactory

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 1)
NEWEST = TODAY - timedelta(days=1)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def version(of, effective_on: date, price, recorded_on: date | None = None, **facts):
    return SubscriptionVersionFactory(
        subscription=of, effective_on=effective_on, price=Decimal(price),
        recorded_at=moment(recorded_on or effective_on), **({"quantity": Decimal(1)} | facts),
    )  # fmt: skip


def rate(currency: str, month: date, value, known_from: date) -> ExchangeRate:
    return ExchangeRate.objects.create(
        currency=currency, month=month, rate=Decimal(value), recorded_at=moment(known_from)
    )


def asked(month: date, known_on: date | None = None, **more) -> Question:
    return Question(period=month_of(month), today=TODAY, known_on=known_on, **more)


def mrr(month: date, known_on: date | None = None) -> Decimal | None:
    return BY_CODE["mrr"].answer(asked(month, known_on)).value


def test_a_figure_is_answered_as_known_then_and_as_known_now():
    """mvt-006: a change of 1 March that was learned on the 15th."""
    contract = SubscriptionFactory()
    version(contract, date(2025, 3, 1), 100)
    version(contract, date(2025, 3, 1), 50, recorded_on=date(2025, 3, 15))
    rebuild_movements(through=NEWEST)

    march = date(2025, 3, 1)
    assert mrr(march, date(2025, 3, 14)) == 100
    assert mrr(march, date(2025, 3, 15)) == mrr(march) == 50
    assert mrr(march, date(2025, 2, 28)) == 0


def test_rows_add_up_to_what_was_known_then_and_nothing_stays_covered():
    contract = SubscriptionFactory()
    version(contract, date(2025, 3, 1), 100)
    version(contract, date(2025, 3, 1), 50, recorded_on=date(2025, 4, 15))
    rebuild_movements(through=NEWEST)

    metric, question = BY_CODE["mrr"], asked(date(2025, 3, 1), date(2025, 4, 14))
    with remembering():
        assert metric.answer(question).value == metric.rows(question).totals().numerator == 100
        assert [row.numerator for row in metric.rows(question).all()] == [100]
        assert mrr(date(2025, 3, 1)) == 50

    assert RevenueMovement.objects.get().amount == 600
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
        assert cursor.fetchone() == (0,)


def test_a_corrected_rate_was_another_before():
    contract = SubscriptionFactory()
    version(contract, date(2025, 3, 1), 10, currency="USD")
    dollar = rate("USD", date(2025, 3, 1), 140, known_from=date(2025, 3, 1))
    ExchangeRate.objects.filter(pk=dollar.pk).update(rate=150, recorded_at=moment(date(2025, 5, 2)))
    rebuild_movements(through=NEWEST)

    march = date(2025, 3, 1)
    assert [mrr(march), mrr(march, date(2025, 5, 2))] == [1500, 1500]
    assert mrr(march, date(2025, 5, 1)) == 1400


def test_a_rate_is_learned_anew_whenever_it_changes():
    dollar = rate("USD", date(2025, 3, 1), 140, known_from=date(2025, 3, 1))

    ExchangeRate.objects.filter(pk=dollar.pk).update(rate=150)

    dollar.refresh_from_db()
    assert dollar.recorded_at > moment(date(2025, 3, 2))


def test_what_takes_too_long_is_said_and_not_guessed(settings, as_user, lea):
    version(SubscriptionFactory(), date(2025, 3, 1), 100, recorded_on=date(2025, 5, 1))
    rebuild_movements(through=NEWEST)
    settings.KNOWN_THEN_SECONDS = 0
    question = asked(date(2025, 3, 1), date(2025, 4, 1))

    page = as_user(lea).get("/figures/mrr/?period=2025-03&known=2025-04-01")

    assert BY_CODE["mrr"].answer(question).reason == "too_long_ago"
    assert "takes too long" in page.content.decode()
    with pytest.raises(TooMuchToRecallError):
        BY_CODE["mrr"].rows(question)


@pytest.mark.parametrize("rows", ["mrr/rows", "cohort_retention/cohorts/2025-03/0"])
def test_a_program_is_told_that_rows_take_too_long_to_recall(settings, api_of, lea, rows):
    version(SubscriptionFactory(), date(2025, 3, 1), 100, recorded_on=date(2025, 5, 1))
    rebuild_movements(through=NEWEST)
    settings.KNOWN_THEN_SECONDS = 0

    answer = api_of(lea).get(f"/api/v1/numbers/{rows}?period=2025-03&known=2025-04-01")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "takes too long" in answer.content.decode()


def test_a_page_works_out_once_what_was_known(as_user, lea):
    version(SubscriptionFactory(), date(2025, 3, 1), 100)
    version(SubscriptionFactory(), date(2025, 3, 1), 70, recorded_on=date(2025, 6, 2))
    rebuild_movements(through=NEWEST)

    with CaptureQueriesContext(connection) as run:
        page = as_user(lea).get("/figures/mrr/?period=2025-03&known=2025-06-01").content.decode()

    assert "100" in page
    built = [query for query in run.captured_queries if "TEMP TABLE known_rate" in query["sql"]]
    assert len(built) == 1


days = st.integers(0, 150).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
facts = st.tuples(
    st.integers(0, 2), days, st.integers(0, 60), st.integers(0, 900), st.booleans(),
    st.none() | days,
)  # fmt: skip


def store(history, rates) -> None:
    lines = [SubscriptionFactory(customer=CustomerFactory(csm=None)) for _ in range(3)]
    for line, day, late, price, is_dollar, ends in history:
        version(lines[line], day, price, recorded_on=day + timedelta(days=late), ends_on=ends,
                currency="USD" if is_dollar else "JPY")  # fmt: skip
    for month, value, late in rates:
        first = add_months(date(2025, 1, 1), month)
        rate("USD", first, value, known_from=first + timedelta(days=late))


def lines() -> list[tuple]:
    kept = RevenueMovement.objects.filter(day__lte=NEWEST)
    return sorted(kept.values_list("customer_id", "day", "kind", "amount", "reason", "balance"))


@with_settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    history=st.lists(facts, min_size=1, max_size=6),
    rates=st.lists(st.tuples(st.integers(0, 5), st.integers(90, 160), st.integers(0, 40)),
                   max_size=3, unique_by=lambda row: row[0]),
    known_on=days,
)  # fmt: skip
def test_the_ledger_known_then_is_the_one_built_without_later_facts(history, rates, known_on):
    with transaction.atomic():
        store(history, rates)
        rebuild_movements(through=NEWEST)
        with as_known(asked(date(2025, 6, 1), known_on)):
            known = lines()

        end = moment(known_on).replace(hour=15)
        SubscriptionVersion.objects.filter(recorded_at__gte=end).delete()
        ExchangeRate.objects.filter(recorded_at__gte=end).delete()
        rebuild_movements(through=NEWEST)

        assert known == lines()
        transaction.set_rollback(True)
