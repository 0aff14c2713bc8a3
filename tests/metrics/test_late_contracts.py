"""Month ends of engagement follow contracts that are learned of after them."""

from datetime import date, timedelta

import pytest

from customers.models import Subscription
from metrics.catalogue import BY_CODE
from metrics.daily import close_day
from metrics.engaging import conclude_engagement
from metrics.late_contracts import remake_month_ends
from metrics.models import CustomerEngagement, EngagementDay, Feature, PersonDay
from metrics.partitions import make_room_for
from metrics.question import question_of
from metrics.revenue.ledger import book_movements
from tests.factories import CustomerFactory, SubscriptionFactory, SubscriptionVersionFactory

pytestmark = pytest.mark.django_db
END = date(2026, 10, 31)
TONIGHT = date(2026, 11, 2)


def contract(customer, seats, *, since=date(2026, 10, 1), plan="Pro"):
    return SubscriptionVersionFactory(
        subscription=SubscriptionFactory(customer=customer), quantity=seats, plan=plan,
        effective_on=since,
    ).subscription  # fmt: skip


def used_by(customer, people):
    make_room_for(END)
    for n in range(people):
        PersonDay.objects.create(customer_id=customer.pk, day=END, person=f"p{n}", event_count=1)


def share_of_october(code="active_share", **asked):
    figure = BY_CODE[code].answer(question_of({"period": "2026-10"} | asked, TONIGHT))
    return figure.numerator, figure.denominator


def kept():
    """All that is kept of the month end, whatever its rows are called."""
    return [
        list(model.objects.filter(day=END).order_by(*order).values())
        for model, order in ((CustomerEngagement, ["customer_id"]),
                             (EngagementDay, ["segment", "plan", "csm_id"]))
    ]  # fmt: skip


def without_ids(rows):
    return [[{k: v for k, v in row.items() if k != "id"} for row in each] for each in rows]


@pytest.fixture
def october():
    """Three active people on 14 seats, counted in the night of the last day."""
    customer = CustomerFactory(segment="Old")
    contract(customer, 14, since=date(2026, 1, 1))
    used_by(customer, 3)
    close_day(END)
    assert share_of_october() == (3, 14)
    return customer


def test_a_contract_that_comes_after_the_month_end_has_its_seats_in_it(october):
    newcomer = CustomerFactory(segment="New")
    contract(newcomer, 9)

    close_day(TONIGHT)

    assert share_of_october() == (3, 23)
    assert share_of_october(segment="New") == (0, 9)
    assert share_of_october(segment="Old") == (3, 14)


def test_adoption_rests_on_the_plan_that_is_known_now(october):
    Feature.objects.create(event="report", is_core=True, plans=["Team"])
    contract(october, 90, plan="Team")

    close_day(TONIGHT)

    assert share_of_october() == (3, 104)
    assert share_of_october("adoption") == (0, 1)


def test_a_contract_that_is_taken_back_takes_its_seats_along(october):
    Subscription.objects.all().delete()

    close_day(TONIGHT)

    assert CustomerEngagement.objects.get(day=END).people == 3
    assert share_of_october() == (0, 0)


def test_what_is_made_again_is_as_if_all_had_been_known_before(october):
    customers = [october, CustomerFactory(segment="New"), CustomerFactory(csm=None)]
    used_by(customers[1], 2)
    for seats, customer in enumerate(customers, 5):
        contract(customer, seats, plan="Team")
    learned = [customer.pk for customer in customers]
    book_movements(learned, through=TONIGHT)

    assert remake_month_ends(learned, before=TONIGHT) == [END]

    remade = without_ids(kept())
    conclude_engagement(END)
    assert remade == without_ids(kept())


def test_who_changes_after_the_month_end_leaves_it_alone(october):
    before = kept()
    contract(october, 50, since=END + timedelta(days=1))

    close_day(TONIGHT)

    assert kept() == before
