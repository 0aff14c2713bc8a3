"""Exchange rates from a file: judged row by row, corrected, and taken back."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from customers.models import ExchangeRate
from tests.customers.importing.conftest import undo
from tests.factories import NOON

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = date(2025, 2, 1), date(2025, 3, 1)
FILE = """currency,month,rate
USD,2025-02,150.5
EUR,2025年3月,160
USD,2025-02-17,151
JPY,2025-02,1
XXQ,2025-02,9
GBP,2026-09,180
KRW,2025-01,0
CHF,2025-01,-2
"""


@pytest.fixture(autouse=True)
def _june():
    with time_machine.travel(NOON, tick=True):
        yield


def known() -> dict:
    return {(r.currency, r.month): r.rate for r in ExchangeRate.objects.all()}


def test_rates_come_from_a_file_and_go_again(load):
    ExchangeRate.objects.create(currency="USD", month=FEBRUARY, rate=140)

    run = load("exchange_rates", FILE)

    rejected = run.rows.filter(verdict="rejected").order_by("number")
    codes = [row.problems[0]["code"] for row in rejected]
    assert codes == ["twice_in_file", "reporting_currency", "not_a_currency", "month_ahead",
                     "number_out_of_range", "number_out_of_range"]  # fmt: skip
    assert known() == {("USD", FEBRUARY): Decimal("150.5"), ("EUR", MARCH): 160}

    undo(run)

    assert known() == {("USD", FEBRUARY): 140}


def test_the_same_file_again_changes_nothing(load, check):
    text = "currency,month,rate\nUSD,2025-02,150\n"
    load("exchange_rates", text)

    run = check("exchange_rates", text)

    assert run.counts == {"unchanged": 1}


def test_what_was_corrected_since_is_kept_by_an_undo(load):
    run = load("exchange_rates", "currency,month,rate\nUSD,2025-02,150\n")
    ExchangeRate.objects.update(rate=155)

    undo(run)

    assert known() == {("USD", FEBRUARY): 155}
    assert run.rows.get().undone == "kept"
