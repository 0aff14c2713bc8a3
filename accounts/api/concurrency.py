"""ETags: what a single object looked like, so that nobody overwrites what she has not seen."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.api.problem import PreconditionFailed


def etag_of(data: Mapping[str, Any]) -> str:
    """A strong tag of the whole object, whichever of its fields were asked for."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def require_match(request: Request, etag: str) -> None:
    """Raises PreconditionFailed when If-Match names another state of the object."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    tags = parse_etags(wanted)
    if "*" not in tags and etag not in tags:
        raise PreconditionFailed


def is_known(request: Request, etag: str) -> bool:
    """Whether If-None-Match says that the caller has this state already."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in tags or etag in {tag.removeprefix("W/") for tag in tags}
