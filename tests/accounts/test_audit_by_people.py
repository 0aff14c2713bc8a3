"""In tables that jobs and visitors fill, what people do leaves a trace, and nothing else does."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts.audit import changes_of, event_models
from accounts.models import ApiKey, AuditEntry
from customers.models import Discount, QuarantinedEvent
from lib.days import today
from metrics.alerts.raising import raise_alerts
from metrics.models import Night, ReportSchedule
from outreach.models import Message
from surveys.answering import Answer, record_answer
from surveys.models import Response
from surveys.nonces import Nonce
from tests.factories import (
    DAY,
    NOON,
    AlertFactory,
    InvitationFactory,
    MessageFactory,
    ResponseFactory,
    SubscriptionVersionFactory,
)


@pytest.fixture
def pressed(as_user):
    """What a press on a button changed: pairs of table and act, with who pressed."""

    def press(user, name, *args, **form):
        address = reverse(name, args=args)
        assert as_user(user).post(address, form).status_code == 302
        (entry,) = AuditEntry.objects.filter(metadata__url=address)
        assert entry.metadata["user"] == user.pk
        return [(change.table, change.act) for change in changes_of(entry.pk)]

    return press


def test_accepting_a_suspect_answer_leaves_a_trace(pressed, lea):
    answer = ResponseFactory(grade=Response.Grade.SUSPECT)

    changed = pressed(lea, "surveys:response_accept", answer.pk)

    assert changed == [("response", "update")]


def test_dismissing_an_alert_leaves_a_trace(pressed, lea):
    alert = AlertFactory()

    changed = pressed(lea, "metrics:alert_dismiss", alert.pk, reason="Known")

    assert changed == [("alert", "update")]


def test_closing_a_day_by_hand_leaves_a_trace(pressed, lea):
    # At noon, since a day is not due in the first minutes after it.
    with time_machine.travel(NOON, tick=False):
        Night.objects.create(day=today() - timedelta(days=2), state=Night.State.DONE)

        changed = pressed(lea, "metrics:night_close")

    assert ("night", "insert") in changed


def test_a_schedule_leaves_a_trace_of_itself_and_of_who_gets_the_report(pressed, lea, ada):
    form = {"subject": "overview", "format": "xlsx", "rhythm": "weekly", "recipients": [ada.pk]}

    begun = pressed(lea, "metrics:schedule_new", **form)
    stopped = pressed(lea, "metrics:schedule_stop", ReportSchedule.objects.get().pk)

    assert set(begun) == {("schedule of a report", "insert"), ("sent to", "insert")}
    assert set(stopped) == {("schedule of a report", "delete"), ("sent to", "delete")}


def test_an_event_deleted_from_the_quarantine_leaves_a_trace_without_what_it_said(pressed, ada):
    source = ApiKey.issue(owner=ada, name="server", kind=ApiKey.Kind.SERVER)[0]
    event = QuarantinedEvent.objects.create(source=source, code="bad_time", body="secret")

    changed = pressed(ada, "customers:quarantine_delete", event.pk)

    assert changed == [("event in quarantine", "delete")]
    assert not hasattr(QuarantinedEvent.pgh_event_models["delete"], "body")


def test_sending_doubtful_mails_again_leaves_a_trace(pressed, lea):
    message = MessageFactory(state=Message.State.UNKNOWN)

    changed = pressed(lea, "outreach:mailing_retry", message.mailing_id)

    assert ("message", "update") in changed


def test_a_discount_of_a_program_leaves_a_trace(ada, api_of):
    subscription = SubscriptionVersionFactory().subscription
    address = f"/api/v1/subscriptions/{subscription.pk}/versions"
    body = {
        "effective_on": DAY.isoformat(), "price": "9", "currency": "JPY",
        "discounts": [{"percent": "10", "starts_on": DAY.isoformat()}],
    }  # fmt: skip

    answer = api_of(ada).post(address, body, content_type="application/json")

    entry = AuditEntry.objects.get(metadata__url=address)
    tables = [change.table for change in changes_of(entry.pk)]
    assert (answer.status_code, Discount.objects.count()) == (201, 1)
    assert {"discount", "subscription version"} <= set(tables)


def test_a_second_factor_leaves_a_trace_without_its_secret(ada, ana, as_user):
    factor = Authenticator.objects.create(user=ana, type="totp", data={"secret": "x"})

    as_user(ada).post(
        reverse("admin:accounts_secondfactor_delete", args=[factor.pk]), {"post": "yes"}
    )

    entry = AuditEntry.objects.get(metadata__method="POST")
    (change,) = [c for c in changes_of(entry.pk) if c.act == "delete"]
    assert change.table == "authenticator"
    assert "data" not in {field.label for field in change.fields}


def test_nights_and_visitors_leave_nothing(db):
    alert, invitation = AlertFactory(), InvitationFactory()
    now = invitation.created_at + timedelta(hours=1)

    record_answer(invitation.pk, Answer(2, "", "en", Nonce("n", 60)), now=now)
    settled = raise_alerts(DAY, first=alert.customer_id, last=alert.customer_id).settled

    assert (settled, Response.objects.count()) == (1, 1)
    kept = {m.__name__ for m in event_models() if m.objects.exists()}
    assert not kept & {"ResponseEvent", "AlertEvent", "InvitationEvent", "MessageEvent"}
