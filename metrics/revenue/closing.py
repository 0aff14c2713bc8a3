"""Closing a month: its figures and its lines are written down as they are reported (GEN-4, GEN-6).

A month is closed once, when it is over and its nights are, after the month before it. One before
the first night has none: it is closed from what later nights have booked. What is frozen is the
ledger as reported: late facts about months closed before stand in it as adjustments.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from lib.days import add_months, day_start, days_between, month_start
from lib.periods import month_of
from metrics.catalogue import METRICS
from metrics.models import ClosedMonth, MonthClosing, Night, RevenueMovement
from metrics.question import REPORTED, Question
from metrics.revenue.freezing import frozen
from metrics.revenue.learned import learned_since
from metrics.revenue.ledger import book_movements
from metrics.revenue.two_clocks import as_known
from metrics.traits import begin_traits

# A row may be stamped long before its import is committed.
SLOW_IMPORTS = timedelta(hours=1)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('closed_month'))"
OPENING = """
    INSERT INTO metrics_closedline
        (closed_month_id, customer_id, day, kind, reason, plan, amount, balance)
    SELECT %(closed)s, customer_id, %(start)s, 'opening', '',
        (array_agg(plan ORDER BY day DESC, id DESC))[1], sum(amount), sum(amount)
    FROM metrics_revenuemovement WHERE day < %(start)s
    GROUP BY customer_id HAVING sum(amount) <> 0
"""
MOVED = """
    INSERT INTO metrics_closedline
        (closed_month_id, customer_id, day, kind, reason, plan, amount, balance, natives)
    SELECT %(closed)s, customer_id, day, kind, reason, plan, amount, balance, natives
    FROM metrics_revenuemovement WHERE day >= %(start)s AND day < %(end)s
    ORDER BY customer_id, day
"""
# Whatever order rows are in, the same facts give the same sums.
INPUTS = """
    SELECT 'versions', count(*), sum(hashtextextended(v::text, 0)::numeric)
    FROM customers_subscriptionversion v
    WHERE v.recorded_at < %(cut_off)s AND v.effective_on < %(end)s
    UNION ALL
    SELECT 'discounts', count(*), sum(hashtextextended(x::text, 0)::numeric)
    FROM customers_discount x JOIN customers_subscriptionversion v ON v.id = x.version_id
    WHERE v.recorded_at < %(cut_off)s AND v.effective_on < %(end)s
    UNION ALL
    SELECT 'rates', count(*),
        sum(hashtextextended(concat_ws(' ', e.currency, e.month, e.rate), 0)::numeric)
    FROM customers_exchangerate e WHERE e.recorded_at < %(cut_off)s AND e.month < %(end)s
    ORDER BY 1
"""


class MonthNotClosableError(Exception):
    """Why a month cannot be closed, in words; nothing was written."""


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way; `days` are those whose nights are not closed."""

    words: str
    days: tuple[date, ...] = ()


def nobody(percent: int) -> None:
    """Who does not watch."""


def month_in_words(month: date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


def next_month_to_close(today: date) -> date | None:
    """The month after the last closed one; at first the last month that is over.

    None while it is not over.
    """
    newest = ClosedMonth.objects.aggregate(newest=Max("month"))["newest"]
    running = today.replace(day=1)
    month = add_months(newest, 1) if newest else add_months(running, -1)
    return month if month < running else None


def first_months_to_close(today: date) -> list[date]:
    """Where nothing is closed yet: any month of the ledger that is over may be it, newest first."""
    began = RevenueMovement.objects.aggregate(first=Min("day"))["first"]
    if began is None or ClosedMonth.objects.exists():
        return []
    months, month = list[date](), month_start(began)
    while month < month_start(today):
        months.append(month)
        month = add_months(month, 1)
    return months[::-1]


def obstacle_to_closing(month: date, today: date) -> Obstacle | None:
    """Why a month cannot be closed now; None when it can."""
    words = {"month": month_in_words(month)}
    if ClosedMonth.objects.filter(month=month).exists():
        return Obstacle(_("%(month)s is closed already. What was reported stays.") % words)
    end = add_months(month, 1)
    if end > today:
        return Obstacle(_("%(month)s is not over yet.") % words)
    known = ClosedMonth.objects.aggregate(first=Min("month"), last=Max("month"))
    if known["first"] and month < known["first"]:
        return Obstacle(
            _("%(month)s lies before %(first)s, the first month that was closed. It stays open.")
            % (words | {"first": month_in_words(known["first"])})
        )
    if known["last"] and month > add_months(known["last"], 1):
        following = month_in_words(add_months(known["last"], 1))
        return Obstacle(_("Close %(following)s first.") % {"following": following})
    return _unworked(month)


def open_nights_of(month: date) -> tuple[date, ...]:
    """Days of a month that no night has closed, from the first night there ever was.

    What lies before it was never worked by night: whichever night came later has booked it.
    """
    end = add_months(month, 1)
    begun = Night.objects.aggregate(first=Min("day"))["first"] or end
    done = Night.objects.filter(state=Night.State.DONE, day__gte=month, day__lt=end)
    closed = set(done.values_list("day", flat=True))
    return tuple(day for day in days_between(max(month, begun), end) if day not in closed)


def _unworked(month: date) -> Obstacle | None:
    if not Night.objects.filter(state=Night.State.DONE).exists():
        return Obstacle(_(
            "No day was ever closed here. Press “Close what is due” under Nights, "
            "or wait for the first night."
        ))  # fmt: skip
    missing = open_nights_of(month)
    if not missing:
        return None
    named = ", ".join(day.isoformat() for day in missing[:5])
    words = _("Some days are not closed yet: %(days)s. Close them on the page of this month, "
              "or by manage.py close_day %(first)s --through %(last)s.")  # fmt: skip
    if len(missing) > 5:
        words = _(
            "Some days are not closed yet: %(days)s and more. Close them on the page of this "
            "month, or by manage.py close_day %(first)s --through %(last)s."
        )
    return Obstacle(words % {"days": named, "first": missing[0], "last": missing[-1]}, missing)


def close_month(
    month: date, *, today: date, by: User | None = None, note: Callable[[int], None] = nobody
) -> ClosedMonth:
    """Freeze a month. MonthNotClosableError says in words why not; two at once close it once.

    `note` is told how many percent are done.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
        if obstacle := obstacle_to_closing(month, today):
            raise MonthNotClosableError(obstacle.words)
        cut_off = timezone.now()
        note(5)
        _book_what_is_new(today)
        # Whoever no night has met yet is counted from now on as what it is now.
        begin_traits(today)
        note(15)
        question = Question(period=month_of(month), today=today, view=REPORTED)
        with as_known(question):
            figures = frozen_figures(question, note)
            closed = ClosedMonth.objects.create(
                month=month, closed_by=by, closed_at=cut_off, cut_off=cut_off,
                settings_used=settings_used(), inputs_hash=inputs_hash(question.end, cut_off),
                figures=figures,
            )  # fmt: skip
            note(90)
            _freeze_lines(closed, question)
        # Whoever asked for it has it, also where somebody else closed it.
        MonthClosing.objects.filter(month=month).delete()
    return closed


def _book_what_is_new(today: date) -> None:
    """Facts recorded since the last night belong to what is reported."""
    last = Night.objects.filter(state=Night.State.DONE).order_by("-day").first()
    began = last.started_at if last else None
    customers = learned_since(began - SLOW_IMPORTS if began else None)
    book_movements(customers, through=last.day if last else today - timedelta(days=1))


def _freeze_lines(closed: ClosedMonth, question: Question) -> None:
    values: dict[str, Any] = {"closed": closed.pk, "start": question.start, "end": question.end}
    with connection.cursor() as cursor:
        cursor.execute(OPENING, values)
        cursor.execute(MOVED, values)


def frozen_figures(question: Question, note: Callable[[int], None] = nobody) -> dict[str, Any]:
    """Each figure of recurring revenue with all that makes it, as JSON."""
    figures = {}
    metrics = [metric for metric in METRICS if metric.chapter == "revenue"]
    for done, metric in enumerate(metrics):
        note(20 + 70 * done // len(metrics))
        figures[metric.code] = {"version": metric.version} | frozen(metric.answer(question))
    return figures


def settings_used() -> dict[str, Any]:
    return {
        "currency": settings.REPORTING_CURRENCY,
        "time_zone": settings.REPORTING_TIME_ZONE,
        "fiscal_year_starts_in_month": settings.FISCAL_YEAR_STARTS_IN_MONTH,
        "past_due_limit_days": settings.PAST_DUE_LIMIT_DAYS,
        "paused_subscriptions_count": settings.PAUSED_SUBSCRIPTIONS_COUNT,
        "merge_gap_days": settings.MERGE_GAP_DAYS,
    }


def inputs_hash(end: date, cut_off: Any) -> str:
    """A mark of the facts recorded before a moment that bear on the days before `end`."""
    with connection.cursor() as cursor:
        cursor.execute(INPUTS, {"end": end, "cut_off": cut_off})
        rows = cursor.fetchall()
    return hashlib.sha256(repr([rows, sorted(settings_used().items())]).encode()).hexdigest()


def due_for_closing(today: date, now: Any) -> date | None:
    """The month to be closed by itself: so many days after its end, if that is wanted."""
    month = next_month_to_close(today)
    days = settings.CLOSE_MONTHS_AFTER_DAYS
    if not days or month is None:
        return None
    return month if now >= day_start(add_months(month, 1) + timedelta(days=days)) else None
