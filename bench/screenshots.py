"""`make screenshots`: looks at every page in both languages, both themes and two widths.

All pictures go to var/screenshots; the few the README shows also to docs/screenshots.
`make screenshots ARGS="--pages today,overview"` looks at some pages only.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from config.embedded.servers import free_port, stop_process

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "screenshots"
SHOWN = ROOT / "docs" / "screenshots"
PASSWORD = "enishi-demo-2026"
WIDTHS = {1440: 900, 390: 844}
IN_README = {"today-en-light-1440", "customer-en-light-1440", "overview-en-dark-1440",
             "customers-ja-light-1440", "answer-ja-light-390", "today-ja-dark-390"}  # fmt: skip
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
    env = os.environ | {"PUBLIC_URL": address, "DATABASE_POOL_SIZE": "4"}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi:application", "-b", f"127.0.0.1:{port}",
         "-k", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "warning"],
        cwd=ROOT, env=env,
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
        stop_process(server, 15, 10)


def addresses() -> dict[str, str]:
    """Pages by name. Ids are those of the demo's most telling rows."""
    from surveys.links import answer_path

    from customers.models import Customer, ImportRun
    from metrics.models import Night, Snapshot
    from surveys.models import Invitation, Survey, Wave

    red = Snapshot.objects.filter(health_band="red", customer__csm__email="ana@example.com")
    customer = red.order_by("-mrr").values_list("customer_id", flat=True).first()
    customer = customer or Customer.objects.values_list("pk", flat=True).first()
    invitation = Invitation.objects.exclude(response__isnull=False).order_by("-pk").first()
    pages = {
        "today": "/", "customers": "/customers/", "customer": f"/customers/{customer}/",
        "tasks": "/tasks/", "surveys": "/surveys/", "overview": "/overview/",
        "alerts": "/alerts/", "imports": "/imports/", "import-upload": "/imports/new/",
        "nights": "/nights/", "settings": "/settings/", "profile": "/profile/",
        "users": "/users/", "keys": "/keys/", "audit": "/audit/", "sources": "/event-sources/",
        "admin": "/admin/",
        "survey": f"/surveys/{Survey.objects.first().pk}/",
        "wave": f"/waves/{Wave.objects.first().pk}/",
        "night": f"/nights/{Night.objects.first().day}/",
    }  # fmt: skip
    if invitation and invitation.message:
        pages["answer"] = answer_path(invitation.message)
    if run := ImportRun.objects.first():
        pages["import"] = f"/imports/{run.pk}/"
    return pages


def look(browser: Browser, base: str, pages: dict[str, str]) -> int:
    from accounts.models import User

    failures = 0
    for language in ("en", "ja"):
        for theme in ("light", "dark"):
            User.objects.update(language=language, theme=theme)
            for width, height in WIDTHS.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=theme,
                    locale={"en": "en-GB", "ja": "ja-JP"}[language],
                )  # fmt: skip
                page = context.new_page()
                _log_in(page, base)
                for name, path in pages.items():
                    failures += _picture(page, base + path, f"{name}-{language}-{theme}-{width}")
                context.close()
    return failures


def _log_in(page: Page, base: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", "admin@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{base}/")


def _picture(page: Page, address: str, name: str) -> int:
    """One picture; 1 when the page failed, spoke on the console or runs over sideways."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", listen)
    answer = page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(250)
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.screenshot(path=str(OUT / f"{name}.png"), full_page=True)
    page.remove_listener("console", listen)
    if name in IN_README:
        page.screenshot(path=str(SHOWN / f"{name}.png"))
    wrong = [*said]
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
