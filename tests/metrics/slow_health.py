"""The slow and obvious twin of metrics/health: one customer, read by ORM, judged in Python."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from customers.models import Customer
from lib.days import day_bounds, local_day
from metrics.models import DailyUsage, PersonDay, Scorecard
from surveys.models import Response

Inputs = dict[str, Decimal | None]


def rounded(figure: Decimal, places: int) -> Decimal:
    return figure.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def days_before(day: date, length: int) -> list[date]:
    return [day - timedelta(days=n) for n in range(length)]


def usage_of(customer: Customer, day: date) -> tuple[int, int, int, bool]:
    """Uses in 28 days and in the 28 before, people in 28 days, whether there was any use ever."""
    rows = [u for u in DailyUsage.objects.filter(customer_id=customer.pk) if u.day <= day]
    recent, earlier = set(days_before(day, 28)), set(days_before(day, 56)[28:])
    now = [u for u in rows if u.day in recent]
    people = {p.person for p in PersonDay.objects.filter(customer_id=customer.pk)
              if p.day in recent}  # fmt: skip
    busiest = max([len(people), *(u.active_people for u in now)])
    before = sum(u.event_count for u in rows if u.day in earlier)
    return sum(u.event_count for u in now), before, busiest, bool(rows)


def contracts(customer: Customer, day: date) -> list:
    """The latest version in force of each subscription, without those that ended."""
    latest = [s.versions.filter(effective_on__lte=day).last() for s in
              customer.subscriptions.all()]  # fmt: skip
    return [v for v in latest if v and not (v.ends_on and v.ends_on <= day)]


def days_past_due(customer: Customer, day: date) -> int:
    unpaid = [p.due_on for p in customer.purchases.all() if p.is_overdue_on(day)]
    behind = [v.past_due_since for v in contracts(customer, day)
              if v.past_due_since and v.past_due_since <= day]  # fmt: skip
    return max([(day - since).days for since in unpaid + behind], default=0)


def inputs_of(customer: Customer, day: date) -> Inputs:
    now, before, people, ever = usage_of(customer, day)
    is_young = customer.started_on and customer.started_on > day - timedelta(days=55)
    seats = sum((v.quantity for v in contracts(customer, day) if not v.paused_on), Decimal(0))
    end = day_bounds(day)[1]
    touches = [local_day(t.happened_at) for t in customer.touchpoints.exclude(kind="note")
               if t.happened_at < end]  # fmt: skip
    answers = Response.objects.filter(
        customer=customer, answered_at__lt=end, answered_at__gte=end - timedelta(days=365)
    ).exclude(grade="suspect")
    answer = answers.order_by("answered_at", "pk").last()
    urgent = [t for t in customer.tickets.filter(priority="urgent") if t.opened_at < end
              and (t.closed_at is None or t.closed_at >= end)]  # fmt: skip
    has_bought = customer.purchases.exists() or customer.subscriptions.exists()
    return {
        "usage_trend": rounded(Decimal(now - before) / before, 6)
        if before and not is_young else None,
        "active_share": rounded(people / seats, 6)
        if ever and seats and (people or not now) else None,
        "days_since_touch": Decimal((day - max(touches)).days) if touches else None,
        "last_nps": Decimal(answer.score) if answer else None,
        "urgent_tickets": Decimal(len(urgent)),
        "days_past_due": Decimal(days_past_due(customer, day)) if has_bought else None,
    }  # fmt: skip


def score_of(inputs: Inputs, scorecard: Scorecard) -> tuple[Decimal | None, Decimal]:
    """The uncapped score and the coverage."""
    weighed, present, whole = Decimal(0), Decimal(0), Decimal(0)
    for measure, figure in inputs.items():
        borders = {word: Decimal(text) for word, text in scorecard.measures[measure].items()}
        whole += borders["weight"]
        if figure is not None:
            span = borders["best"] - borders["worst"]
            scaled = min(Decimal(100), max(Decimal(0), 100 * (figure - borders["worst"]) / span))
            weighed += rounded(scaled, 6) * borders["weight"]
            present += borders["weight"]
    score = rounded(weighed / present, 2) if present * 2 >= whole else None
    return score, rounded(present / whole, 3)


def champion_left(customer: Customer, day: date) -> bool:
    champions = list(customer.contacts.filter(role="champion"))
    end = day_bounds(day)[1]
    return bool(champions) and all(c.left_at and c.left_at < end for c in champions)


def capped(score: Decimal | None, customer: Customer, day: date) -> Decimal | None:
    in_force = contracts(customer, day)
    is_ending = bool(in_force) and all(v.ends_on for v in in_force)
    is_held = is_ending or days_past_due(customer, day) > 30 or champion_left(customer, day)
    if score is not None and is_held:
        return min(score, Decimal(39))
    return score
