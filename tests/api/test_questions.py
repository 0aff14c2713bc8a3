"""No list asks the database more when it has more rows."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.models import CostLine, Discount, ExchangeRate, RoleRate
from metrics.models import Alert, Assumption, Feature, Insider, Night, Snapshot
from surveys.models import Invitation, SurveyVersion, Wave
from tests.factories import (
    DAY,
    ContactFactory,
    CustomerFactory,
    ProductFactory,
    PurchaseFactory,
    ResponseFactory,
    SubscriptionVersionFactory,
    SurveyFactory,
    TaskFactory,
    TicketFactory,
    TouchpointFactory,
)

pytestmark = pytest.mark.django_db
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def _contract(_n):
    version = SubscriptionVersionFactory()
    Discount.objects.create(version=version, percent=10, starts_on=DAY)


def _survey(_n):
    SurveyVersion.objects.create(survey=SurveyFactory(), number=1, brand="Enishi")


def _invitation(_n):
    contact = ContactFactory()
    survey = SurveyFactory()
    version = SurveyVersion.objects.create(survey=survey, number=1, brand="Enishi")
    wave = Wave.objects.create(survey=survey, version=version, name="June", closes_at=LATER)
    invitation = Invitation.objects.create(
        wave=wave, contact=contact, customer=contact.customer, language="en", expires_at=LATER
    )
    ResponseFactory(invitation=invitation, customer=contact.customer, contact=contact)


# How to make one row, and what to expand; the lists ask for the key, the page and named extras.
LISTS = {
    "customers": (lambda _n: CustomerFactory(), "csm,team,health", 2),
    "contacts": (lambda _n: ContactFactory(), "customer", 2),
    "products": (lambda _n: ProductFactory(), "", 2),
    "exchange-rates": (
        lambda n: ExchangeRate.objects.create(currency=f"{n:03}", month=DAY.replace(day=1), rate=1),
        "", 2,
    ),
    "subscriptions": (_contract, "customer", 4),  # and versions in force, and discounts
    "purchases": (lambda _n: PurchaseFactory(), "customer", 2),
    "cost-lines": (
        lambda n: CostLine.objects.create(
            kind="tools", label="CRM", amount=n, currency="JPY", starts_on=DAY,
            until=DAY + timedelta(days=1), retention_share=1, customer=CustomerFactory(),
        ),
        "customer,author", 2,
    ),
    "role-rates": (
        lambda n: RoleRate.objects.create(
            role="csm", effective_on=DAY + timedelta(days=n), hourly=1
        ),
        "", 2,
    ),
    "features": (lambda n: Feature.objects.create(event=f"event {n}"), "", 2),
    "insiders": (lambda n: Insider.objects.create(mark=f"bot {n}"), "", 2),
    "assumptions": (
        lambda n: Assumption.objects.create(
            name="gross_margin", effective_on=DAY + timedelta(days=n), value=1
        ),
        "author", 2,
    ),
    "touchpoints": (lambda _n: TouchpointFactory(), "customer,author", 2),
    "tasks": (lambda _n: TaskFactory(), "customer,assignee", 2),
    "tickets": (lambda _n: TicketFactory(), "customer", 2),
    "surveys": (_survey, "", 3),  # and versions
    "invitations": (_invitation, "customer,contact", 2),
    "responses": (_invitation, "customer,contact", 2),
    "health": (lambda _n: Snapshot.objects.create(customer=CustomerFactory(), day=DAY),
               "customer", 2),
    "alerts": (
        lambda _n: Alert.objects.create(customer=CustomerFactory(), kind="went_red", day=DAY),
        "customer", 2,
    ),
    "nights": (lambda n: Night.objects.create(day=DAY + timedelta(days=n)), "", 2),
}  # fmt: skip


@pytest.mark.parametrize("how_many", [3, 30])
@pytest.mark.parametrize("noun", LISTS)
def test_a_list_asks_the_same_number_of_questions(
    noun, how_many, lea, api_of, django_assert_num_queries
):
    make, expand, questions = LISTS[noun]
    client = api_of(lea)
    client.get("/api/v1/products")
    for n in range(how_many):
        make(n)

    with django_assert_num_queries(questions):
        answer = client.get(f"/api/v1/{noun}", {"expand": expand, "limit": 40})

    assert len(answer.json()["results"]) >= how_many  # one survey comes with the installation
