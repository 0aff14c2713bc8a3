"""Which key a request shows, and whether it may send events from where it comes."""

import base64
import binascii
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import ApiKey


class KeyRefused(Exception):
    """The request shows no key we know, or one that may not do this."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def source_of(request: HttpRequest, body: Any) -> ApiKey:
    """The key of a request, revoked ones included, because their senders must not fail.

    Raises KeyRefused.
    """
    texts = [text for text in [_basic_user(request), *_keys_in(body), _bearer(request)] if text]
    source = ApiKey.matching(texts[0]) if texts else None
    if source is None:
        raise KeyRefused(401, "unknown_key", _("This key is unknown. Check the write key."))
    if any(text != texts[0] for text in texts):
        raise KeyRefused(403, "key_mismatch", _("Header and body show different keys."))
    if source.kind == ApiKey.Kind.REST and not source.allows(ApiKey.Scope.EVENTS_WRITE):
        raise KeyRefused(403, "missing_scope", _("This key may not send events."))
    if source.kind == ApiKey.Kind.BROWSER and not may_come_from(request, source):
        raise KeyRefused(403, "origin_not_allowed", _("This key may not be used from this site."))
    return source


def may_come_from(request: HttpRequest, source: ApiKey) -> bool:
    """A browser names its origin; what names none is no page of another site."""
    origin = request.headers.get("origin", "")
    return not origin or bool({origin, "*"} & set(source.allowed_origins))


def some_key_allows(origin: str) -> bool:
    """A pre-flight shows no key, so any browser key that knows the site will do."""
    keys = ApiKey.objects.filter(kind=ApiKey.Kind.BROWSER, revoked_at__isnull=True)
    return bool(origin) and keys.filter(allowed_origins__overlap=[origin, "*"]).exists()


def _basic_user(request: HttpRequest) -> str:
    """The user name of Basic authentication, with or without the colon at its end."""
    kind, _space, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _bearer(request: HttpRequest) -> str:
    kind, _space, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def _keys_in(body: Any) -> list[str]:
    """What body and first item show: `writeKey`, then PostHog's `api_key` and `token`."""
    items = body.get("batch") if isinstance(body, dict) else body
    first = items[0] if isinstance(items, list) and items else None
    places = [place for place in (body, first) if isinstance(place, dict)]
    in_properties = [place["properties"] for place in places if _has_properties(place)]
    found = [place.get("writeKey") for place in places]
    found += [place.get("api_key") for place in places]
    found += [place.get("token") for place in places + in_properties]
    return [text for text in found if isinstance(text, str) and text]


def _has_properties(place: dict[str, Any]) -> bool:
    """PostHog's browser SDK puts its token among the properties; other events may have own ones."""
    properties = place.get("properties")
    return isinstance(properties, dict) and "distinct_id" in properties
