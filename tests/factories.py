"""One factory for each model: minimal, dates fixed, nothing random."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from accounts.models import Team, User
from accounts.permissions import Role
from customers.models import (
    Contact,
    Customer,
    Product,
    Purchase,
    Subscription,
    SubscriptionVersion,
    Task,
    Ticket,
    Touchpoint,
)
from lib.searching import search_key
from metrics.models import Alert, Snapshot
from outreach.models import Mailing, MailText, Message, Suppression, Topic
from surveys.models import Invitation, Response, Survey, SurveyVersion, Wave
from surveys.wording import first_texts

DAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)  # noon in Tokyo


class TeamFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Team {n}")

    class Meta:
        model = Team


class UserFactory(factory.django.DjangoModelFactory):
    email = factory.Sequence(lambda n: f"user{n}@example.com")
    full_name = factory.Sequence(lambda n: f"User {n}")
    role = Role.CSM
    language = "en"

    class Meta:
        model = User


class CustomerFactory(factory.django.DjangoModelFactory):
    external_id = factory.Sequence(lambda n: f"C-{n:05}")
    name = factory.Sequence(lambda n: f"Customer {n}")
    search_text = factory.LazyAttribute(lambda c: search_key(c.name, c.external_id))
    csm = factory.SubFactory(UserFactory)
    started_on = date(2025, 1, 1)
    currency = "JPY"

    class Meta:
        model = Customer


class ContactFactory(factory.django.DjangoModelFactory):
    customer = factory.SubFactory(CustomerFactory)
    external_id = factory.Sequence(lambda n: f"P-{n:05}")
    name = factory.Sequence(lambda n: f"Contact {n}")
    email = factory.Sequence(lambda n: f"contact{n}@customer.example")

    class Meta:
        model = Contact


class ProductFactory(factory.django.DjangoModelFactory):
    external_id = factory.Sequence(lambda n: f"product-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")

    class Meta:
        model = Product


class SubscriptionFactory(factory.django.DjangoModelFactory):
    customer = factory.SubFactory(CustomerFactory)
    external_id = factory.Sequence(lambda n: f"S-{n:05}")

    class Meta:
        model = Subscription


class SubscriptionVersionFactory(factory.django.DjangoModelFactory):
    subscription = factory.SubFactory(SubscriptionFactory)
    effective_on = date(2025, 1, 1)
    recorded_at = datetime(2025, 1, 1, tzinfo=UTC)
    plan = "Pro"
    price = Decimal(10_000)
    currency = "JPY"
    quantity = Decimal(10)

    class Meta:
        model = SubscriptionVersion


class PurchaseFactory(factory.django.DjangoModelFactory):
    customer = factory.SubFactory(CustomerFactory)
    external_id = factory.Sequence(lambda n: f"I-{n:05}")
    purchased_on = DAY
    amount = Decimal(100_000)
    currency = "JPY"

    class Meta:
        model = Purchase


class TouchpointFactory(factory.django.DjangoModelFactory):
    customer = factory.SubFactory(CustomerFactory)
    happened_at = NOON
    minutes = 30

    class Meta:
        model = Touchpoint


class TicketFactory(factory.django.DjangoModelFactory):
    customer = factory.SubFactory(CustomerFactory)
    external_id = factory.Sequence(lambda n: f"T-{n:05}")
    opened_at = NOON

    class Meta:
        model = Ticket


class TaskFactory(factory.django.DjangoModelFactory):
    customer = factory.SubFactory(CustomerFactory)
    assignee = factory.SelfAttribute("customer.csm")
    title = factory.Sequence(lambda n: f"Task {n}")
    due_on = DAY

    class Meta:
        model = Task


class SurveyFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Survey {n}")

    class Meta:
        model = Survey


class ResponseFactory(factory.django.DjangoModelFactory):
    survey = factory.SubFactory(SurveyFactory)
    customer = factory.SubFactory(CustomerFactory)
    score = 9
    answered_at = NOON

    class Meta:
        model = Response


class TopicFactory(factory.django.DjangoModelFactory):
    key = "surveys"
    name_en = "Surveys"
    name_ja = "アンケート"

    class Meta:
        model = Topic
        django_get_or_create = ["key"]


class MailingFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Mailing {n}")
    topic = factory.SubFactory(TopicFactory)
    state = "running"

    class Meta:
        model = Mailing


class MailTextFactory(factory.django.DjangoModelFactory):
    mailing = factory.SubFactory(MailingFactory)
    language = "en"
    subject = "A question from {brand}"
    text = "Answer: https://link.invalid/answer\nStop: https://link.invalid/prefs\n"
    html = "<p>{company}</p><a href='https://link.invalid/answer?s=9'>9</a>"

    class Meta:
        model = MailText


class MessageFactory(factory.django.DjangoModelFactory):
    mailing = factory.SubFactory(MailingFactory)
    contact = factory.SubFactory(ContactFactory)
    email = factory.SelfAttribute("contact.email")
    email_norm = factory.SelfAttribute("contact.email")
    language = "en"
    subject = "A question"
    merge_fields = factory.LazyAttribute(
        lambda m: {"brand": "Acme", "company": m.contact.customer.name, "name": m.contact.name}
    )

    class Meta:
        model = Message


class SuppressionFactory(factory.django.DjangoModelFactory):
    email_hash = factory.Sequence(lambda n: f"{n:064x}")
    reason = "unsubscribed"

    class Meta:
        model = Suppression


class SurveyVersionFactory(factory.django.DjangoModelFactory):
    survey = factory.SubFactory(SurveyFactory)
    number = 1
    brand = "Acme"
    texts = factory.LazyAttribute(lambda v: first_texts(v.survey.kind))
    published_at = datetime(2026, 1, 1, tzinfo=UTC)

    class Meta:
        model = SurveyVersion


class WaveFactory(factory.django.DjangoModelFactory):
    survey = factory.SubFactory(SurveyFactory)
    version = factory.SubFactory(SurveyVersionFactory, survey=factory.SelfAttribute("..survey"))
    name = factory.Sequence(lambda n: f"Wave {n}")
    mailing = factory.SubFactory(MailingFactory)
    closes_at = datetime(2099, 1, 1, tzinfo=UTC)

    class Meta:
        model = Wave


class InvitationFactory(factory.django.DjangoModelFactory):
    """An invitation whose mail was sent."""

    wave = factory.SubFactory(WaveFactory)
    contact = factory.SubFactory(ContactFactory)
    customer = factory.SelfAttribute("contact.customer")
    message = factory.SubFactory(
        MessageFactory,
        mailing=factory.SelfAttribute("..wave.mailing"),
        contact=factory.SelfAttribute("..contact"),
        state="sent",
    )
    language = "en"
    state = "queued"
    expires_at = datetime(2099, 1, 1, tzinfo=UTC)

    class Meta:
        model = Invitation


class SnapshotFactory(factory.django.DjangoModelFactory):
    customer = factory.SubFactory(CustomerFactory)
    day = DAY
    health_score = Decimal(72)
    health_band = "green"
    health_coverage = Decimal("0.9")
    mrr = Decimal(300_000)
    annual_value = Decimal(3_600_000)

    class Meta:
        model = Snapshot


class AlertFactory(factory.django.DjangoModelFactory):
    customer = factory.SubFactory(CustomerFactory)
    kind = "went_red"
    details = factory.LazyFunction(lambda: {"score": "31"})
    day = DAY

    class Meta:
        model = Alert
