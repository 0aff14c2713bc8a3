"""Each figure names the settings that shape it, and no others (GEN-6)."""

from datetime import date
from decimal import Decimal

import pytest

from lib.periods import period_of
from metrics.catalogue import BY_CODE
from metrics.models import Assumption, ClosedMonth
from metrics.question import Question
from metrics.settings_used import (
    FIXED,
    OF_BUYERS,
    TAKEN_FOR_GRANTED,
    WITH_CONTRACTS,
    WITH_SEATS,
    settings_used,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)


def used(code, period="2026-06", **asked):
    return settings_used(BY_CODE[code], Question(period_of(period), TODAY, **asked))


def test_a_figure_of_the_api_names_what_was_set_for_it(api_of, ana, settings):
    settings.PAST_DUE_LIMIT_DAYS = 45

    body = api_of(ana).get("/api/v1/numbers/logo_churn/", {"period": "2026-06"}).json()

    assert body["settings"] == {
        "time_zone": "Asia/Tokyo", "currency": "JPY", "past_due_limit_days": 45,
        "paused_subscriptions_count": False, "merge_gap_days": 0, "fewest_for_a_share": 5,
        "widest_range": 0.2,
    }  # fmt: skip


def test_what_does_not_bear_on_a_figure_is_not_named():
    assert used("crc") == {"time_zone": "Asia/Tokyo", "currency": "JPY"}
    assert used("nps") == {
        "time_zone": "Asia/Tokyo", "fewest_for_a_share": 5, "widest_range_in_points": 40.0
    }  # fmt: skip
    assert used("time_on_site") == {
        "time_zone": "Asia/Tokyo", "window_days": 28, "idle_minutes": 30
    }  # fmt: skip
    assert used("active_share").keys() >= {"paused_subscriptions_count", "window_days"}
    assert "fiscal_year_starts_in_month" not in used("mrr")
    assert used("mrr", "2026-Q1")["fiscal_year_starts_in_month"] == 4


def test_what_is_taken_for_granted_is_that_of_the_day():
    Assumption.objects.create(name="gross_margin", effective_on=date(2026, 6, 15), value="0.7")

    assert used("ltv_discounted")["gross_margin"] == Decimal("0.7")
    assert used("ltv_discounted", "2026-05")["gross_margin"] == Decimal("0.8")
    assert used("ltv_discounted").keys() >= {"discount_rate", "horizon_months", "months_pooled"}
    assert "horizon_months" not in used("payback")


def test_a_closed_month_names_what_was_set_when_it_was_closed(settings):
    ClosedMonth.objects.create(
        month=date(2026, 5, 1), cut_off="2026-06-02T00:00Z", inputs_hash="x",
        settings_used={"past_due_limit_days": 30, "merge_gap_days": 2},
    )  # fmt: skip
    settings.PAST_DUE_LIMIT_DAYS = 45

    assert used("mrr", "2026-05")["past_due_limit_days"] == 45
    reported = used("mrr", "2026-05", view="reported")
    assert (reported["past_due_limit_days"], reported["merge_gap_days"]) == (30, 2)


def test_every_name_is_that_of_a_figure():
    named = {*FIXED, *TAKEN_FOR_GRANTED, *WITH_CONTRACTS, *WITH_SEATS, *OF_BUYERS}

    assert named <= BY_CODE.keys()
