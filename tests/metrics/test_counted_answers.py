"""Answers as they count: kept by the database with whatever changes them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Contact, Customer, Ticket
from metrics.loyalty.answers import CSAT
from metrics.loyalty.counting import recount_answers
from metrics.loyalty.tallies import tally_both
from metrics.models import CountedAnswer, Insider
from metrics.question import question_of
from surveys.models import Response, Survey
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ResponseFactory,
    SurveyFactory,
    TicketFactory,
)
from tests.metrics.test_loyalty_figures import JUNE, TODAY, moment

pytestmark = pytest.mark.django_db


def kept():
    return sorted(CountedAnswer.objects.values_list())


def answer(n):
    contact, survey = Contact.objects.order_by("pk")[n % 2], Survey.objects.order_by("pk")[n % 4]
    ResponseFactory(survey=survey, customer=contact.customer, score=n % 11,
                    contact=contact if n % 5 else None, interaction=("", "T-1", "x")[n % 3],
                    answered_at=moment(1 + n % 7))  # fmt: skip


def some(n):
    return Response.objects.filter(pk__in=Response.objects.order_by("pk")[n % 3 :][:1].values("pk"))


def open_ticket(_n):
    Ticket.objects.filter(external_id="T-1").delete()
    TicketFactory(external_id="T-1", customer=Customer.objects.first(), opened_at=moment(2))


def ask_otherwise(n):
    asked = Survey.objects.filter(pk=Survey.objects.order_by("pk")[n % 4].pk)
    asked.update(kind=("nps", "csat", "ces", "ces5")[n // 4 % 4])


# Each changes some facts; which, and to what, follows from a number.
ACTS = {
    "answer": answer,
    "score": lambda n: some(n).update(score=n % 11),
    "grade": lambda n: some(n).update(grade=("suspect", "confirmed")[n % 2]),
    "moment": lambda n: some(n).update(answered_at=moment(1 + n % 9)),
    "leave": lambda n: some(n).update(contact=None),
    "forget": lambda n: some(n).delete(),
    "ticket": open_ticket,
    "rate": lambda n: Ticket.objects.update(
        satisfaction=n % 6 or None, closed_at=moment(1 + n % 8)
    ),
    "kind": ask_otherwise,
    "lose": lambda _n: Customer.objects.order_by("-pk")[0].delete(),
}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(st.tuples(st.sampled_from(list(ACTS)), st.integers(0, 40)), max_size=9))
def test_keeping_answers_leaves_the_rows_that_counting_all_anew_leaves(acts):
    Customer.objects.all().delete()
    Survey.objects.all().delete()
    for _number in range(12):
        ContactFactory(customer=CustomerFactory())
    for kind in ("nps", "csat", "ces", "ces5"):
        SurveyFactory(kind=kind)

    for name, n in [("answer", 1), ("answer", 21), *acts]:
        ACTS[name](n)
    as_kept = kept()
    recount_answers()

    assert as_kept == kept()


def test_an_answer_of_our_own_does_not_take_the_place_of_the_one_before():
    ours = ContactFactory(email="tester@enishi.example")
    survey = SurveyFactory(kind="csat")
    ResponseFactory(survey=survey, score=5, interaction="T-9", answered_at=moment(3))
    ResponseFactory(survey=survey, score=1, interaction="T-9", answered_at=moment(4), contact=ours)
    june = question_of(JUNE, TODAY)
    before = tally_both(CSAT, june).now

    Insider.objects.create(mark="tester@enishi.example")
    after = tally_both(CSAT, june).now

    assert (before.n, before.total) == (1, 1)
    assert (after.n, after.total) == (1, 5)
