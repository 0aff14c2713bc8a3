"""Calls in the shape of Segment, which RudderStack shares."""

from typing import Any

from django.conf import settings

from customers.ingest.messages import (
    ALIAS,
    GROUP,
    IDENTIFY,
    KINDS,
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

# What is kept of the context, under PostHog's names, so that both families read alike. Addresses,
# devices and campaigns are not: nobody here asks for them.
KEPT_PARTS = {
    "library": (("name", "$lib"), ("version", "$lib_version")),
    "app": (("version", "$app_version"),),
    "os": (("name", "$os"),),
    "page": (("path", "$pathname"),),
}
KEPT_ALONE = {"sessionId": "$session_id", "locale": "$locale"}
MAX_CONTEXT_TEXT = 100


def message_from_segment(item: dict[str, Any], envelope: Envelope) -> Message:
    """One item of a batch, or a single call. Raises Refusal."""
    kind = item.get("type") or envelope.kind
    if not isinstance(kind, str) or kind not in KINDS:
        raise Refusal("unknown_type", str(kind)[:50])
    context = _context(item, envelope)
    properties = object_of(item.get("properties"))
    traits = _traits(kind, item, context)
    person = text_of(item.get("userId")) or text_of(item.get("anonymousId"))
    account, names_a_group = _account(kind, item, context, properties, traits)
    client_ts = moment_of(item.get("timestamp")) or moment_of(item.get("originalTimestamp"))
    name = _name(kind, item)
    message_id = message_id_of(
        item.get("messageId"), client_ts, [kind, name, person, account, properties, traits]
    )
    sent_at = moment_of(item.get("sentAt") or envelope.sent_at)
    client_ts = client_ts or sent_at or envelope.received_at
    if not person and kind != GROUP:
        raise Refusal("person_missing")
    return Message(
        message_id=message_id,
        kind=kind,
        name=name,
        person=person,
        account=account,
        names_a_group=names_a_group,
        client_ts=client_ts,
        occurred_at=corrected(client_ts, sent_at, envelope),
        properties=_with_context(properties, context) if context else properties,
        traits=traits,
        previous_person=text_of(item.get("previousId")) if kind == ALIAS else "",
    )


def _context(item: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    context = item.get("context")
    if envelope.context:
        return {**envelope.context, **object_of(context)}
    return context if isinstance(context, dict) else {}


def _with_context(properties: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """Properties and the useful part of the context; a property of the same name wins."""
    kept: dict[str, Any] = {}
    for place, value in context.items():
        if place in KEPT_PARTS and isinstance(value, dict):
            for key, name in KEPT_PARTS[place]:
                if isinstance(text := value.get(key), str):
                    kept[name] = text[:MAX_CONTEXT_TEXT]
        elif place in KEPT_ALONE and type(value) in (str, int):
            kept[KEPT_ALONE[place]] = str(value)[:MAX_CONTEXT_TEXT]
    return {**kept, **properties} if kept else properties


def _traits(kind: str, item: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """RudderStack for Python puts traits into the context only, for Node into both."""
    if kind not in (IDENTIFY, GROUP):
        return {}
    in_context = context.get("traits")
    own = object_of(item.get("traits"))
    return {**in_context, **own} if kind == IDENTIFY and isinstance(in_context, dict) else own


def _name(kind: str, item: dict[str, Any]) -> str:
    if kind == TRACK:
        name = text_of(item.get("event"))
        if not name:
            raise Refusal("event_missing")
        return name
    return text_of(item.get("name"))


def _account(
    kind: str,
    item: dict[str, Any],
    context: dict[str, Any],
    properties: dict[str, Any],
    traits: dict[str, Any],
) -> tuple[str, bool]:
    """The customer as the sender names it, and whether it did so as a group. First hit wins."""
    if kind == GROUP:
        account = text_of(item.get("groupId"))
        if not account:
            raise Refusal("group_missing")
        return account, True
    account = text_of(context.get("groupId")) or group_of(properties)
    if account:
        return account, True
    return account_by_path(properties) or account_by_path(traits), False


def group_of(properties: dict[str, Any]) -> str:
    groups = properties.get("$groups")
    return text_of(groups.get(settings.EVENT_GROUP_TYPE)) if isinstance(groups, dict) else ""


def account_by_path(values: dict[str, Any]) -> str:
    """What one of the configured properties says, for example `organization.id`."""
    if not values:
        return ""
    for path in settings.EVENT_ACCOUNT_PATHS:
        found: Any = values
        for word in path.split("."):
            found = found.get(word) if isinstance(found, dict) else None
        if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
            return text_of(found)
    return ""
