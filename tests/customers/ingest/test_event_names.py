"""Names that vary (EV10) or give people away (EV12)."""

import pytest
from django.urls import reverse

from customers.ingest.names import looks_personal
from customers.ingest.replaying import retry_quarantined
from customers.models import EventName, QuarantinedEvent, UsageEvent
from tests.customers.ingest.conftest import a_track


def test_names_beyond_the_limit_of_a_source_wait_in_quarantine(batch, bakery, settings):
    settings.EVENT_NAMES_PER_SOURCE = 3
    batch(a_track(0, event="A"), a_track(1, event="B"))

    answer = batch(*[a_track(n, event=name) for n, name in enumerate("ACDEF", 2)]).json()

    assert answer["verdicts"] == ["stored", "stored", *["quarantined"] * 3]
    assert {told["code"] for told in answer["rejected"]} == {"too_many_names"}
    assert EventName.objects.count() == 3
    assert UsageEvent.objects.count() == 4


def test_what_waits_can_be_taken_when_there_is_room_again(batch, bakery, settings):
    settings.EVENT_NAMES_PER_SOURCE = 0
    batch(a_track(1))
    settings.EVENT_NAMES_PER_SOURCE = 1

    assert retry_quarantined(QuarantinedEvent.objects.get())
    assert UsageEvent.objects.get().name == "Invoice sent"


def test_pages_may_be_called_as_they_like_and_sources_do_not_share_a_limit(
    batch, post, browser_key, bakery, settings
):
    settings.EVENT_NAMES_PER_SOURCE = 1
    batch(a_track(1))

    pages = batch(*[a_track(n, type="page", event=None, name=f"/{n}") for n in range(2, 5)])
    other = post("/v1/batch", {"writeKey": browser_key.text, "batch": [a_track(9, event="B")]})

    assert pages.json()["verdicts"] == ["stored"] * 3
    assert other.json()["verdicts"] == ["stored"]


@pytest.mark.django_db(transaction=True)
def test_a_process_asks_only_once_about_a_name(batch, bakery, django_assert_max_num_queries):
    batch(a_track(1))

    with django_assert_max_num_queries(40) as asked:
        batch(a_track(2))

    assert not [query for query in asked.captured_queries if "eventname" in query["sql"]]


@pytest.mark.parametrize(
    ("name", "is_personal"),
    [
        ("Invoice sent to ana@example.com", True),
        ("Call +81 3-1234-5678", True),
        ("Order 1234567 paid", True),
        ("Invoice sent", False),
        ("Plan 2026 @ home", False),
        ("HTTP 404 after 3000 ms", False),
    ],
)
def test_addresses_and_long_numbers_look_personal(name, is_personal):
    assert looks_personal(name) is is_personal


def test_who_looks_after_the_source_is_warned_and_nothing_is_lost(
    batch, bakery, as_user, ada, server_key, settings
):
    settings.EVENT_NAMES_PER_SOURCE = 2
    batch(a_track(1, event="Mail to <b>ana@example.com"), a_track(2), a_track(2, event="Other"))

    page = as_user(ada).get(reverse("customers:event_source_detail", args=[server_key.pk]))

    text = page.content.decode()
    assert UsageEvent.objects.count() == 2
    assert "<li>Mail to &lt;b&gt;ana@example.com</li>" in text
    assert "has used 2 different event names" in text
    assert "came again under the same id" not in text
