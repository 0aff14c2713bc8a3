"""The clients of a test share one chain of middleware, as the visitors of a server do.

Django builds it anew for each client: a test has four of them, and it takes as long as a query.
"""

from django.core.signals import setting_changed
from django.test.client import ClientHandler

PARTS = ("_view_middleware", "_template_response_middleware", "_exception_middleware",
         "_middleware_chain")  # fmt: skip
_built: dict[str, object] = {}
_build = ClientHandler.load_middleware


def share(handler: ClientHandler, is_async: bool = False) -> None:
    if not _built:
        _build(handler, is_async)
        _built.update({part: getattr(handler, part) for part in PARTS})
    vars(handler).update(_built)


def forget(**_kwargs) -> None:
    """Between tests, and when a setting changes, which a middleware may have read at its start."""
    _built.clear()


def install() -> None:
    ClientHandler.load_middleware = share
    setting_changed.connect(forget, dispatch_uid="middleware is built anew")
