"""Pages of figures at 100,000 customers, and a report of 50,000 rows with its memory.

After `retention`, whose five years it reads. The promises are absolute.
"""

import json
import subprocess
import sys
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from accounts.permissions import Role
from bench.rows import Row, median, seconds_of
from lib.days import today
from lib.periods import month_of
from metrics.models import CustomerLife
from metrics.question import Question
from metrics.value.valuing import value_customers

ROUNDS = 7
PAGE_MS, EXCEL_SECONDS, EXCEL_MB = 300, 15, 300
PAGES = ("overview", "revenue", "loyalty", "value_and_cost", "engagement", "figure_list")
# In a process of its own, so that its memory is that of the report alone.
WRITE = """
import django, json, resource, time
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
print(json.dumps({"seconds": time.perf_counter() - began, "bytes": len(written),
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def run(scale: float) -> list[Row]:
    if not CustomerLife.objects.exists():
        raise SystemExit("run the part retention before: it tells the five years")
    newest = today() - timedelta(days=1)
    value_customers(newest)
    question = Question(period=month_of(newest.replace(day=1) - timedelta(days=1)), today=today())
    lead, _made = User.objects.get_or_create(
        email="bench-lead@example.com", defaults={"role": Role.LEAD, "password": "!"}
    )
    return [*pages(question, lead), *excel(question)]


def pages(question: Question, lead: User) -> list[Row]:
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(lead)
    rows = []
    for name in PAGES:
        try:
            address = f"{reverse(f'metrics:{name}')}?{question.address}"
        except NoReverseMatch:
            continue
        answer = browser.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code} {answer.headers.get('Location')}")
        taken = [seconds_of(partial(browser.get, address)) for _ in range(ROUNDS)]
        rows.append(Row(f"page {name}", 1000 * median(taken), PAGE_MS, "ms", 1))
    return rows


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
