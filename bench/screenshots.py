"""`make screenshots`: looks at every page in both languages, both themes and two widths.

All pictures go to var/screenshots; the few the README shows also to docs/screenshots.
`make screenshots ARGS="--pages today,overview"` looks at some pages only.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import django
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from config.embedded.processes import free_port, stop_process

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from metrics.models import Snapshot

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "screenshots"
SHOWN = ROOT / "docs" / "screenshots"
PASSWORD = "enishi-demo-2026"
ADMIN = "admin@example.com"
WIDTHS = {1440: 900, 390: 844}
# Of a picture in the README: below this, a list only goes on.
TOP = 760
LOCALES = {"en": "en-GB", "ja": "ja-JP"}
VISITORS = {"login": "/accounts/login/", "forgotten": "/accounts/password/reset/"}
# Seen by the CSM whose day it is; the rest by an admin, who sees every page.
CSMS = {"today", "customers", "customer", "tasks", "task-board", "alerts"}
IN_README = {"today-en-light-1440", "revenue-en-light-1440", "customer-en-light-1440",
             "overview-en-dark-1440", "customers-ja-light-1440", "answer-ja-light-390",
             "today-ja-dark-390"}  # fmt: skip
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def web_server() -> Iterator[str]:
    """The product over the demo company, served by gunicorn on a free port."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    # The admin of the demo has a password only.
    env = os.environ | {"PUBLIC_URL": address, "DATABASE_POOL_SIZE": "4",
                        "SECOND_FACTOR_FOR_ADMINS": "off"}  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi:application", "-b", f"127.0.0.1:{port}",
         "-k", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "warning"],
        cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _attempt in range(150):
            try:
                urllib.request.urlopen(f"{address}/health/live/", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        stop_process(server, signal.SIGTERM, 10)


def at_risk() -> "QuerySet[Snapshot]":
    from metrics.models import Snapshot

    return Snapshot.objects.filter(health_band="red", customer__churned_on=None)


def csm() -> "User":
    """Whose day it is: she who has most at risk."""
    from django.db.models import Sum

    from accounts.models import User

    risks = at_risk().values("customer__csm").annotate(sum=Sum("mrr")).order_by("-sum")
    first = risks.values_list("customer__csm", flat=True).first()
    return User.objects.get(pk=first) if first else User.objects.get(email="ana@example.com")


def worst_of(user: "User") -> int:
    """The customer whose page says most."""
    from customers.models import Customer

    mine = at_risk().filter(customer__csm=user).order_by("-mrr")
    anybody = Customer.objects.values_list("pk", flat=True)
    return mine.values_list("pk", flat=True).first() or anybody[0]


def addresses() -> dict[str, str]:
    """Pages by name. Ids are those of the demo's most telling rows."""
    from django.utils import timezone

    from metrics.models import Night
    from outreach.links import Purpose, link_for
    from surveys.models import Invitation, Survey, Wave

    customer = worst_of(csm())
    survey = f"/surveys/{Survey.objects.earliest('pk').pk}/"
    pages = {
        "today": "/", "customers": "/customers/", "customer": f"/customers/{customer}/",
        "customer-edit": f"/customers/{customer}/edit/", "customer-new": "/customers/new/",
        "nobody-found": "/customers/?q=nobody-is-called-so",
        "tasks": "/tasks/", "task-board": "/tasks/board/", "task-new": "/tasks/new/",
        "alerts": "/alerts/",
        "overview": "/overview/",
        "revenue": "/revenue/", "retention": "/retention/", "churn": "/churn/", "value": "/value/",
        "figures": "/figures/", "figure": "/figures/nrr/", "costs": "/settings/costs/",
        "reports": "/reports/", "closed-months": "/closed-months/", "rates": "/exchange-rates/",
        "loyalty": "/loyalty/", "loyalty-csat": "/loyalty/?scale=csat",
        "engagement": "/engagement/", "features": "/features/",
        "surveys": "/surveys/", "survey-new": "/surveys/new/", "survey": survey,
        "survey-edit": f"{survey}edit/", "survey-preview": f"{survey}preview/",
        "survey-mail": f"{survey}preview/mail/", "survey-send": f"{survey}send/",
        "wave": f"/waves/{Wave.objects.latest('pk').pk}/", "suppressions": "/suppressions/",
        "imports": "/imports/", "import-upload": "/imports/new/", "nights": "/nights/",
        "night": f"/nights/{Night.objects.latest('day').day}/", "mailbox": "/mailbox/",
        "settings": "/settings/", "profile": "/profile/", "users": "/settings/users/",
        "user": f"/settings/users/{csm().pk}/",
        "user-invite": "/settings/users/invite/", "teams": "/settings/teams/",
        "keys": "/settings/api-keys/", "key-issue": "/settings/api-keys/issue/",
        "audit": "/settings/audit-log/", "sources": "/settings/event-sources/",
        "waiting": "/settings/event-sources/waiting/", "second-factor": "/accounts/2fa/",
        "sessions": "/accounts/sessions/", "password": "/accounts/password/change/",
        "admin": "/admin/", "admin-customers": "/admin/customers/customer/",
        "api-docs": "/api/docs/",
    }  # fmt: skip
    asked = Invitation.objects.filter(
        message__isnull=False, response__isnull=True, expires_at__gt=timezone.now(),
        wave__survey__kind=Survey.Kind.NPS, contact__language="ja",
    ).first()  # fmt: skip
    if asked and asked.message:
        pages["answer"] = urlsplit(link_for(Purpose.ANSWER, asked.message.uuid)).path
    return pages


def look(browser: Browser, base: str, pages: dict[str, str]) -> int:
    """How many pictures show something wrong."""
    from accounts.models import User

    failures = 0
    for language, locale in LOCALES.items():
        for theme in ("light", "dark"):
            User.objects.update(language=language, theme=theme)
            for width, height in WIDTHS.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=theme,
                    locale=locale,
                )  # fmt: skip
                page = context.new_page()
                ending = f"{language}-{theme}-{width}"
                for person, names in (
                    (None, VISITORS),
                    (csm().email, CSMS),
                    (ADMIN, set(pages) - CSMS),
                ):
                    if person:
                        _log_in(page, base, person)
                    for name in [name for name in VISITORS | pages if name in names]:
                        address = base + (VISITORS | pages)[name]
                        failures += _picture(page, address, f"{name}-{ending}")
                context.close()
    return failures


def _log_in(page: Page, base: str, email: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{base}/")


def _picture(page: Page, address: str, name: str) -> int:
    """One picture; 1 when the page failed, spoke on the console or runs over sideways."""
    wrong: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # A mail shown by itself names no icon.
        if message.type == "error" and "favicon" not in message.location["url"]:
            wrong.append(message.text)

    def crash(error: Error) -> None:
        wrong.append(str(error))

    page.on("console", listen)
    page.on("pageerror", crash)
    answer = page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(250)
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.screenshot(path=str(OUT / f"{name}.png"), full_page=True)
    if name in IN_README:
        width = page.evaluate("innerWidth")
        page.screenshot(
            path=str(SHOWN / f"{name}.png"), clip={"width": width, "x": 0, "y": 0, "height": TOP}
        )
    page.remove_listener("console", listen)
    page.remove_listener("pageerror", crash)
    if answer is None or not answer.ok:
        wrong.append(f"status {answer.status if answer else 'none'}")
    if over > 0:
        wrong.append(f"{over} px too wide")
    if wrong:
        print(f"{name}: {'; '.join(wrong)}")
    return int(bool(wrong))


def main() -> int:
    parser = argparse.ArgumentParser(prog="screenshots", description=__doc__)
    parser.add_argument("--pages", default="", help="names parted by commas; all without it")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Playwright runs a loop of its own in this thread; the rows are read before and between.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_demo", "--unless-loaded")
    shutil.rmtree(OUT, ignore_errors=True)
    for folder in (OUT, SHOWN):
        folder.mkdir(parents=True, exist_ok=True)
    pages = addresses()
    if chosen.pages:
        pages = {name: pages[name] for name in chosen.pages.split(",")}
    with web_server() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        failures = look(browser, base, pages)
        browser.close()
    print(f"{OUT}: {failures} pages with something wrong")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
