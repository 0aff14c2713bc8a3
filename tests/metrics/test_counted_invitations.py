"""Invitations as they count: kept by the database with whatever changes them."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metrics.loyalty.counting import recount_answers
from metrics.models import CountedInvitation
from outreach.models import Message
from surveys.models import Invitation, Response
from tests.factories import CustomerFactory, InvitationFactory, ResponseFactory
from tests.metrics.test_loyalty_figures import moment

pytestmark = pytest.mark.django_db


def kept():
    return sorted(CountedInvitation.objects.values_list())


def some(model, n):
    """One row at most."""
    return model.objects.filter(pk__in=model.objects.order_by("pk")[n % 4 :][:1].values("pk"))


def answer(n):
    asked = Invitation.objects.filter(response=None).order_by("pk")[n % 3 :].first()
    if asked:
        ResponseFactory(
            invitation=asked, customer=asked.customer, answered_at=moment(1 + n % 9),
            grade=("suspect", "confirmed")[n % 2], comment="Said so" * (n % 3),
        )  # fmt: skip


# Each changes some facts; which, and to what, follows from a number.
ACTS = {
    "answer": answer,
    "ask": lambda n: InvitationFactory(message__state=("sent", "ready")[n % 2]),
    "hear": lambda n: InvitationFactory(
        message=None, sent_at=moment(1 + n % 9), is_returned=bool(n % 2), external_id=str(uuid4())
    ),
    "hear more": lambda n: some(Invitation, n).update(
        sent_at=(None, moment(1 + n % 9))[n % 2], is_returned=(None, True)[n % 2]
    ),
    "send": lambda n: some(Message, n).update(state="sent", sent_at=moment(1 + n % 9)),
    "return": lambda n: some(Message, n).update(state="failed"),
    "drop": lambda n: some(Message, n)[0].delete() if n % 3 == 0 and some(Message, n) else None,
    "move": lambda n: some(Invitation, n).update(
        customer=CustomerFactory(), created_at=moment(1 + n % 9)
    ),
    "grade": lambda n: some(Response, n).update(grade=("suspect", "confirmed")[n % 2]),
    "correct": lambda n: some(Response, n).update(
        comment="More" * (n % 2), answered_at=moment(1 + n % 9)
    ),
    "part": lambda n: some(Response, n).update(invitation=None),
    "forget": lambda n: some(Response, n).delete(),
    "lose": lambda n: [asked.customer.delete() for asked in some(Invitation, n)],
}


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(st.tuples(st.sampled_from(list(ACTS)), st.integers(0, 40)), max_size=10))
# It knows itself when it was sent, and a mail of ours leaves on another day.
@example(acts=[("hear more", 1), ("send", 9)])
def test_keeping_invitations_leaves_the_rows_that_counting_all_anew_leaves(acts):
    Invitation.objects.all().delete()
    Message.objects.all().delete()

    for name, n in [("ask", 0), ("ask", 1), ("send", 0), ("answer", 1), *acts]:
        ACTS[name](n)
    as_kept = kept()
    recount_answers()

    assert as_kept == kept()


def test_what_was_sent_and_answered_stands_there_at_once():
    asked = InvitationFactory(message__state="ready")
    Message.objects.update(state="sent", sent_at=moment(3))
    ResponseFactory(
        invitation=asked, customer=asked.customer, answered_at=moment(4), comment="Good"
    )

    counted = CountedInvitation.objects.get()

    assert (counted.sent_at, counted.answered_at) == (moment(3), moment(4))
    assert counted.has_comment
