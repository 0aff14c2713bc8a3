"""Features, our own people and assumptions from files."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from customers.models import DirtyDay
from metrics.models import Assumption, Feature, Insider
from tests.customers.importing.conftest import check, load, undo, upload  # noqa: F401
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _june(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOON, tick=True):
        yield


def test_features_say_what_is_of_value_and_ask_for_a_recount(load):  # noqa: F811
    Feature.objects.create(event="report", is_core=True, plans=["Pro"])

    run = load(
        "features",
        "event,core,of value,uses needed,plans\nreport,,,5,Pro; Team\nlogin,no,no,,\n",
    )

    report = Feature.objects.get(event="report")
    assert (report.is_core, report.uses_needed, report.plans) == (True, 5, ["Pro", "Team"])
    assert not Feature.objects.get(event="login").is_value
    assert DirtyDay.objects.filter(day=date(2026, 6, 1)).exists()
    undo(run)
    report.refresh_from_db()
    assert (report.uses_needed, report.plans) == (3, ["Pro"])
    assert not Feature.objects.filter(event="login").exists()


def test_our_own_people_come_from_a_file(load):  # noqa: F811
    run = load("insiders", "mark,note\n@example.com,us\n@,\nbot-1,\n")

    assert set(Insider.objects.values_list("mark", flat=True)) == {"@example.com", "bot-1"}
    assert run.counts == {"new": 2, "rejected": 1}


def test_an_assumption_rules_from_its_day_and_a_share_is_at_most_the_whole(load, lea):  # noqa: F811
    Assumption.objects.create(name="gross_margin", effective_on=date(2026, 1, 1), value=Decimal(1))

    run = load(
        "assumptions",
        "name,date,value\ngross_margin,2026-01-01,0.7\n粗利率,2026-03-01,0.75\nmargin,2026-04-01,2\n",
        user=lea,
    )

    assert run.counts == {"changed": 1, "new": 1, "rejected": 1}
    assert Assumption.objects.get(effective_on=date(2026, 3, 1)).author == lea
    undo(run)
    assert list(Assumption.objects.values_list("value", flat=True)) == [1]
