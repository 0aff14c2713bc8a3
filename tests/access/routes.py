"""Every route of the URL conf, with the methods its view answers to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

OUR_PACKAGES = ("accounts", "customers", "outreach", "surveys", "metrics", "config")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """`methods` is empty when an own view does not say what it answers to."""

    name: str
    pattern: str
    methods: frozenset[str]

    @property
    def keys(self) -> set[str]:
        return {f"{method} {self.name}" for method in self.methods}


def routes() -> Iterator[Route]:
    """Everything but Django admin, which has a test of its own (test_admin.py)."""
    yield from _walk(get_resolver(), "", "")


def _walk(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            if inner != "admin:":
                yield from _walk(entry, inner, pattern)
        else:
            yield _route(entry, namespace, pattern)


def _route(entry: URLPattern, namespace: str, pattern: str) -> Route:
    name = f"{namespace}{entry.name}" if entry.name else pattern
    return Route(name, pattern, frozenset(_methods(entry.callback)))


def _methods(view: Callable[..., Any]) -> set[str]:
    actions = getattr(view, "actions", None)
    if actions:
        return {method.upper() for method in actions} & set(METHODS)
    kind = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if kind is not None:
        return {method for method in METHODS[:2] if hasattr(kind, method.lower())}
    allowed = _allowed_by_decorator(view)
    if allowed is not None:
        return allowed & set(METHODS)
    ours = view.__module__.split(".")[0] in OUR_PACKAGES
    return set() if ours else {"GET"}


def _allowed_by_decorator(view: Callable[..., Any] | None) -> set[str] | None:
    """What `@require_safe`, `@require_POST` and `@require_http_methods` remember."""
    while view is not None:
        code, cells = getattr(view, "__code__", None), getattr(view, "__closure__", None) or ()
        held = dict(zip(code.co_freevars, cells, strict=True)) if code else {}
        if "request_method_list" in held:
            return set(held["request_method_list"].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None
