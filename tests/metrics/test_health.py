"""The health score: the worked examples (hlth-*), and random customers against the slow twin."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from metrics.daily import close_day
from metrics.health.explaining import explain_latest, score_delta
from metrics.health.measures import Measure
from metrics.models import DailyUsage, HealthScore, PersonDay, Scorecard, Snapshot
from metrics.models.scorecard import KNOWN
from tests.factories import (
    DAY,
    NOON,
    ContactFactory,
    CustomerFactory,
    PurchaseFactory,
    ResponseFactory,
    SubscriptionFactory,
    SubscriptionVersionFactory,
    SurveyFactory,
    TicketFactory,
    TouchpointFactory,
)
from tests.metrics.slow_health import capped, inputs_of, score_of

pytestmark = pytest.mark.django_db

EXAMPLE = {
    "usage_trend": {"weight": "0", "worst": "-1", "best": "1"},
    "days_since_touch": {"weight": "0.4", "worst": "0", "best": "100"},
    "urgent_tickets": {"weight": "0.2", "worst": "5", "best": "0"},
    "last_nps": {"weight": "0.2", "worst": "0", "best": "10"},
    "active_share": {"weight": "0.1", "worst": "0", "best": "1"},
    "days_past_due": {"weight": "0.1", "worst": "100", "best": "0"},
}


def touched(customer: Customer, days_ago: int) -> None:
    at = NOON - timedelta(days=days_ago)
    TouchpointFactory(customer=customer, happened_at=at)
    if customer.last_touch_at is None or customer.last_touch_at < at:
        Customer.objects.filter(pk=customer.pk).update(last_touch_at=at)
        customer.last_touch_at = at


def used(customer: Customer, days_ago: int, count: int, people: int) -> None:
    DailyUsage.objects.create(customer_id=customer.pk, day=DAY - timedelta(days=days_ago),
                              event_count=count, active_people=people, seconds=0)  # fmt: skip


def example() -> Customer:
    """Usage 80, support 60 and engagement 70 of the worked examples."""
    Scorecard.objects.create(version=2, measures=EXAMPLE)
    customer = CustomerFactory()
    touched(customer, 80)
    TicketFactory.create_batch(2, customer=customer, priority="urgent")
    PurchaseFactory(customer=customer, due_on=DAY - timedelta(days=30))
    return customer


def night(customer: Customer) -> HealthScore:
    close_day(DAY)
    return HealthScore.objects.get(customer_id=customer.pk, day=DAY)


def test_with_every_input_the_score_is_their_weighted_mean():
    customer = example()
    ResponseFactory(customer=customer, score=5)
    SubscriptionVersionFactory(subscription=SubscriptionFactory(customer=customer))
    used(customer, 1, 50, people=10)

    score = night(customer)

    assert (score.score, score.coverage, score.band) == (71, 1, "green")


def test_missing_inputs_are_left_out_and_the_weights_rescaled():
    score = night(example())

    assert (score.score, score.coverage, score.band) == (Decimal("72.86"), Decimal("0.7"), "green")


def test_below_half_of_the_weight_there_is_no_score_to_hold_down():
    customer = example()
    SubscriptionVersionFactory(
        subscription=SubscriptionFactory(customer=customer), ends_on=DAY + timedelta(days=9)
    )
    Customer.objects.update(last_touch_at=None)

    score = night(customer)

    assert (score.score, score.coverage, score.band) == (None, Decimal("0.3"), "none")
    assert Snapshot.objects.get().health_band == "none"


def test_inputs_are_scaled_between_worst_and_best_and_held_there():
    Scorecard.objects.create(version=2, measures=EXAMPLE | {
        "days_since_touch": {"weight": "0.4", "worst": "2", "best": "8"}})  # fmt: skip
    near, far = CustomerFactory(), CustomerFactory()
    touched(near, 6)
    touched(far, 11)
    TicketFactory.create_batch(3, customer=near, priority="urgent")

    close_day(DAY)

    parts = {s.customer_id: s.parts for s in HealthScore.objects.all()}
    assert parts[near.pk]["days_since_touch"]["scaled"] == 66.666667
    assert parts[near.pk]["urgent_tickets"]["scaled"] == 40
    assert parts[far.pk]["days_since_touch"]["scaled"] == 100


@pytest.mark.parametrize("ends_on", [None, DAY + timedelta(days=60)])
def test_a_cancellation_in_sight_caps_the_score_and_keeps_the_uncapped_one(ends_on):
    customer = example()
    SubscriptionVersionFactory(subscription=SubscriptionFactory(customer=customer), ends_on=ends_on)

    score = night(customer)

    assert score.uncapped == Decimal("72.86")
    assert (score.score, score.band) == ((39, "red") if ends_on else (score.uncapped, "green"))


@pytest.mark.parametrize(("second", "is_held"), [(None, True), ("member", True),
                                                 ("champion", False)])  # fmt: skip
def test_a_champion_who_left_caps_the_score_until_there_is_another(second, is_held):
    customer = example()
    ContactFactory(customer=customer, role="champion", left_at=NOON - timedelta(days=200))
    if second:
        ContactFactory(customer=customer, role=second)

    score = night(customer)

    assert (score.score, score.override) == (
        (39, "champion_left") if is_held else (score.uncapped, "")
    )


NO_SCORECARDS = [
    {}, [], 5, {"usage_trend": {}}, {"luck": EXAMPLE["usage_trend"]}, {"last_nps": [1, 2, 3]},
    EXAMPLE | {"last_nps": {"weight": "1", "worst": "5", "best": "5"}},
    EXAMPLE | {"last_nps": {"weight": "-1", "worst": "0", "best": "10"}},
    EXAMPLE | {"last_nps": {"weight": "NaN", "worst": "0", "best": "x"}},
    {"last_nps": {"weight": "0", "worst": "0", "best": "10"}},
]  # fmt: skip


@pytest.mark.parametrize("measures", NO_SCORECARDS, ids=str)
def test_a_scorecard_nobody_can_count_with_is_refused(as_user, ada, measures):
    fields = {"version": 2, "measures": json.dumps(measures), "green_from": 70, "amber_from": 40,
              "published_at_0": "2026-06-15", "published_at_1": "12:00:00"}  # fmt: skip

    page = as_user(ada).post(reverse("admin:metrics_scorecard_add"), fields)

    assert "Each measure needs numbers" in page.content.decode() or measures == {}
    assert page.status_code == 200
    assert Scorecard.objects.count() == 1


def test_a_sound_scorecard_is_taken_and_its_measures_are_those_that_are_scored():
    Scorecard(version=2, measures=EXAMPLE).full_clean()

    assert set(Measure) == KNOWN


def test_a_champion_who_leaves_tomorrow_is_still_there():
    customer = example()
    ContactFactory(customer=customer, role="champion", left_at=NOON + timedelta(days=1))

    assert night(customer).override == ""


def test_who_has_churned_keeps_the_last_score_and_gets_no_new_one():
    customer = example()
    close_day(DAY - timedelta(days=1))
    Customer.objects.update(churned_on=DAY)

    close_day(DAY)

    assert HealthScore.objects.count() == 1
    assert Snapshot.objects.get(customer=customer).day == DAY - timedelta(days=1)


def test_a_change_of_the_score_is_split_into_parts_that_add_up():
    customer = example()
    SubscriptionVersionFactory(subscription=SubscriptionFactory(customer=customer))
    used(customer, 10, 50, people=10)
    used(customer, 2, 5, people=3)
    close_day(DAY - timedelta(days=7))
    ResponseFactory(customer=customer, score=1)
    DailyUsage.objects.filter(event_count=50).delete()
    close_day(DAY)

    delta = score_delta(customer.pk, DAY - timedelta(days=7), DAY)

    assert delta.change < 0
    assert sum(part.points for part in delta.parts) == delta.change
    assert delta.sentence == "Health 84 → 56 in 7 days: open urgent tickets 0 → 2"
    assert explain_latest(customer.pk).day == DAY


few = st.integers(0, 4)
ages = st.integers(-2, 70)


def grown(draw) -> Customer:
    customer = CustomerFactory(csm=None, started_on=DAY - timedelta(days=draw(ages) + 10))
    for n in range(draw(st.integers(0, 2))):
        ends = draw(st.none() | st.integers(-5, 60))
        SubscriptionVersionFactory(
            subscription=SubscriptionFactory(customer=customer), quantity=draw(st.integers(0, 9)),
            effective_on=DAY - timedelta(days=100 - n), paused_on=draw(st.none() | st.just(DAY)),
            ends_on=None if ends is None else DAY + timedelta(days=ends),
            past_due_since=draw(st.none() | ages.map(lambda n: DAY - timedelta(days=n))),
        )  # fmt: skip
    for days_ago in draw(st.sets(ages, max_size=8)):
        used(customer, days_ago, draw(st.integers(0, 30)), people=draw(few))
        PersonDay.objects.create(customer_id=customer.pk, day=DAY - timedelta(days=days_ago),
                                 person=f"p{draw(few)}", event_count=1)  # fmt: skip
    for days_ago in draw(st.lists(ages, max_size=3)):
        touched(customer, days_ago)
    for days_ago in draw(st.lists(st.none() | ages, max_size=2)):
        left_at = None if days_ago is None else NOON - timedelta(days=days_ago)
        ContactFactory(customer=customer, left_at=left_at,
                       role=draw(st.sampled_from(["champion", "member"])))  # fmt: skip
    return customer


def asked(draw, customer: Customer, survey) -> None:
    for days_ago in draw(st.lists(st.integers(-2, 400), max_size=3)):
        ResponseFactory(survey=survey, customer=customer, score=draw(st.integers(0, 10)),
                        answered_at=NOON - timedelta(days=days_ago),
                        grade=draw(st.sampled_from(["confirmed", "suspect"])))  # fmt: skip
    for days_ago in draw(st.lists(ages, max_size=3)):
        closed = draw(st.none() | few.map(lambda n: NOON - timedelta(days=n - 2)))
        TicketFactory(customer=customer, priority=draw(st.sampled_from(["urgent", "low"])),
                      opened_at=NOON - timedelta(days=days_ago), closed_at=closed)  # fmt: skip
    for days_ago in draw(st.lists(ages, max_size=2)):
        PurchaseFactory(customer=customer, purchased_on=DAY - timedelta(days=80),
                        due_on=DAY - timedelta(days=days_ago),
                        paid_on=draw(st.none() | st.just(DAY)))  # fmt: skip


# Shrinking would close some hundred nights more.
@settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
@given(data=st.data())
def test_the_score_agrees_with_judging_each_customer_by_hand(data):
    with transaction.atomic():
        survey = SurveyFactory()
        customers = [grown(data.draw) for _ in range(3)]
        for customer in customers:
            asked(data.draw, customer, survey)

        close_day(DAY)

        card = Scorecard.objects.get(version=1)
        for customer in (c for c in customers if c.is_active_on(DAY)):
            stored = HealthScore.objects.get(customer_id=customer.pk, day=DAY)
            inputs = inputs_of(customer, DAY)
            found = {m: p["input"] for m, p in stored.parts.items()}
            assert found == {m: f if f is None else float(f) for m, f in inputs.items()}
            assert (stored.uncapped, stored.coverage) == score_of(inputs, card)
            assert stored.score == capped(stored.uncapped, customer, DAY)
        transaction.set_rollback(True)
