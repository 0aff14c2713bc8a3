"""The days of a contract as a file tells them, and the figures that follow (GEN-2)."""

from datetime import date

import pytest

from customers.models import SubscriptionVersion
from tests.factories import CustomerFactory
from tests.metrics.test_revenue_figures import book, movements, value

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "month", "march"),
    [("America/New_York", "2025-03", 0), ("UTC", "2025-04", 100), ("Asia/Tokyo", "2025-04", 100)],
)
def test_the_reporting_zone_decides_on_which_day_a_contract_ended(
    load, settings, zone, month, march
):
    """mvt-009"""
    settings.REPORTING_TIME_ZONE = zone
    CustomerFactory(external_id="C-1")

    load("subscriptions", "id,customer id,start date,end date,mrr\n"
         "S-1,C-1,2025-01-01,2025-04-01T03:30:00Z,100\n")  # fmt: skip
    book()

    assert value("mrr", "2025-03") == march
    assert value("churned_mrr", month) == 100


def test_the_last_day_of_service_still_counts(load):
    """mvt-011"""
    CustomerFactory(external_id="C-1")

    load("subscriptions", "id,customer id,start date,last service day,arr\n"
         "S-1,C-1,2025-01-01,2025-12-31,1200\n")  # fmt: skip
    book()

    assert SubscriptionVersion.objects.get().ends_on == date(2026, 1, 1)
    assert value("mrr", "2025-12") == 100
    assert movements()[1] == ("2026-01-01", "churn", -100, "ended")


def test_two_ends_that_contradict_each_other_are_refused(load):
    CustomerFactory(external_id="C-1")

    run = load("subscriptions", "id,customer id,start date,last service day,end date,mrr\n"
               "S-1,C-1,2025-01-01,2025-03-31,2025-03-31,100\n"
               "S-2,C-1,2025-01-01,2025-03-31,2025-04-01,100\n")  # fmt: skip

    rejected = run.rows.get(verdict="rejected")
    assert (rejected.number, rejected.problems[0]["code"]) == (2, "two_ends")
    assert SubscriptionVersion.objects.get().ends_on == date(2025, 4, 1)
