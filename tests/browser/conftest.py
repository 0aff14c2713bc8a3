"""Real pages in Debian's Chromium. `page_as(user)` is a browser in which somebody is logged in.

A page that logs a script error or breaks the content security policy fails its test.
"""

import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from accounts.models import User
from tests.flows.crew import wait_until

# Playwright's event loop lives in the main thread, where Django would refuse all queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# The same engine in Debian's two packages: the shell has no windows, tabs and menus to draw for
# nobody, which is half of the work of a page.
NAMES = ["chromium-headless-shell", "chromium", "chromium-browser"]
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# How long a state may take to come on a machine that does much else; nothing waits it out.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

PageAs = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM and not os.environ.get("ENISHI_BROWSER_REQUIRED"):
                item.add_marker(pytest.mark.skip(reason="there is no chromium on this machine"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.fail("Browser tests are required here, and there is no chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def script_errors() -> list[str]:
    """What the pages of this test complained about; an answer of 4xx is not a complaint."""
    return []


@pytest.fixture
def under_way() -> Iterator[Collection[int]]:
    """The threads of the web server that are at work on a request."""
    threads: set[int] = set()

    def begin(**_kwargs: Any) -> None:
        threads.add(threading.get_ident())

    def end(**_kwargs: Any) -> None:
        threads.discard(threading.get_ident())

    request_started.connect(begin)
    request_finished.connect(end)
    yield threads
    request_started.disconnect(begin)
    request_finished.disconnect(end)


@pytest.fixture
def page_as(
    chromium: Browser, live_server: Any, script_errors: list[str], under_way: Collection[int]
) -> Iterator[PageAs]:
    """`page_as(ana, viewport=PHONE, color_scheme="dark")`; `page_as()` is a visitor's page."""
    contexts = []

    def open_page(user: User | None = None, **wishes: Any) -> Page:
        context = chromium.new_context(
            **{"base_url": live_server.url, "viewport": DESKTOP, **wishes}
        )
        contexts.append(context)
        if user:
            context.add_cookies([session_of(user, live_server.url)])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: script_errors.append(str(error)))
        page.on("console", lambda message: note(message, script_errors))
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A browser that is gone does not stop a view: it would write after the tables were emptied.
    assert wait_until(lambda: not under_way)
    assert script_errors == []


def session_of(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value,
            "domain": urlsplit(url).hostname, "path": "/"}  # fmt: skip


def note(message: ConsoleMessage, errors: list[str]) -> None:
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        errors.append(message.text)
