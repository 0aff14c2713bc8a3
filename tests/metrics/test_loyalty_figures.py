"""Survey figures from responses, invitations and tickets in the database."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from metrics.catalogue import BY_CODE
from metrics.loyalty.answers import CSAT, NPS
from metrics.loyalty.verdicts import compared
from metrics.models import Insider
from metrics.question import question_of
from metrics.traits import keep_traits
from surveys.models import Response
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    InvitationFactory,
    ResponseFactory,
    SurveyFactory,
    TicketFactory,
)
from tests.metrics import slow_loyalty as slow

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)
JUNE = {"period": "2026-06"}


def moment(day, hour=12, month=6):
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Tokyo"))


def figure_of(code, **asked):
    question = question_of(JUNE | asked, TODAY)
    figure = BY_CODE[code].answer(question)
    rows = BY_CODE[code].rows(question).totals()
    if figure.denominator is not None:
        assert (rows.numerator, rows.denominator) == (figure.numerator, figure.denominator)
    return figure


def answer(kind, scores, **more):
    survey = more.pop("survey", None) or SurveyFactory(kind=kind)
    more.setdefault("answered_at", moment(10))
    customer = more.pop("customer", None) or CustomerFactory()
    Response.objects.bulk_create(
        Response(survey=survey, score=score, customer=customer, **more) for score in scores
    )
    return survey


def test_csat_from_answers_to_a_survey():
    """csat-001, csat-002, csat-003"""
    assert (figure_of("csat").value, figure_of("csat").reason) == (None, "no_data")
    survey = answer("csat", [5, 5, 4])
    assert (figure_of("csat").flag, figure_of("csat").is_shown) == ("insufficient_n", False)
    assert 100 * figure_of("csat").interval.low == pytest.approx(43.8502968245, abs=1e-6)
    Response.objects.all().delete()

    answer("csat", [5, 4, 3, 5, 2, 4, 5, 1, 4, 5], survey=survey)

    figure = figure_of("csat")
    assert (float(figure.value), figure.numerator, figure.n) == (0.7, 7, 10)
    assert 100 * figure.interval.low == pytest.approx(39.6778147461, abs=1e-6)
    assert 100 * figure.interval.high == pytest.approx(89.2208732594, abs=1e-6)
    assert float(figure_of("csat_mean").value) == 3.8


def test_the_last_answer_about_a_ticket_counts_and_odd_scores_do_not():
    """csat-004: T4 gave no score."""
    survey = answer("csat", [2], interaction="T1", answered_at=moment(1, 10))
    for interaction, day, score in (("T1", 1, 4), ("T2", 5, 5), ("T3", 6, 0), ("T5", 8, 3)):
        answer("csat", [score], survey=survey, interaction=interaction, answered_at=moment(day, 12))
    TicketFactory(external_id="T4", satisfaction=None, closed_at=moment(7))
    TicketFactory(external_id="T5", satisfaction=5, closed_at=moment(7))

    figure = figure_of("csat")

    assert (figure.numerator, figure.n) == (2, 3)
    # Those of T1 and of T5, whose ticket was rated before.
    parts = figure_of("csat_mean").parts
    assert (parts["rejected"], parts["superseded"]) == (1, 2)


def in_june_and_before(kind, before, now):
    survey = answer(kind, now)
    answer(kind, before, survey=survey, answered_at=moment(10, month=5))
    return survey


def test_whether_csat_changed_between_two_months():
    """csat-005"""
    in_june_and_before("csat", [5] * 140 + [2] * 60, [4] * 150 + [1] * 40)

    found = compared(CSAT, question_of(JUNE, TODAY))

    assert [found.before.value, float(found.now.value)] == [Decimal("0.7"), pytest.approx(15 / 19)]
    assert found.change.difference * 100 == pytest.approx(8.9473684211, abs=1e-6)
    assert found.change.z == pytest.approx(2.0226485305, abs=1e-6)
    assert found.p_value == pytest.approx(0.0431093969, abs=1e-6)
    ends = (100 * found.change.interval.low, 100 * found.change.interval.high)
    assert ends == pytest.approx((0.2685401406, 17.408358694), abs=1e-6)
    assert found.verdict == "higher"


def test_whether_nps_changed_between_two_months():
    """nps-005"""
    in_june_and_before("nps", [9] * 40 + [7] * 35 + [0] * 25, [10] * 55 + [8] * 28 + [6] * 17)

    found = compared(NPS, question_of(JUNE, TODAY))

    assert (found.before.value, found.now.value) == (15, 38)
    assert found.change.difference == pytest.approx(22.3300970874, abs=1e-6)
    assert found.change.z == pytest.approx(2.0671611081, abs=1e-6)
    assert found.p_value == pytest.approx(0.0387189756, abs=1e-6)
    ends = (found.change.interval.low, found.change.interval.high)
    assert ends == pytest.approx((1.1579756248, 43.50221855), abs=1e-6)
    assert found.verdict == "higher"


def test_a_rated_ticket_counts_for_csat_on_the_day_it_was_closed():
    TicketFactory(satisfaction=5, opened_at=moment(1), closed_at=moment(9))
    TicketFactory(satisfaction=2, opened_at=moment(9))
    TicketFactory(satisfaction=1, opened_at=moment(9), closed_at=moment(2, month=7))

    assert (figure_of("csat").numerator, figure_of("csat").n) == (1, 2)


@pytest.mark.parametrize(
    ("counts", "nps", "low", "high"),
    [
        ((50, 30, 20), 30, 14.0511301788, 44.2012970057),  # nps-001
        ((5, 0, 0), 100, 17.4914530342, 100),  # nps-002
    ],
)
def test_nps_from_answers(counts, nps, low, high):
    """nps-001, nps-002"""
    promoters, passives, detractors = counts
    answer("nps", [9] * promoters + [8] * passives + [3] * detractors)

    figure = figure_of("nps")

    assert (figure.value, figure.n) == (nps, sum(counts))
    assert figure.interval.low == pytest.approx(low, abs=1e-6)
    assert figure.interval.high == pytest.approx(high, abs=1e-6)


def test_edges_of_the_buckets_and_no_answers():
    """nps-003, nps-008"""
    assert (figure_of("nps").value, figure_of("nps").interval) == (None, None)

    answer("nps", [0, 6, 7, 8, 9, 10])

    figure = figure_of("nps")
    parts = [figure.parts[name] for name in ("promoters", "passives", "detractors")]
    assert (figure.value, parts) == (0, [2, 2, 2])


def test_of_each_contact_the_latest_answer_counts_and_of_each_customer_its_mean():
    """nps-004"""
    survey = SurveyFactory(kind="nps")
    first, second, third = CustomerFactory.create_batch(3)
    a1, a2, a3 = ContactFactory.create_batch(3, customer=first)
    b1, c1 = ContactFactory(customer=second), ContactFactory(customer=third)
    for contact, day, score in ((a1, 2, 4), (a1, 28, 9), (a2, 5, 10), (a3, 6, 9), (b1, 10, 5),
                                (c1, 20, 8)):  # fmt: skip
        answer("nps", [score], survey=survey, contact=contact, customer=contact.customer,
               answered_at=moment(day))  # fmt: skip
    answer("nps", [10], survey=survey, contact=c1, customer=third, answered_at=moment(30, month=5))

    assert (figure_of("nps").value, figure_of("nps").n) == (40, 5)
    assert (figure_of("nps_by_customer").value, figure_of("nps_by_customer").n) == (0, 3)


def test_contacts_of_one_customer_are_not_independent():
    """nps-006"""
    for signs in ([1, 1, 1, 1], [-1, -1], [0, 1], [1]):
        answer("nps", [{1: 9, 0: 7, -1: 0}[sign] for sign in signs])

    figure = figure_of("nps")

    assert float(figure.value) == pytest.approx(44.4444444444)
    assert figure.parts["standard_error"] == pytest.approx(27.7159806428, abs=1e-6)
    assert figure.parts["clustered_error"] == pytest.approx(47.323313618, abs=1e-6)


def test_ces_from_answers():
    """ces-001, ces-003"""
    survey = answer("ces", [7, 6, 5, 5, 4, 3, 6, 7, 2, 5])
    easy, mean = figure_of("ces"), figure_of("ces_mean")
    assert (easy.numerator, easy.n, mean.value) == (7, 10, 5)
    assert mean.parts["deviation"] == pytest.approx(1.6329931619, abs=1e-6)
    assert mean.interval.low == pytest.approx(3.8318270643, abs=1e-6)
    assert mean.interval.high == pytest.approx(6.1681729357, abs=1e-6)
    Response.objects.all().delete()

    counts = {1: 80, 2: 210, 3: 140, 4: 110, 5: 160, 6: 180, 7: 120}
    answer("ces", [score for score, n in counts.items() for _ in range(n)], survey=survey)

    assert (float(figure_of("ces").value), float(figure_of("ces_mean").value)) == (0.46, 4.08)


def test_effort_is_turned_round_and_is_a_series_of_its_own():
    """ces-002"""
    answer("ces5", [1, 2, 2, 4, 5])

    assert (figure_of("ces_effort").numerator, figure_of("ces_effort").n) == (3, 5)
    assert float(figure_of("ces_effort_mean").value) == 3.2
    assert figure_of("ces").reason == "no_data"


def sent(day, *, answered=None, bounced=False, month=6):
    invitation = InvitationFactory(wave__closes_at=moment(20))
    invitation.message.sent_at = moment(day, month=month)
    invitation.message.save()
    if bounced:
        invitation.contact.bounced_at = moment(day, 13, month=month)
        invitation.contact.save()
    if answered:
        ResponseFactory(invitation=invitation, customer=invitation.customer, answered_at=answered)
    return invitation


def test_answers_count_for_the_day_they_were_asked():
    """rsp-001"""
    sent(1, answered=moment(2))
    sent(5, bounced=True)
    sent(30, answered=moment(2, month=7))
    sent(28, month=5, answered=moment(1))
    sent(20)

    figure = figure_of("response_rate")

    assert (figure.numerator, figure.denominator) == (2, 3)


def test_nothing_delivered_is_no_rate():
    """rsp-002"""
    sent(5, bounced=True)

    assert (figure_of("response_rate").value, figure_of("response_rate").n) == (None, 0)


def test_a_cohort_is_maturing_until_its_survey_closes():
    invitation = sent(28)
    assert figure_of("response_rate").flag == "insufficient_n"
    for _ in range(5):
        sent(28, answered=moment(29))
    assert figure_of("response_rate").flag == "low_confidence"
    invitation.wave.closes_at = moment(20, month=7)
    invitation.wave.save()

    assert figure_of("response_rate").flag == "maturing"


def test_how_many_answers_a_margin_needs():
    """rsp-003, rsp-004, for the mix at hand; other mixes and margins in test_intervals.py."""
    answer("nps", [9] * 50 + [8] * 30 + [3] * 20)
    answer("csat", [5] * 8 + [1] * 2)

    assert figure_of("nps").parts["answers_for_10_points"] == 232
    assert figure_of("csat").parts["answers_for_5_points"] == 246


def test_an_answer_counts_under_the_traits_of_its_day_and_stays_with_its_customer():
    customer, later = CustomerFactory(segment="Small"), CustomerFactory(segment="Large")
    contact = ContactFactory(customer=customer)
    keep_traits(date(2026, 6, 1), first=0, last=2**62)
    customer.segment = "Large"
    customer.save()
    keep_traits(date(2026, 6, 20), first=0, last=2**62)
    answer("nps", [9], contact=contact, customer=customer)
    contact.customer = later
    contact.save()

    assert figure_of("nps", segment="Small").n == 1
    assert figure_of("nps", segment="Large").n == 0


def test_answers_left_out_are_told_of_those_who_are_asked_about():
    customer = CustomerFactory(segment="Small")
    keep_traits(date(2026, 6, 1), first=0, last=2**62)
    survey = answer("csat", [4, 0], customer=customer)

    small, large = (figure_of("csat_mean", segment=name).parts for name in ("Small", "Large"))

    assert survey.kind == "csat"
    assert (small["rejected"], large.get("rejected", 0)) == (1, 0)


def test_our_own_people_and_what_looks_like_a_machine_do_not_count(lea):
    for contact in (ContactFactory(email=lea.email.upper()), ContactFactory(email="t@Test.example"),
                    ContactFactory(external_id="bot-7")):  # fmt: skip
        answer("nps", [10], contact=contact, customer=contact.customer)
    answer("nps", [10], grade="suspect")
    answer("nps", [3])
    Insider.objects.create(mark="@test.example")
    Insider.objects.create(mark="bot-7")

    assert (figure_of("nps").n, figure_of("nps").value) == (1, -100)


def test_only_what_was_answered_by_the_day_it_is_known_counts():
    survey = answer("nps", [10], answered_at=moment(10))
    answer("nps", [0], survey=survey, answered_at=moment(20))

    assert figure_of("nps", known="2026-06-15").n == 1


answers = st.builds(
    slow.Given,
    customer=st.sampled_from("AB"), unit=st.sampled_from("pqrs"),
    day=st.integers(0, 40).map(lambda n: date(2026, 5, 25) + timedelta(days=n)),
    at=st.integers(0, 23), score=st.integers(0, 10),
)  # fmt: skip


@settings(
    max_examples=15, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(given_answers=st.lists(answers, max_size=12, unique_by=lambda a: (a.day, a.at)))
def test_nps_agrees_with_counting_by_hand(given_answers):
    with transaction.atomic():
        survey = SurveyFactory(kind="nps")
        customers = {name: CustomerFactory(csm=None) for name in "AB"}
        contacts = {name: ContactFactory(customer=customers["A"]) for name in "pqrs"}
        for each in given_answers:
            answer(
                "nps", [each.score], survey=survey, contact=contacts[each.unit],
                customer=customers[each.customer],
                answered_at=datetime(each.day.year, each.day.month, each.day.day, each.at, 30,
                                     tzinfo=ZoneInfo("Asia/Tokyo")),
            )  # fmt: skip
        by_hand = slow.latest(given_answers, date(2026, 6, 1), date(2026, 7, 1))
        nps, by_customer = figure_of("nps").value, figure_of("nps_by_customer").value
        transaction.set_rollback(True)

    assert (nps is None) == (not by_hand)
    if by_hand:
        assert float(nps) == pytest.approx(float(slow.nps(by_hand)))
        assert float(by_customer) == pytest.approx(float(slow.nps_by_customer(by_hand)))
