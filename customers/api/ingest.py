"""Where SDKs send events: always 200 with a verdict for each event, never a redirect.

A client that is told 202 sends again, one that is redirected loses its events, and one that gets
a 400 without `code` takes it for a network fault; hence the plain answers here.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from threading import BoundedSemaphore
from typing import Any

import orjson
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.models import ApiKey
from customers.api.ingest_keys import KeyRefused, may_come_from, some_key_allows, source_of
from customers.ingest.messages import REASONS, Envelope
from customers.ingest.reading import BodyTooBig, UnreadableBody, parse, unpack
from customers.ingest.receiving import DIFFERS, QUARANTINED, Receipt, take_in

View = Callable[..., HttpResponse]
Told = Callable[[Receipt], dict[str, Any]]

MAX_EVENTS = 2_000
ALLOWED_HEADERS = "authorization, content-type, anonymousid, sentat, x-retry-count"
PREFLIGHT_SECONDS = "86400"
RETRY_SECONDS = (2, 8)
# Long enough for a batch or two before it to be stored.
WAITS_FOR_ROOM = 0.5


class NoRoom(Exception):
    """As many requests as may take in events are at it, and none of them ends."""


def sdk_address(*request_method_list: str) -> Callable[[View], View]:
    """Decorator: CORS, and every refusal as JSON that all SDKs understand."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method == "OPTIONS":
                return _preflight(request)
            if request.method not in request_method_list:
                answer = refusal(405, "method_not_allowed", _("Send events with POST."))
                answer["Allow"] = ", ".join([*request_method_list, "OPTIONS"])
                return answer
            return _answer(view, request, **kwargs)

        guarded.is_for_sdks = True  # type: ignore[attr-defined]  # read below
        return guarded

    return decorate


def speaks_with_sdks(request: HttpRequest) -> bool:
    """Whether a failure of ours is to be told to an SDK, and so never as a page."""
    return request.resolver_match is not None and hasattr(
        request.resolver_match.func, "is_for_sdks"
    )


def _answer(view: View, request: HttpRequest, **kwargs: Any) -> HttpResponse:
    try:
        return view(request, **kwargs)
    except (KeyRefused, UnreadableBody) as error:
        return refusal(error.status, error.code, str(error))
    except OSError:
        return refusal(400, "body_cut_off", _("The connection ended before the body did."))
    except NoRoom:
        return _later(429, "overloaded", _("Too much comes at once. Send again later."))
    except (OperationalError, InterfaceError):
        return _later(503, "busy", _("The database does not answer. Send again later."))


def _later(status: int, code: str, message: str) -> HttpResponse:
    answer = refusal(status, code, message)
    answer["Retry-After"] = str(random.randint(*RETRY_SECONDS))  # noqa: S311  # jitter
    return answer


@contextmanager
def room() -> Iterator[None]:
    """One of the places for requests with events, so that some threads are left for people.

    Raises NoRoom. Nothing was read or stored then, and SDKs send the same again.
    """
    places = _places(settings.INGEST_AT_ONCE)
    if not places.acquire(timeout=WAITS_FOR_ROOM):
        raise NoRoom
    try:
        yield
    finally:
        places.release()


@cache
def _places(count: int) -> BoundedSemaphore:
    return BoundedSemaphore(count)


def as_json(content: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(content), content_type="application/json", status=status)


def refusal(status: int, code: str, message: str) -> HttpResponse:
    """SDKs look for the reason under three names."""
    return as_json({"success": False, "code": code, "message": message, "detail": message}, status)


@sdk_address("POST")
def collect_segment(request: HttpRequest, kind: str = "") -> HttpResponse:
    return _collect(request, "segment", kind=kind)


@sdk_address("POST")
def collect_posthog(request: HttpRequest) -> HttpResponse:
    return _collect(request, "posthog")


@sdk_address("POST")
def collect_posthog_results(request: HttpRequest) -> HttpResponse:
    """PostHog's newest capture path: a result for each event by its uuid."""
    return _collect(request, "posthog", told=_told_by_uuid)


@sdk_address("POST")
def discard(request: HttpRequest) -> HttpResponse:
    """Measurements an SDK takes of itself."""
    return as_json({"success": True})


@sdk_address("GET", "HEAD")
def segment_settings(request: HttpRequest, key: str) -> HttpResponse:
    """What analytics.js asks for at its start: send to us, in our way."""
    host = request.get_host()
    protocol = "https" if request.is_secure() else "http"
    ours = {"apiKey": key, "apiHost": f"{host}/v1", "protocol": protocol}
    return _public({"integrations": {"Segment.io": ours}, "plan": {}})


@sdk_address("GET", "HEAD")
def rudderstack_settings(request: HttpRequest) -> HttpResponse:
    source = {
        "id": "enishi",
        "name": "Enishi",
        "writeKey": request.GET.get("writeKey", ""),
        "enabled": True,
        "config": {},
        "destinations": [],
    }
    return _public({"source": source})


@sdk_address("GET", "HEAD", "POST")
def posthog_settings(request: HttpRequest, key: str = "") -> HttpResponse:
    """No feature flags, no recordings, no surveys of its own."""
    return _public({})


def _public(content: Any) -> HttpResponse:
    answer = as_json(content)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _collect(
    request: HttpRequest, shape: str, *, kind: str = "", told: Told | None = None
) -> HttpResponse:
    with room():
        return _taken_in(request, shape, kind, told or _told)


def _taken_in(request: HttpRequest, shape: str, kind: str, told: Told) -> HttpResponse:
    now = timezone.now()
    body = parse(unpack(_raw_body(request), settings.INGEST_MAX_BYTES))
    source = source_of(request, body)
    items = _items(body)
    head = body if isinstance(body, dict) and "batch" in body else {}
    context = head.get("context")
    envelope = Envelope(
        received_at=now,
        kind=kind,
        sent_at=head.get("sentAt") or head.get("sent_at"),
        context=context if isinstance(context, dict) else None,
        is_history=_is_history(head, source),
    )
    receipt = take_in(source, shape, items, envelope)
    source.note_use(now)
    return _with_cors(request, source, as_json(told(receipt)))


def _is_history(head: dict[str, Any], source: ApiKey) -> bool:
    """Events may be older than a client can be wrong: the request says so, or its key is for it."""
    is_said = source.takes_history or head.get("historical_migration") is True
    return is_said and source.kind != ApiKey.Kind.BROWSER


def _raw_body(request: HttpRequest) -> bytes:
    """The bytes as they came, also those sent in chunks without a length.

    Raises BodyTooBig, and OSError when not all of them came.
    """
    limit = settings.INGEST_MAX_BYTES
    promised = request.META.get("CONTENT_LENGTH")
    stream = request
    if not promised and request.META.get("wsgi.input_terminated"):
        stream = request.META["wsgi.input"]
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise BodyTooBig("too_big", _("The body is too big. Send smaller batches."))
    if promised and len(raw) < int(promised):
        raise OSError(promised)
    return raw


def _items(body: Any) -> list[Any]:
    items = body.get("batch", [body]) if isinstance(body, dict) else body
    if not isinstance(items, list):
        raise UnreadableBody("bad_batch", _("The body must be an event or a batch of events."))
    if len(items) > MAX_EVENTS:
        raise BodyTooBig("too_many_events", _("At most 2,000 events may come in one request."))
    return items


def _told(receipt: Receipt) -> dict[str, Any]:
    """The verdicts in the order of the events, and the reasons of those not accepted."""
    rejected = [
        {
            "index": index,
            "messageId": receipt.message_ids.get(index),
            "code": refused.code,
            "message": str(REASONS[refused.code]),
        }
        for index, refused in receipt.refusals.items()
    ]
    return {
        "success": True,
        "status": 1,
        "accepted": len(receipt.verdicts) - receipt.verdicts.count(QUARANTINED),
        "rejected": rejected,
        "verdicts": receipt.verdicts,
    }


def _told_by_uuid(receipt: Receipt) -> dict[str, Any]:
    """For PostHog a duplicate is well received, and what waits in quarantine is lost to it."""
    results: dict[str, dict[str, str]] = {}
    for index, verdict in enumerate(receipt.verdicts):
        result = {"result": "ok"}
        if verdict == DIFFERS:
            result = {"result": "warning", "details": verdict}
        elif verdict == QUARANTINED:
            result = {"result": "drop", "details": receipt.refusals[index].code}
        results[receipt.message_ids.get(index) or str(index)] = result
    return {"results": results}


def _preflight(request: HttpRequest) -> HttpResponse:
    answer = as_json({})
    origin = request.headers.get("origin", "")
    patch_vary_headers(answer, ["Origin"])
    if some_key_allows(origin):
        answer["Access-Control-Allow-Origin"] = origin
        answer["Access-Control-Allow-Methods"] = "POST, GET, OPTIONS"
        answer["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        answer["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return answer


def _with_cors(request: HttpRequest, source: ApiKey, answer: HttpResponse) -> HttpResponse:
    origin = request.headers.get("origin", "")
    patch_vary_headers(answer, ["Origin"])
    if origin and source.kind == ApiKey.Kind.BROWSER and may_come_from(request, source):
        answer["Access-Control-Allow-Origin"] = origin
    return answer
