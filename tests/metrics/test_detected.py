"""A company that only events have named is no customer yet."""

from datetime import timedelta

import pytest

from customers.models import Customer
from metrics.daily import close_day
from metrics.models import CompanyDay, HealthScore
from metrics.standing import standing_of
from tests.factories import CustomerFactory
from tests.metrics.test_health import DAY

pytestmark = pytest.mark.django_db
BEFORE = DAY - timedelta(days=100)


@pytest.fixture
def companies(ana):
    """One of each kind, by name."""
    wanted = {
        "detected": {"stage": "detected", "started_on": None},
        "detected and started": {"stage": "detected", "started_on": BEFORE},
        "accepted": {"stage": "onboarding", "started_on": None},
        "customer": {"stage": "growing", "started_on": BEFORE},
    }
    return {name: CustomerFactory(name=name, csm=ana, **kind) for name, kind in wanted.items()}


def test_it_is_not_active_until_somebody_gives_it_a_stage_or_a_start(companies):
    active = Customer.objects.active_on(DAY)

    assert set(active) == {row for name, row in companies.items() if name != "detected"}
    assert [row.is_active_on(DAY) for row in companies.values()] == [False, True, True, True]


def test_neither_the_night_nor_the_overview_nor_its_csm_counts_it(companies, ana):
    close_day(DAY)

    scored = set(HealthScore.objects.values_list("customer_id", flat=True))
    assert scored == {row.pk for name, row in companies.items() if name != "detected"}
    assert CompanyDay.objects.get(day=DAY).customers == 3
    assert standing_of([ana.pk], DAY).customers == 3
