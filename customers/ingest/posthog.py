"""Events in the shape of PostHog."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from customers.ingest.messages import (
    ALIAS,
    GROUP,
    IDENTIFY,
    PAGE,
    SCREEN,
    TRACK,
    Envelope,
    Message,
    Refusal,
    corrected,
    message_id_of,
    moment_of,
    object_of,
    text_of,
)
from customers.ingest.segment import MAX_CONTEXT_TEXT, account_by_path, group_of

KIND_OF = {
    "$identify": IDENTIFY,
    "$set": IDENTIFY,
    "$groupidentify": GROUP,
    "$create_alias": ALIAS,
    "$pageview": PAGE,
    "$screen": SCREEN,
}
# Noise of the browser SDK that says nothing about the use of a product.
IGNORED = frozenset(
    {
        "$pageleave",
        "$autocapture",
        "$rageclick",
        "$dead_click",
        "$feature_flag_called",
        "$web_vitals",
        "$opt_in",
        "$snapshot",
        "$heatmap",
        "$$heatmap",
        "$exception",
        "$csp_violation",
    }
)


def message_from_posthog(item: dict[str, Any], envelope: Envelope) -> Message | None:
    """One item of a batch, or a single event; None for what is ignored. Raises Refusal."""
    event = text_of(item.get("event"))
    if not event:
        raise Refusal("event_missing")
    if event in IGNORED:
        return None
    properties = _with_session(item, object_of(item.get("properties")))
    kind = KIND_OF.get(event, TRACK)
    traits = _traits(kind, item, properties)
    account, names_a_group = _account(kind, properties, traits)
    person = _person(kind, item, properties)
    client_ts = _client_ts(item, envelope)
    message_id = message_id_of(
        item.get("uuid") or properties.get("$insert_id"),
        client_ts,
        [event, person, account, properties],
    )
    sent_at = moment_of(item.get("sent_at") or envelope.sent_at)
    client_ts = client_ts or sent_at or envelope.received_at
    return Message(
        message_id=message_id,
        kind=kind,
        name=_page_name(properties) if kind == PAGE else event,
        person=person,
        account=account,
        names_a_group=names_a_group,
        client_ts=client_ts,
        occurred_at=corrected(client_ts, sent_at, envelope),
        properties=properties,
        traits=traits,
        previous_person=text_of(properties.get("alias")) if kind == ALIAS else "",
        traits_once=_said_of_person("$set_once", item, properties) if kind == IDENTIFY else {},
    )


def _with_session(item: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """The newest capture path names the session beside the properties."""
    session = item.get("session_id")
    if not isinstance(session, str) or "$session_id" in properties:
        return properties
    return {**properties, "$session_id": session[:MAX_CONTEXT_TEXT]}


def _person(kind: str, item: dict[str, Any], properties: dict[str, Any]) -> str:
    """The Python SDK invents a person for group calls; nobody is made from it."""
    if kind == GROUP:
        return ""
    person = text_of(item.get("distinct_id")) or text_of(properties.get("distinct_id"))
    if not person:
        raise Refusal("person_missing")
    return person


def _traits(kind: str, item: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    if kind == GROUP:
        return object_of(properties.get("$group_set"))
    return _said_of_person("$set", item, properties) if kind == IDENTIFY else {}


def _said_of_person(key: str, item: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """The Python SDK sends `$set` and `$set_once` beside the properties, others among them."""
    return object_of(item.get(key) or properties.get(key))


def _account(kind: str, properties: dict[str, Any], traits: dict[str, Any]) -> tuple[str, bool]:
    if kind == GROUP:
        is_company = properties.get("$group_type") == settings.EVENT_GROUP_TYPE
        account = text_of(properties.get("$group_key")) if is_company else ""
        if not account:
            raise Refusal("group_missing")
        return account, True
    account = group_of(properties)
    if account:
        return account, True
    return account_by_path(properties) or account_by_path(traits), False


def _client_ts(item: dict[str, Any], envelope: Envelope) -> datetime | None:
    """The browser SDK may say only how many milliseconds ago it was."""
    stamp = moment_of(item.get("timestamp"))
    offset = item.get("offset")
    if stamp is None and type(offset) is int and 0 <= offset < 10**9:
        return envelope.received_at - timedelta(milliseconds=offset)
    return stamp


def _page_name(properties: dict[str, Any]) -> str:
    path = properties.get("$pathname")
    return path[:200] if isinstance(path, str) else ""
