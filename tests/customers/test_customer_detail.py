from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from customers.models import Customer, Touchpoint
from metrics.models import DailyUsage, HealthScore
from tests.factories import (
    DAY,
    NOON,
    ContactFactory,
    CustomerFactory,
    ResponseFactory,
    SnapshotFactory,
    SubscriptionVersionFactory,
    TaskFactory,
    TicketFactory,
    TouchpointFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def bakery(ana) -> Customer:
    customer = CustomerFactory(name="Bakery", csm=ana)
    SnapshotFactory(customer=customer, health_score=51, health_band="amber")
    return customer


def score(customer: Customer, day: date, value: int, trend: str) -> None:
    HealthScore.objects.create(
        customer_id=customer.pk, day=day, score=value, band="green" if value >= 70 else "amber",
        coverage=Decimal("0.850"), scorecard_version=1,
        parts={"usage_trend": {"input": trend, "scaled": value, "weight": "0.3", "points": value},
               "last_nps": {"input": None, "scaled": None, "weight": "0.15", "points": None}},
    )  # fmt: skip


def address(customer: Customer, page: str = "customer_detail") -> str:
    return reverse(f"customers:{page}", args=[customer.pk])


def test_the_page_says_how_they_are_and_why_and_since_when(as_user, ana, bakery):
    score(bakery, DAY - timedelta(days=8), 72, "0.05")
    score(bakery, DAY - timedelta(days=1), 51, "-0.38")

    page = as_user(ana).get(address(bakery)).content.decode()

    assert "Health 72 → 51 in 7 days" in page
    assert "−38" in page
    assert "missing, left out" in page
    assert "85% of the weight had a value." in page
    assert "as of 14 Jun 2026" in page


def test_the_questions_are_answered_in_order(as_user, ana, bakery):
    page = as_user(ana).get(address(bakery)).content.decode()

    places = [page.index(words) for words in
              ("How are they?", "What do they pay", "Who are they?", "What happened")]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_page_asks_the_same_number_of_questions(
    as_user, ana, bakery, how_many, django_assert_num_queries
):
    for _ in range(how_many):
        TouchpointFactory(customer=bakery, author=ana)
        TaskFactory(customer=bakery)
        ContactFactory(customer=bakery)
        ResponseFactory(customer=bakery, contact=ContactFactory(customer=bakery))
        SubscriptionVersionFactory(subscription__customer=bakery)
        TicketFactory(customer=bakery)
    client = as_user(ana)

    with django_assert_num_queries(18):
        client.get(address(bakery))


def test_a_logged_call_counts_in_the_same_second(as_user, ana, bakery):
    response = as_user(ana).post(
        address(bakery, "touchpoint_log"),
        {"kind": "call", "minutes": "25", "summary": "Wants SSO"},
        follow=True,
    )

    assert b"Last touch: today." in response.content
    assert b"Wants SSO" in response.content
    assert Customer.objects.get(pk=bakery.pk).last_touch_at == NOON


def test_a_note_is_written_about_a_customer_and_not_with_one(as_user, ana, bakery):
    as_user(ana).post(address(bakery, "touchpoint_log"), {"kind": "note", "summary": "Hm"})

    assert Touchpoint.objects.get().kind == "note"
    assert Customer.objects.get(pk=bakery.pk).last_touch_at is None


@pytest.mark.parametrize(
    "fields",
    [{"kind": "dance"}, {"kind": "call", "minutes": "-1"}, {"kind": "call", "minutes": "x"}],
)
def test_a_touchpoint_that_cannot_be_read_is_refused_with_a_sentence(as_user, ana, bakery, fields):
    response = as_user(ana).post(address(bakery, "touchpoint_log"), fields, follow=True)

    assert b"alert-danger" in response.content
    assert not Touchpoint.objects.exists()


def test_the_timeline_holds_everything_and_can_be_narrowed(as_user, ana, bakery):
    TouchpointFactory(customer=bakery, summary="Talked about SSO")
    TicketFactory(customer=bakery, subject="Export fails")
    ResponseFactory(customer=bakery, comment="Slow support")
    client = as_user(ana)

    everything = client.get(address(bakery)).content.decode()
    only_tickets = client.get(address(bakery, "customer_timeline"), {"show": "ticket"}).content

    assert all(
        words in everything for words in ("Talked about SSO", "Export fails", "Slow support")
    )
    assert b"Export fails" in only_tickets
    assert b"Slow support" not in only_tickets


def test_older_lines_go_on_where_the_first_ended(as_user, ana, bakery):
    for number in range(20):
        TouchpointFactory(customer=bakery, happened_at=NOON - timedelta(days=number))
    client, page = as_user(ana), address(bakery, "customer_timeline")

    first = client.get(page).context["timeline"]
    rest = client.get(page, {"before": first.older.isoformat()}).context["timeline"]

    moments = [event.at for event in first.events + rest.events]
    assert moments == [NOON - timedelta(days=number) for number in range(20)]


@pytest.mark.parametrize(
    "asked", [{"before": "yesterday"}, {"before": "2026-13-99"}, {"show": "x"}]
)
def test_nonsense_in_the_address_of_the_timeline_is_left_out(as_user, ana, bakery, asked):
    assert as_user(ana).get(address(bakery, "customer_timeline"), asked).status_code == 200


def test_charts_say_the_finding_and_hold_the_numbers(as_user, ana, bakery):
    DailyUsage.objects.create(
        customer_id=bakery.pk, day=DAY - timedelta(days=40), event_count=100, active_people=5,
        seconds=0,
    )  # fmt: skip
    DailyUsage.objects.create(
        customer_id=bakery.pk, day=DAY - timedelta(days=2), event_count=50, active_people=4,
        seconds=0,
    )  # fmt: skip

    page = as_user(ana).get(address(bakery, "customer_charts")).content.decode()

    assert "Usage −50" in page
    assert 'id="spec-usage"' in page
    assert "<td" in page


def test_contacts_are_added_and_corrected(as_user, ana, bakery):
    client = as_user(ana)
    fields = {"name": "Mika Sato", "email": "mika@bakery.example", "role": "champion",
              "language": "ja", "consent": "relation"}  # fmt: skip

    client.post(address(bakery, "contact_new"), fields)
    mika = bakery.contacts.get()
    client.post(reverse("customers:contact_edit", args=[mika.pk]), {**fields, "title": "CTO"})

    assert bakery.contacts.get().title == "CTO"


def test_a_contact_without_name_and_address_is_refused(as_user, ana, bakery):
    response = as_user(ana).post(
        address(bakery, "contact_new"), {"role": "member", "consent": "relation"}
    )

    assert response.status_code == 422
    assert b"Give a name or an e-mail address." in response.content


def test_a_new_customer_is_found_by_the_search_at_once(as_user, ana):
    fields = {"name": "サクラ商事", "stage": "adopting", "touch": "low", "language": "ja",
              "currency": "JPY", "csm": ana.pk}  # fmt: skip

    as_user(ana).post(reverse("customers:customer_new"), fields)

    assert Customer.objects.matching("さくら").get().csm == ana


@pytest.mark.parametrize(
    "wrong", [{"currency": "XXX"}, {"name": ""}, {"started_on": "soon"}, {"parent": "nobody"}]
)
def test_a_customer_that_cannot_be_read_is_refused_and_nothing_is_lost(as_user, ana, bakery, wrong):
    fields = {"name": "New name", "external_id": bakery.external_id, "stage": "adopting",
              "touch": "low", "language": "en", "currency": "JPY", "csm": ana.pk}  # fmt: skip

    response = as_user(ana).post(address(bakery, "customer_edit"), {**fields, **wrong})

    assert response.status_code == 422
    assert Customer.objects.get(pk=bakery.pk).name == "Bakery"
