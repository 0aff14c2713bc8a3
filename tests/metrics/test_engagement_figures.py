"""Engagement from events in the database: rolled up, concluded, and read as figures."""

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.models import Customer, UsageEvent
from customers.models.usage_event import USAGE_EVENTS
from lib.partitions import make_partitions
from metrics.catalogue import BY_CODE
from metrics.engaging import conclude_engagement, finish_engagement, forget_conclusions_of
from metrics.models import (
    CustomerEngagement,
    DailyUsage,
    EngagementDay,
    Feature,
    Insider,
    PersonDay,
    PersonSeen,
)
from metrics.question import question_of
from metrics.revenue.ledger import book_movements
from metrics.usage import roll_up_usage
from tests.factories import CustomerFactory, SubscriptionVersionFactory
from tests.metrics import slow_engagement as by_hand

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")
# The 28 days up to the end of March 2025 begin on 4 March, a Tuesday.
LAST = date(2025, 3, 31)
FIRST = LAST - timedelta(days=27)


def at(day, hour=12, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=TOKYO)


@pytest.fixture(autouse=True)
def _room_for_events():
    make_partitions(USAGE_EVENTS, date(2025, 1, 1), date(2025, 5, 1))


def use(customer, person, moment, *, name="report", kind="track", quantity=1):
    UsageEvent.objects.create(
        customer_id=customer.pk, client_ts=moment, event_id=uuid.uuid4(), source_id=1,
        message_id=str(uuid.uuid4()), person=person, kind=kind, name=name, quantity=quantity,
        occurred_at=moment,
    )  # fmt: skip


def conclude():
    for day in sorted({e.occurred_at.astimezone(TOKYO).date() for e in UsageEvent.objects.all()}):
        roll_up_usage(day)
    conclude_engagement(LAST)


def figure_of(code, **asked):
    question = question_of({"period": "2025-03"} | asked, date(2026, 7, 1))
    figure = BY_CODE[code].answer(question)
    totals = BY_CODE[code].rows(question).totals()
    if figure.denominator is not None:
        assert (totals.numerator, totals.denominator) == (figure.numerator, figure.denominator)
    return figure


def with_seats(seats, plan="Pro", **more):
    customer = CustomerFactory(**more)
    SubscriptionVersionFactory(subscription__customer=customer, quantity=seats, plan=plan)
    return customer


def test_stickiness_is_mean_daily_over_window_actives():
    """eng-001: its window of 7 days stands in 28, 11 active days of 3 people."""
    customer = CustomerFactory()
    for person, days in (("u1", range(1, 8)), ("u2", (1, 3, 5)), ("u3", (2,))):
        for day in days:
            use(customer, person, at(FIRST + timedelta(days=day)))

    conclude()

    figure = figure_of("stickiness")
    assert (figure.numerator, figure.denominator, figure.n) == (11, 3 * 28, 3)
    assert float(figure.value) * 4 == pytest.approx(11 / 21)


def test_staff_bots_and_coming_and_going_do_not_make_a_product_sticky(lea):
    """eng-002"""
    customer = with_seats(5)
    Insider.objects.create(mark="bot-1")
    for person in (lea.email, "bot-1"):
        use(customer, person, at(LAST))
    use(customer, "pat", at(LAST), name="Logged in")
    use(customer, "kim", at(LAST), kind="page", name="Home")

    conclude()

    assert figure_of("stickiness").reason == "no_data"
    assert not Feature.objects.get(event="Logged in").is_value


@pytest.mark.parametrize(
    ("seats", "people", "share", "flag"),
    [(50, 32, "0.64", ""), (60, 72, "1.2", "over_deployed")],
    ids=["eng-003", "eng-004"],
)
def test_active_share_is_not_clamped(seats, people, share, flag):
    customer = with_seats(seats)
    for n in range(people):
        use(customer, f"u{n}", at(LAST))
    use(CustomerFactory(), "without a seat", at(LAST))

    conclude()

    figure = figure_of("active_share")
    assert (figure.numerator, figure.denominator) == (people, seats)
    assert (figure.value, figure.flag) == (Decimal(share), flag)


def test_adoption_counts_only_who_could_adopt():
    """eng-005: 26 of 40, and five more without the feature in their plan."""
    Feature.objects.create(event="report", is_core=True, uses_needed=3, plans=["Pro"])
    groups = (26, "Pro", 3), (10, "Pro", 2), (4, "Pro", 0), (5, "Beta", 9)
    for how_many, plan, uses in groups:
        for _ in range(how_many):
            customer = with_seats(5, plan=plan, csm=None)
            if uses:
                use(customer, "pat", at(LAST), quantity=uses)
    book_movements(list(Customer.objects.values_list("pk", flat=True)), through=LAST)

    conclude()

    assert (figure_of("adoption").numerator, figure_of("adoption").denominator) == (26, 40)
    assert (figure_of("adoption_breadth").numerator, figure_of("adoption_breadth").n) == (36, 40)


def test_breadth_is_core_features_used_over_those_included():
    """eng-006"""
    for n in range(8):
        Feature.objects.create(event=f"feature {n}", is_core=True)
    customer = with_seats(5)
    for n in range(6):
        use(customer, "pat", at(LAST, minute=n), name=f"feature {n}")

    conclude()

    assert float(figure_of("adoption_breadth").value) == 0.75


@pytest.mark.parametrize(
    ("minutes", "sessions"),
    [([0, 5, 12, 50, 58], [720, 480]), ([0, 30, 200], [1800, 0])],
    ids=["eng-007", "eng-008"],
)
def test_sessions_are_cut_after_thirty_idle_minutes(minutes, sessions):
    customer = CustomerFactory()
    for minute in minutes:
        use(customer, "pat", at(LAST) + timedelta(minutes=minute))

    conclude()

    assert PersonDay.objects.get(day=LAST).sessions == sessions
    figure = figure_of("time_on_site")
    assert figure.value * 120 == sum(sessions)
    assert figure.parts["median"] * 120 == sum(sessions)


def test_a_session_over_midnight_is_one_and_belongs_to_the_day_it_began():
    customer = CustomerFactory()
    for minute in (-20, 5, 25):
        use(customer, "pat", at(LAST, 0) + timedelta(minutes=minute))

    conclude()

    before = PersonDay.objects.get(day=LAST - timedelta(days=1))
    assert (before.sessions, PersonDay.objects.get(day=LAST).sessions) == ([45 * 60], [])


def test_sessions_of_who_did_nothing_of_value_count_but_she_is_not_active():
    customer = CustomerFactory()
    for minute in (0, 10):
        use(customer, "pat", at(LAST, minute=minute))
    use(customer, "kim", at(LAST - timedelta(days=40)))
    for minute in (0, 20):
        use(customer, "kim", at(LAST, minute=minute), kind="page", name="Home")

    conclude()

    figure = figure_of("time_on_site")
    assert (figure.numerator, figure.denominator, figure.n) == (1800, 120, 2)
    assert (figure.value, figure.parts["median"]) == (15, 15)
    assert (figure_of("stickiness").numerator, figure_of("stickiness").n) == (1, 1)
    assert figure_of("weekly_share").numerator == figure_of("returning_visitors").n == 1
    assert figure_of("returning_visitors").numerator == 0
    assert DailyUsage.objects.get(day=LAST).active_people == 1


def test_a_customer_whose_people_only_looked_has_sessions_and_nobody_active():
    use(CustomerFactory(), "kim", at(LAST), kind="page", name="Home")

    conclude()

    assert (figure_of("time_on_site").n, figure_of("time_on_site").value) == (1, 0)
    assert figure_of("stickiness").reason == "no_data"
    assert not PersonSeen.objects.exists()


def test_only_who_came_before_the_window_returns():
    """eng-009, eng-010"""
    conclude()
    assert figure_of("returning_visitors").value is None
    customer = CustomerFactory()
    for person, day in (("v1", FIRST), ("v1", LAST), ("v2", FIRST - timedelta(days=40)),
                        ("v2", LAST), ("v3", LAST)):  # fmt: skip
        use(customer, person, at(day))

    conclude()

    figure = figure_of("returning_visitors")
    assert (figure.numerator, figure.denominator) == (1, 3)


def test_figures_of_a_segment_are_of_its_customers():
    small, large = CustomerFactory(segment="Small"), CustomerFactory(segment="Large")
    use(small, "a", at(LAST))
    use(large, "b", at(LAST))
    use(large, "c", at(LAST))

    conclude()

    assert figure_of("stickiness", segment="Large").n == 2
    assert figure_of("stickiness", csm=str(small.csm_id)).n == 1
    assert figure_of("stickiness", segment="None such").value is None


def test_a_day_that_is_not_kept_has_no_figure_but_says_why():
    use(CustomerFactory(), "a", at(FIRST))
    conclude()

    figure = figure_of("stickiness", period="2025-03-01..2025-03-20")

    assert (figure.value, figure.reason) == (None, "not_concluded")
    assert figure_of("stickiness", period="2025-02").reason == "before_first_use"


def test_what_was_not_over_on_the_day_it_is_known_has_no_figure():
    use(CustomerFactory(), "a", at(LAST))
    conclude()

    assert figure_of("stickiness", known="2025-03-30").reason == "not_concluded"
    assert figure_of("stickiness", known="2025-03-31").value is not None


def test_ends_of_months_are_kept_and_made_anew_when_their_use_was_counted_anew():
    customer = CustomerFactory()
    use(customer, "a", at(LAST))
    roll_up_usage(LAST)
    tonight = date(2025, 4, 9)
    finish_engagement(tonight)
    assert CustomerEngagement.objects.get(day=LAST).people == 1
    use(customer, "b", at(LAST))
    roll_up_usage(LAST)

    forget_conclusions_of([LAST], tonight)
    finish_engagement(tonight)

    assert CustomerEngagement.objects.get(day=LAST).people == 2
    assert EngagementDay.objects.filter(day=LAST).get().people == 2


def test_who_was_deleted_while_the_night_concluded_is_in_no_conclusion():
    use(CustomerFactory(), "a", at(LAST))
    conclude()
    stayed = CustomerEngagement.objects.get(day=LAST)
    for deleted, day in enumerate([LAST, date(2025, 2, 28)], stayed.customer_id + 1):
        CustomerEngagement.objects.create(day=day, customer_id=deleted, people=5)

    finish_engagement(LAST)

    assert CustomerEngagement.objects.get() == stayed
    assert EngagementDay.objects.get(day=LAST).people == 1


moments = st.tuples(
    st.sampled_from(["u1", "u2", "u3"]),
    st.integers(-24 * 60 * 4, 24 * 60 * 6).map(lambda n: at(FIRST) + timedelta(minutes=n)),
    st.sampled_from(["track", "track", "page"]),
)


@settings(
    max_examples=12, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(happened=st.lists(moments, max_size=14, unique_by=lambda each: each[1]))
def test_what_is_concluded_agrees_with_counting_by_hand(happened):
    UsageEvent.objects.all().delete()
    PersonDay.objects.all().delete()
    PersonSeen.objects.all().delete()
    customer = CustomerFactory(csm=None)
    for person, moment, kind in happened:
        use(customer, person, moment, kind=kind)

    conclude()

    days = {}
    for person, moment, kind in happened:
        if kind == "track":
            days.setdefault(person, set()).add(moment.astimezone(TOKYO).date())
    window = [FIRST + timedelta(days=n) for n in range(28)]
    expected = by_hand.stickiness(days, window).rate
    returning = by_hand.returning_visitors(
        [(person, day) for person, every in days.items() for day in every],
        FIRST, LAST + timedelta(days=1),
    )  # fmt: skip
    on_site = by_hand.time_on_site([each[:2] for each in happened], window, TOKYO)
    lengths = figure_of("time_on_site")
    assert figure_of("stickiness").value == expected.value
    assert figure_of("returning_visitors").value == returning.value
    assert (lengths.n, lengths.numerator or 0) == (len(on_site), sum(on_site) * 60)


def test_a_customer_that_is_deleted_takes_its_engagement_along():
    """PostgreSQL has no constraint to remind of it."""
    use(customer := with_seats(5), "pat", at(LAST))
    conclude()
    assert CustomerEngagement.objects.exists()

    customer.delete()

    assert not CustomerEngagement.objects.exists()
