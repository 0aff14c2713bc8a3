"""Pages of figures and their rows, with each filter; a report of all paying customers.

After `retention`, whose five years it reads. The promises are absolute. A figure is the median of
ten; the note says the slowest of them, the time the process worked (Python), the time it waited for
the database (SQL), and what the processors did for the page (work).
"""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from bench.answers import tell_what_was_said
from bench.pages import Watch
from bench.rows import Row, median
from lib.days import today
from lib.periods import month_of, year_of
from metrics.daily import close_day
from metrics.engaging import conclude_engagement
from metrics.models import CompanyDay, CustomerEngagement, CustomerLife, CustomerValue
from metrics.question import Question
from metrics.value.foretelling import foretell_purchases
from metrics.value.valuing import value_customers

ROUNDS = 10
PAGE_MS, EXCEL_SECONDS, EXCEL_MB = 300, 15, 300
PAGES = ("overview", "revenue", "retention", "churn", "loyalty", "value_and_cost", "engagement",
         "figure_list")  # fmt: skip
FIGURES = ("mrr", "logo_churn", "nrr", "nps", "ltv_simple", "cohort_retention")
# In a process of its own, so that its memory is that of the report alone. Asked of the kernel for
# this program: getrusage would hand down the highest memory of the process that started it.
WRITE = """
import django, json, pathlib, time
django.setup()
from accounts.models import User
from metrics.reports import making
from metrics.reports.ordering import order_report
from metrics.reports.subjects import content_of
from lib.days import today
owner = User.objects.get(email="bench-lead@example.com")
report = order_report(owner, "figure", "xlsx", {"metric": "mrr", "period": PERIOD})
began = time.perf_counter()
written = making.WRITERS["xlsx"](content_of(report, today=today()))
seconds = time.perf_counter() - began
status = pathlib.Path("/proc/self/status").read_text()
print(json.dumps({"seconds": seconds, "bytes": len(written),
    "megabytes": int(status.split("VmHWM:")[1].split()[0]) / 1024}))
"""


def run(scale: float) -> list[Row]:
    logging.disable(logging.INFO)  # a line for each request would drown the table
    if not CustomerLife.objects.exists():
        raise SystemExit("run the part retention before: it tells the five years")
    question = Question(
        period=month_of(today().replace(day=1) - timedelta(days=1)), today=today()
    )  # fmt: skip
    conclude(question)
    lead, _made = User.objects.get_or_create(
        email="bench-lead@example.com", defaults={"role": Role.LEAD, "password": "!"}
    )
    return [*pages(question, lead), *excel(question)]


def conclude(question: Question) -> None:
    """What a company that has been here for five years has concluded."""
    newest = today() - timedelta(days=1)
    tell_what_was_said(newest)
    if not CompanyDay.objects.filter(day=newest).exists():
        close_day(newest)
    if not CustomerValue.objects.exists():
        value_customers(newest)
        foretell_purchases(newest)
    if not CustomerEngagement.objects.filter(day=question.day).exists():
        conclude_engagement(question.day)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def pages(question: Question, lead: User) -> Iterator[Row]:
    csm = User.objects.get(email="bench7@example.com")
    asked = {
        "": (lead, question),
        ", a segment": (lead, question.about(segment="SMB")),
        ", a CSM": (lead, question.about(csm=csm.pk)),
        ", a plan": (lead, question.about(plan="Pro")),
        ", running month": (lead, question.about(period=month_of(question.today))),
        ", a year": (lead, question.about(period=year_of(question.start))),
        ", of a CSM": (csm, question),
    }
    for name in PAGES:
        for words, (user, about) in asked.items():
            address = f"{reverse(f'metrics:{name}')}?{about.address}"
            yield measured(f"page {name}{words}", user, address)
    for code in FIGURES:
        address = f"{reverse('metrics:figure_detail', args=[code])}?{question.address}"
        yield measured(f"figure {code} with its rows", lead, address)
        address = f"{reverse('api:number-detail', args=[code])}?{question.address}"
        yield measured(f"API, {code}", lead, address)


def measured(name: str, user: User, address: str) -> Row:
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        watch = Watch(int(cursor.fetchone()[0]))
    for number in range(ROUNDS + 1):
        if number == 1:
            watch = Watch(watch.server)
        watch.time(partial(opened, browser, address))
    times = (watch.python, watch.sql, watch.work)
    python, sql, work = (median(figures) for figures in times)
    note = f"at most {max(watch.whole):.0f}, Python {python:.0f}, SQL {sql:.0f}, work {work:.0f}"
    return Row(name, median(watch.whole), PAGE_MS, "ms", 1, note=note)


def opened(browser: Client, address: str) -> None:
    answer = browser.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code} {answer.headers.get('Location')}")


def excel(question: Question) -> list[Row]:
    """Every paying customer is a row of MRR."""
    script = WRITE.replace("PERIOD", repr(question.period.code))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, capture_output=True, check=True,
        text=True,
    )  # fmt: skip
    told = json.loads(done.stdout.strip().splitlines()[-1])
    size = f"{told['bytes'] / 1e6:.1f} MB"
    return [
        Row("Excel of all paying customers", told["seconds"], EXCEL_SECONDS, "s", 1, note=size),
        Row("memory of that process", told["megabytes"], EXCEL_MB, "MB", 1),
    ]
