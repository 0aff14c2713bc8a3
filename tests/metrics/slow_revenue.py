"""The slow and obvious twin of metrics/revenue: one customer, day after day, in Python."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise

from lib.days import add_months

PERIODS = {"day": 365, "week": 52, "month": 12, "year": 1}
LIMIT = 30


@dataclass(frozen=True)
class Discount:
    starts_on: date
    ends_on: date | None
    percent: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class Version:
    """Versions of one subscription are compared by `effective_on`, then by their order."""

    subscription: int
    effective_on: date
    price: Decimal
    quantity: Decimal
    interval: str
    interval_count: int
    currency: str
    trial_ends_on: date | None = None
    paused_on: date | None = None
    resumes_on: date | None = None
    ends_on: date | None = None
    past_due_since: date | None = None
    discounts: tuple[Discount, ...] = field(default=())


Rates = dict[tuple[str, date], Decimal]
Line = tuple[date, str, Decimal]


def twelve(figure: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return figure.quantize(Decimal("1e-12"), rounding=ROUND_HALF_UP)


def in_force(versions: list[Version], subscription: int, day: date) -> Version | None:
    ruling = None
    known = [v for v in versions if v.subscription == subscription and v.effective_on <= day]
    for version in known:
        if ruling is None or version.effective_on >= ruling.effective_on:
            ruling = version
    return ruling


def counts(version: Version, day: date) -> bool:
    if version.ends_on and version.ends_on <= day:
        return False
    if version.trial_ends_on and version.trial_ends_on > day:
        return False
    is_back = version.resumes_on is not None and version.resumes_on <= day
    if version.paused_on and version.paused_on <= day and not is_back:
        return False
    if version.past_due_since is None:
        return True
    return (day - version.past_due_since).days <= LIMIT


def lasts(discount: Discount, day: date) -> bool:
    if discount.starts_on > day or (discount.ends_on and discount.ends_on <= day):
        return False
    return discount.ends_on is None or discount.ends_on > add_months(discount.starts_on, 1)


def native(version: Version | None, day: date) -> Decimal:
    if version is None or not counts(version, day):
        return Decimal(0)
    lasting = [d for d in version.discounts if lasts(d, day)]
    with localcontext() as context:
        context.prec = 60
        a_year = Decimal(PERIODS[version.interval]) / version.interval_count
        gross = version.price * version.quantity * PERIODS[version.interval]
        percent = 100 - sum((d.percent or Decimal(0) for d in lasting), Decimal(0))
        off = sum((d.amount or Decimal(0) for d in lasting), Decimal(0)) * a_year
        return max(Decimal(0), twelve(gross * percent / (100 * version.interval_count) - off))


def rate(rates: Rates, currency: str, day: date) -> Decimal:
    if currency == "JPY":
        return Decimal(1)
    months = [month for code, month in rates if code == currency and month <= day]
    return rates[currency, max(months)] if months else Decimal(0)


def book(versions: list[Version], rates: Rates, held: date, day: date) -> Decimal:
    """What was held at the end of one day, at the rates of another."""
    total = Decimal(0)
    for subscription in {v.subscription for v in versions}:
        now = in_force(versions, subscription, held)
        total += twelve(native(now, held) * rate(rates, now.currency, day)) if now else 0
    return total


def made_of(versions: list[Version], held: date) -> dict[str, Decimal]:
    """What is paid at the end of a day, by currency."""
    parts: dict[str, Decimal] = {}
    for subscription in {v.subscription for v in versions}:
        now = in_force(versions, subscription, held)
        if now and (worth := native(now, held)):
            parts[now.currency] = parts.get(now.currency, Decimal(0)) + worth
    return parts


def has_ended(versions: list[Version], day: date) -> bool:
    """Nothing runs on a day: no pause, no debt, no trial, nothing free."""
    ruling = [in_force(versions, subscription, day) for subscription in {
        v.subscription for v in versions}]  # fmt: skip
    return all(v is None or (v.ends_on is not None and v.ends_on <= day) for v in ruling)


def held_days(versions: list[Version], days: list[date], merged_gap: int) -> dict[date, date]:
    """Of each day the day whose contracts count: in a short gap the last that was paid for."""
    held = {day: day for day in days}
    paid = [day for day in days if any(
        native(in_force(versions, v.subscription, day), day) > 0 for v in versions)]  # fmt: skip
    for last, back in pairwise(paid):
        gap = [day for day in days if last < day < back]
        if len(gap) <= merged_gap and all(has_ended(versions, day) for day in gap):
            held |= dict.fromkeys(gap, last)
    return held


def kind_of(total: Decimal, revalued: Decimal, has_paid: bool) -> str:
    if total > revalued:
        return "expansion" if revalued > 0 else "reactivation" if has_paid else "new"
    return "contraction" if total > 0 else "churn"


def ledger(
    versions: list[Version], rates: Rates, start: date, through: date, merged_gap: int = 0
) -> list[Line]:
    """Every movement of one customer, day by day."""
    lines: list[Line] = []
    before, has_paid = Decimal(0), False
    days = [start + timedelta(days=n) for n in range(-1, (through - start).days + 1)]
    held = held_days(versions, days, merged_gap)
    for eve, day in pairwise(days):
        total = book(versions, rates, held[day], day)
        revalued = book(versions, rates, held[eve], day)
        if revalued != before:
            lines.append((day, "fx", revalued - before))
        if total != revalued:
            lines.append((day, kind_of(total, revalued, has_paid), total - revalued))
        stays = before == revalued == total > 0
        if stays and made_of(versions, held[eve]) != made_of(versions, held[day]):
            lines.append((day, "fx", Decimal(0)))
        before, has_paid = total, has_paid or total > 0
    return sorted(lines)
