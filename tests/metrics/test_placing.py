"""Where answers and invitations are counted: kept by the night, looked up until then."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from metrics.loyalty import placing
from metrics.loyalty.answers import NPS
from metrics.loyalty.counting import recount_answers
from metrics.loyalty.placing import place_answers
from metrics.loyalty.responding import funnel_of, response_rate_figure
from metrics.loyalty.series import by_day, by_month
from metrics.loyalty.tallies import tally_both, tally_by_groups
from metrics.models import (
    CountedAnswer,
    CountedInvitation,
    CustomerTrait,
    MovedCustomer,
    RevenueMovement,
)
from metrics.question import question_of
from metrics.revenue.ledger import rebuild_movements
from outreach.models import Message
from surveys.models import Invitation, Response, Survey
from tests.factories import CustomerFactory, InvitationFactory, ResponseFactory, SurveyFactory
from tests.metrics.test_loyalty_figures import JUNE, TODAY, moment

pytestmark = pytest.mark.django_db
ASKED = ({"segment": "A"}, {"csm": "7"}, {"csm": "~"}, {"touch": "high"}, {"plan": "Pro"},
         {"plan": "~"}, {"segment": "B", "plan": "Pro"})  # fmt: skip


def figures():
    """All that the page counts by place."""
    june = question_of(JUNE, TODAY)
    found = [tally_by_groups(NPS, june)]
    for asked in ASKED:
        about = question_of(JUNE | asked, TODAY)
        found += [tally_both(NPS, about), funnel_of(about), response_rate_figure(about),
                  by_month(NPS, about), by_day(NPS, about)]  # fmt: skip
    return found


def places():
    answers = CountedAnswer.objects.order_by("pk").values_list("pk", "place_id")
    asked = CountedInvitation.objects.order_by("pk").values_list("pk", "asked_place_id")
    sent = CountedInvitation.objects.order_by("pk").values_list("pk", "sent_place_id")
    return [list(rows) for rows in (answers, asked, sent)]


def displace_all():
    CountedAnswer.objects.update(place_id=None)
    CountedInvitation.objects.update(asked_place_id=None, sent_place_id=None)


def one(model, n):
    keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
    return model.objects.filter(pk=keys[n % len(keys)]) if keys else model.objects.none()


def rule(n, customer=None):
    """Traits from a day on, with those before it ended then."""
    customer, day = customer or one(Customer, n).get(), date(2026, 4 + n % 3, 5 + n % 20)
    CustomerTrait.objects.filter(customer=customer, since__gte=day).delete()
    ended = CustomerTrait.objects.filter(customer=customer).exclude(until__lte=day)
    ended.update(until=day)
    CustomerTrait.objects.create(
        customer=customer, since=day, segment="AB"[n % 2], touch=("high", "tech")[n // 2 % 2],
        csm_id=(None, 7)[n // 3 % 2],
    )  # fmt: skip


def book(n):
    RevenueMovement.objects.update_or_create(
        customer=one(Customer, n).get(), day=date(2026, 5 + n % 2, 1 + n % 27), kind="new",
        defaults={"plan": ("Pro", "Basic", "")[n % 3], "amount": Decimal(12), "balance": 1},
    )  # fmt: skip


def answer(n):
    asked = one(Invitation, n).filter(response=None).first()
    if asked:
        ResponseFactory(
            survey=Survey.objects.order_by("pk")[0], invitation=asked, contact=asked.contact,
            customer=asked.customer, score=n % 11,
            answered_at=moment(1 + n % 28, month=5 + n % 2),
        )  # fmt: skip


# Each changes some facts, or places; which, and to what, follows from a number.
ACTS = {
    "rule": rule,
    "book": book,
    "answer": answer,
    "place": lambda _n: place_answers(),
    "send": lambda n: one(Message, n).update(state="sent", sent_at=moment(1 + n % 20)),
    "ask earlier": lambda n: one(Invitation, n).update(created_at=moment(1 + n % 20)),
    "hand over": lambda n: one(Response, n).update(customer=one(Customer, n + 1).get()),
    "forget": lambda n: one(RevenueMovement, n).delete(),
    "change plan": lambda n: one(RevenueMovement, n).update(plan=("Pro", "Basic")[n % 2]),
    "backdate": lambda n: one(CustomerTrait, n).update(segment="AB"[n % 2]),
    "rebuild": lambda n: n % 4 or rebuild_movements(through=date(2026, 6, 30)),
    "lose": lambda n: n % 4 or one(Customer, n).delete(),
}


def begin():
    """Five customers with traits and lines, each asked, most of them answered, all placed."""
    SurveyFactory(kind="nps")
    for n in range(5):
        made = InvitationFactory(message__state="sent", message__sent_at=moment(3 + n))
        Invitation.objects.filter(pk=made.pk).update(created_at=moment(2 + n))
        CustomerTrait.objects.create(
            customer=made.customer, since=date(1, 1, 1), segment="AB"[n % 2], touch="high"
        )
        book(n)
        answer(n)
    place_answers()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(st.tuples(st.sampled_from(list(ACTS)), st.integers(0, 60)), max_size=12))
def test_whatever_happens_figures_and_places_are_those_of_looking_everything_up(acts):
    with transaction.atomic():
        begin()
        for name, n in acts:
            ACTS[name](n)
        as_kept = figures()
        place_answers()
        as_placed, rows = figures(), places()
        displace_all()
        looked_up = figures()
        place_answers()
        rows_anew = places()
        transaction.set_rollback(True)

    assert as_kept == as_placed == looked_up
    assert rows == rows_anew


def answered_in_segment(segment):
    customer = CustomerFactory()
    CustomerTrait.objects.create(customer=customer, since=date(1, 1, 1), segment=segment)
    answered = ResponseFactory(customer=customer, answered_at=moment(10))
    place_answers()
    return CountedAnswer.objects.get(pk=answered.pk)


def counted_in(segment):
    return tally_both(NPS, question_of(JUNE | {"segment": segment}, TODAY)).now.n


def test_traits_that_are_corrected_later_move_answers_at_once():
    answered_in_segment("Small")
    assert (counted_in("Small"), MovedCustomer.objects.count()) == (1, 0)

    CustomerTrait.objects.update(segment="Large")

    assert (counted_in("Small"), counted_in("Large"), MovedCustomer.objects.count()) == (0, 1, 1)
    place_answers()
    assert (counted_in("Small"), counted_in("Large"), MovedCustomer.objects.count()) == (0, 1, 0)


def test_pages_read_the_place_that_is_kept():
    """The twin of the above: without the note of the database the figure would stay."""
    answered_in_segment("Small")

    CustomerTrait.objects.update(segment="Large")
    MovedCustomer.objects.all().delete()

    assert (counted_in("Small"), counted_in("Large")) == (1, 0)


def test_answers_that_are_recounted_have_their_place_again():
    answered = answered_in_segment("Small")

    recount_answers()

    assert CountedAnswer.objects.get(pk=answered.pk).place_id == answered.place_id is not None


def test_answers_of_equal_customers_share_a_place():
    first, second = answered_in_segment("Small"), answered_in_segment("Large")
    CustomerTrait.objects.filter(customer=first.customer_id).update(segment="Large")

    place_answers()

    places_now = set(CountedAnswer.objects.values_list("place_id", flat=True))
    assert places_now == {second.place_id}


def test_customers_are_placed_in_batches(monkeypatch):
    monkeypatch.setattr(placing, "BATCH", 1)
    ResponseFactory.create_batch(3, answered_at=moment(10))
    for key in CountedAnswer.objects.values_list("customer_id", flat=True):
        CustomerTrait.objects.create(customer_id=key, since=date(1, 1, 1), segment=str(key))

    place_answers()

    assert len(set(CountedAnswer.objects.values_list("place_id", flat=True)) - {None}) == 3
