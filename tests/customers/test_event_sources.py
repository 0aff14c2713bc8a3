"""The pages of those who look after event sources."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ApiKey
from customers.models import (
    AccountAlias,
    QuarantinedEvent,
    SourceDay,
    UnresolvedEvent,
)
from lib.days import today
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(as_user, ada):
    """Ada's browser: opens a page by its name and gives its text."""
    client = as_user(ada)
    return lambda name, *args: client.get(reverse(f"customers:{name}", args=args)).content.decode()


@pytest.fixture
def press(as_user, ada):
    client = as_user(ada)
    return lambda name, *args, **data: client.post(
        reverse(f"customers:{name}", args=args), data, follow=True
    ).content.decode()


def a_source(ada, name="Shop server"):
    return ApiKey.issue(owner=ada, name=name, kind=ApiKey.Kind.SERVER)[0]


def wait(source, n=1, account="mystery"):
    return UnresolvedEvent.objects.create(
        source=source, message_id=f"m-{account}-{n}", account=account, body={}
    )


def test_every_source_shows_what_became_of_its_events(opened, ada):
    source = a_source(ada)
    for slot in (1, 2):
        SourceDay.objects.create(
            source=source, day=today(), slot=slot, stored=1200, duplicate=3, quarantined=1
        )
    SourceDay.objects.create(source=source, day=date(2020, 1, 1), slot=1, stored=50_000)

    text = opened("event_source_list")

    assert "Shop server" in text
    assert "2,400" in text
    assert "50,000" not in text


def test_an_installation_without_sources_says_what_to_do(opened):
    assert "No event sources yet" in opened("event_source_list")
    assert "Every company is known" in opened("waiting_account_list")


@pytest.mark.parametrize("name", ["event_source_list", "waiting_account_list"])
def test_more_lines_ask_no_more_questions(opened, ada, name):
    def questions_with(count):
        for n in range(count):
            source = a_source(ada, f"Source {count} {n}")
            SourceDay.objects.create(source=source, day=today(), slot=1, stored=n)
            wait(source, n, account=f"company-{count}-{n}")
        with CaptureQueriesContext(
            connection,
        ) as questions:
            opened(name)
        return len(questions)

    opened(name)

    assert questions_with(3) == questions_with(30)


def test_the_quarantine_shows_its_reason_and_its_event_as_text(opened, ada):
    source = a_source(ada)
    QuarantinedEvent.objects.create(
        source=source, code="bad_time", body='{"item": "<script>alert(1)</script>"}'
    )

    text = opened("event_source_detail", source.pk)

    assert "The timestamp is not an ISO 8601 date and time." in text
    assert "&lt;script&gt;alert(1)" in text


def test_an_event_that_is_still_bad_stays_and_can_be_deleted(press, ada):
    row = QuarantinedEvent.objects.create(source=a_source(ada), code="bad_time", body="{")

    refused = press("quarantine_retry", row.pk)
    still_there = QuarantinedEvent.objects.exists()
    press("quarantine_delete", row.pk)

    assert "stays in quarantine" in refused
    assert (still_there, QuarantinedEvent.objects.exists()) == (True, False)


@pytest.mark.parametrize("said", ["C-77", " C-77 ", "the BAKERY"])
def test_an_unknown_company_is_mapped_to_a_customer(press, ada, said):
    wait(a_source(ada))
    bakery = CustomerFactory(external_id="C-77", name="The Bakery")

    text = press("waiting_account_map", account="mystery", customer=said)

    assert "Events of mystery move to The Bakery" in text
    assert AccountAlias.objects.get(account="mystery").customer == bakery


@pytest.mark.parametrize(
    ("said", "answer"),
    [("nobody", "No customer has this id or name."), ("Twin", "Several customers have this name.")],
)
def test_a_customer_that_is_not_clear_is_asked_for_again(press, said, answer):
    CustomerFactory(name="Twin")
    CustomerFactory(name="Twin")

    text = press("waiting_account_map", account="mystery", customer=said)

    assert answer in text
    assert not AccountAlias.objects.exists()
