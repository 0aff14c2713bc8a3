"""Idempotency-Key: the same request sent twice does its work once and gets the same answer.

The work and the stored answer are committed together. While they run, a lock of the transaction
marks the key as taken; it vanishes with the connection when a process dies, so that no marker
has to be cleaned up, and `idle_in_transaction_session_timeout` ends one that hangs for 60 s.
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problem import MEDIA_TYPE, Conflict, ReusedIdempotencyKey
from accounts.models import StoredAnswer
from accounts.models.stored_answer import KEPT_FOR

HEADER = "Idempotency-Key"
ALLOWED = re.compile(r"[\x21-\x7e]{1,200}")
KEPT_HEADERS = ("ETag", "Location")
NEVER_STORED = {409, 429}


def answered_once(view: Any, request: Request, handler: Callable[[], Response]) -> Response:
    """The answer of `handler`, or the one given before. Errors are answers too."""
    name = request.headers.get(HEADER)
    if name is None:
        with transaction.atomic():
            return handler()
    if not ALLOWED.fullmatch(name):
        message = _("The Idempotency-Key is 1 to 200 printable ASCII characters.")
        raise ValidationError({"non_field_errors": [message]}, "invalid_idempotency_key")
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        _take_lock(request, name)
        stored = _stored(request, name)
        if stored is None:
            return _answer_and_store(view, request, handler, (name, fingerprint))
        if stored.fingerprint != fingerprint:
            raise ReusedIdempotencyKey
        return _replayed(stored)


def _answer_and_store(
    view: Any, request: Request, handler: Callable[[], Response], key: tuple[str, str]
) -> Response:
    try:
        with transaction.atomic():
            response = handler()
    except Exception as exc:  # the view's own handler sorts them out and logs what is ours
        response = view.handle_exception(exc)
    if response.status_code < 500 and response.status_code not in NEVER_STORED:
        StoredAnswer.objects.create(
            **_holder(request),
            idempotency_key=key[0],
            fingerprint=key[1],
            status=response.status_code,
            headers={h: response[h] for h in KEPT_HEADERS if h in response},
            body=json.loads(view.rendered(response)),
        )
    return response


def _holder(request: Request) -> dict[str, Any]:
    return {"user_id": request.user.pk, "api_key": request.auth}


def _take_lock(request: Request, name: str) -> None:
    holder = f"{request.user.pk}:{request.auth.pk if request.auth else ''}:{name}"
    digest = hashlib.sha256(holder.encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            message = _("The first request with this Idempotency-Key is still running.")
            raise Conflict(message, "still_running")


def _stored(request: Request, name: str) -> StoredAnswer | None:
    mine = StoredAnswer.objects.filter(**_holder(request), idempotency_key=name)
    mine.older_than(KEPT_FOR).delete()
    return mine.first()


def _replayed(stored: StoredAnswer) -> Response:
    headers = {**stored.headers, "Idempotent-Replayed": "true"}
    kind = MEDIA_TYPE if stored.status >= 400 else None
    return Response(stored.body, status=stored.status, headers=headers, content_type=kind)


def _fingerprint(request: Request) -> str:
    parts = [request.method, request.get_full_path(), request.data]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
