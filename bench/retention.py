"""How long customers stay, over five years: triangle, survival, model, and the two pages.

The promises are absolute. What building lives, steps and terms costs beside the ledger is told too.
"""

from datetime import timedelta
from functools import partial

from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from bench.company import build
from bench.history import tell_five_years
from bench.rows import Row, median, seconds_of
from customers.models import SubscriptionVersion
from lib.days import today
from lib.periods import month_of
from metrics.models import CustomerLife
from metrics.question import Question
from metrics.retention.cohorts import Measure, triangle
from metrics.retention.fitted import fitted_to
from metrics.retention.survival import survival_curve
from metrics.revenue.ledger import rebuild_movements
from metrics.revenue.months import rebuild_months

ROUNDS = 7
TRIANGLE_MS, CURVE_SECONDS, PAGE_MS = 500, 2, 300


def run(scale: float) -> list[Row]:
    build(scale)
    newest = today() - timedelta(days=1)
    tell_five_years(newest)
    rebuild_movements(through=newest)
    rebuild_months(through=newest)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    if not CustomerLife.objects.exists():
        raise SystemExit("nobody ever paid: the bench measured nothing")
    question = Question(period=month_of(newest.replace(day=1) - timedelta(days=1)), today=today())
    return [*_figures(question), *_pages(question)]


def _figures(question: Question) -> list[Row]:
    lives, facts = CustomerLife.objects.count(), SubscriptionVersion.objects.count()
    rows = []
    measures: tuple[Measure, ...] = ("logo", "net")
    for measure in measures:
        read = partial(triangle, question, measure, months=60)
        taken = [seconds_of(read) for _ in range(ROUNDS)]
        name = f"triangle of 60 months, {measure}, {facts:,} versions"
        rows.append(Row(name, 1000 * median(taken), TRIANGLE_MS, "ms", 1))
    taken = [seconds_of(lambda: fitted_to(survival_curve(question))) for _ in range(ROUNDS)]
    name = f"Kaplan-Meier and sBG of {lives:,} customers"
    return [*rows, Row(name, median(taken), CURVE_SECONDS, "s", 1)]


def _pages(question: Question) -> list[Row]:
    lead = User.objects.filter(role=Role.LEAD).first() or User.objects.create(
        email="bench-lead@example.com", role=Role.LEAD, password="!"
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(lead)
    rows = []
    for name in ("retention", "churn"):
        address = f"{reverse(f'metrics:{name}')}?{question.address}"
        if browser.get(address).status_code != 200:
            raise SystemExit(f"{address} did not answer")
        taken = [seconds_of(partial(browser.get, address)) for _ in range(ROUNDS)]
        rows.append(Row(f"page {name}", 1000 * median(taken), PAGE_MS, "ms", 1))
    return rows
