"""What a program from outside makes of the contracts: balances day by day, and all that follows.

Written from the definitions, with no regard for speed and no look at the product.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from tests.metrics.outside.company import FIRST, TODAY, Files, Row, following

DAY = timedelta(days=1)
Figures = dict[str, Fraction | float | None]


def share(above: Fraction | int, below: Fraction | int) -> Fraction | None:
    return Fraction(above) / Fraction(below) if below else None


@dataclass
class Steps:
    """What the days of a month brought: amounts by kind, and who was new."""

    amounts: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    new: int = 0


class Books:
    """Balances of every customer at the end of every day, in its own currency."""

    def __init__(self, files: Files) -> None:
        self.lines: dict[str, list[Row]] = defaultdict(list)
        for line in files["subscriptions"]:
            self.lines[line["customer id"]].append(line)
        self.currency = {row["id"]: row["currency"] for row in files["customers"]}
        self.rates = {row["month"][:7]: Fraction(row["rate"]) for row in files["exchange_rates"]}
        days = (TODAY - FIRST).days + 1
        self.days = [FIRST - DAY + n * DAY for n in range(days + 1)]
        self.months: dict[date, Steps] = {}
        self.native = {
            customer: {day: self.sum_of(customer, "mrr", day) for day in self.days}
            for customer in self.currency
        }
        self.first_paid = {
            customer: next((day for day in self.days if native[day]), None)
            for customer, native in self.native.items()
        }

    def ruling(self, customer: str, day: date) -> list[Row]:
        """Of each contract the line that started last, while it lasts."""
        found: dict[str, Row] = {}
        for line in self.lines[customer]:
            if line["start date"] <= day:
                former = found.get(line["id"])
                if former is None or line["start date"] >= former["start date"]:
                    found[line["id"]] = line
        return [ln for ln in found.values() if not ln["end date"] or ln["end date"] > day]

    def sum_of(self, customer: str, what: str, day: date) -> Fraction:
        return Fraction(sum(line[what] for line in self.ruling(customer, day)))

    def rate(self, currency: str, day: date) -> Fraction:
        return self.rates[f"{day:%Y-%m}"] if currency == "USD" else Fraction(1)

    def value(self, customer: str, day: date, at: date | None = None) -> Fraction:
        """MRR in yen, at the rates of another day if told."""
        return self.native[customer][day] * self.rate(self.currency[customer], at or day)

    def paying(self, day: date) -> list[str]:
        return [customer for customer in self.currency if self.native[customer][day] > 0]

    def total(self, day: date) -> Fraction:
        return sum((self.value(c, day) for c in self.currency), Fraction())

    def joined_on(self, customer: str, until: date) -> date | None:
        first = self.first_paid[customer]
        return first if first and first <= until else None

    def steps(self, month: date) -> Steps:
        if month in self.months:
            return self.months[month]
        found = self.months[month] = Steps()
        inside = [day for day in self.days if month <= day < following(month)]
        for customer in self.currency:
            native = self.native[customer]
            for day in inside:
                if day.day == 1 or native[day] != native[day - DAY]:
                    self._step(found, customer, day)
        return found

    def _step(self, found: Steps, customer: str, day: date) -> None:
        before = self.value(customer, day - DAY, at=day)
        found.amounts["fx"] += before - self.value(customer, day - DAY)
        change = self.value(customer, day) - before
        has_paid = self.joined_on(customer, day - DAY) is not None
        if change > 0:
            kind = "expansion" if before else "reactivation" if has_paid else "new"
        else:
            kind = "contraction" if change + before else "churned"
        found.amounts[kind] += abs(change)
        found.new += kind == "new"


def money(books: Books, month: date) -> Figures:
    """The figures of a month that need its two ends and its steps."""
    last, before = following(month) - DAY, month - DAY
    start, end = books.paying(before), books.paying(last)
    lost = [customer for customer in start if customer not in end]
    opening = sum((books.value(c, before, at=last) for c in start), Fraction())
    kept = sum((books.value(c, last) for c in start), Fraction())
    least = sum((min(books.value(c, before, at=last), books.value(c, last)) for c in start),
                Fraction())  # fmt: skip
    steps, total, churn = books.steps(month), books.total(last), share(len(lost), len(start))
    amounts = steps.amounts
    gains = amounts["new"] + amounts["expansion"] + amounts["reactivation"]
    losses = amounts["contraction"] + amounts["churned"]
    inside = [d for d in books.days if month <= d <= last]
    return {
        "mrr": total, "arr": 12 * total, "paying_customers": Fraction(len(end)),
        "arpa": share(total, len(end)), "cmrr": committed(books, last),
        "nrr": share(kept, opening), "grr": share(least, opening),
        "net_revenue_churn": share(opening - kept, opening),
        "gross_revenue_churn": share(losses, opening),
        "logo_churn": churn, "logo_retention": None if churn is None else 1 - churn,
        "annualised_churn": None if churn is None else 1 - (1 - churn) ** 12,
        "early_churn": Fraction(sum(
            c not in start and c not in end and any(books.native[c][d] for d in inside)
            for c in books.currency)),
        "quick_ratio": share(gains, losses), "new_customer_price": share(amounts["new"], steps.new),
        **{f"{kind}_mrr": amounts[kind] for kind in
           ("new", "expansion", "contraction", "churned", "reactivation", "fx")},
    }  # fmt: skip


def committed(books: Books, day: date) -> Fraction:
    """Without contracts whose end is known. Nothing to come was known before the files came."""
    return sum((
        Fraction(line["mrr"]) * books.rate(books.currency[c], day)
        for c in books.currency for line in books.ruling(c, day) if not line["end date"]
    ), Fraction())  # fmt: skip


def cohorts(books: Books, month: date) -> Figures:
    """Of all who joined twelve whole months ago or before: who pays at that age, and how much."""
    joined = {c: books.joined_on(c, TODAY) for c in books.currency}
    kept, whole, net, gross, value = 0, 0, Fraction(), Fraction(), Fraction()
    for customer, day in joined.items():
        if day is None:
            continue
        age_12 = day.replace(year=day.year + 1, day=1)
        if age_12 > month:
            continue
        then = books.value(customer, following(age_12) - DAY, at=day)
        first = books.value(customer, day)
        kept, whole, value = kept + (then > 0), whole + 1, value + first
        net, gross = net + then, gross + min(then, first)
    return {"cohort_retention": share(kept, whole), "cohort_net_revenue": share(net, value),
            "cohort_gross_revenue": share(gross, value)}  # fmt: skip


def triangles(books: Books, last: date) -> dict[tuple[str, str, str, int], Fraction]:
    """By metric, variant, cohort and age: what is kept at the end of each month up to one."""
    sums: dict[tuple[str, str, str, int], list[Fraction]] = {}
    for customer in books.currency:
        day = books.joined_on(customer, TODAY)
        month, age, alive = day.replace(day=1) if day else following(last), 0, True
        while month <= last:
            then = books.value(customer, following(month) - DAY, at=day)
            first, alive = books.value(customer, day), alive and then > 0
            for variant, value in (("status", then), ("survival", then if alive else Fraction())):
                for code, kept, whole in (
                    ("cohort_retention", Fraction(value > 0), Fraction(1)),
                    ("cohort_net_revenue", value, first),
                    ("cohort_gross_revenue", min(value, first), first),
                ):
                    cell = sums.setdefault((code, variant, f"{day:%Y-%m}", age), [Fraction()] * 2)
                    sums[code, variant, f"{day:%Y-%m}", age] = [cell[0] + kept, cell[1] + whole]
            month, age = following(month), age + 1
    return {cell: kept / whole for cell, (kept, whole) in sums.items()}


def lives(books: Books, day: date) -> list[tuple[int, bool]]:
    """Of who ever paid: months watched and whether lost; a loss counts for the month it is in."""
    found = []
    for customer in books.currency:
        joined = books.joined_on(customer, day)
        if joined is None:
            continue
        seen = [d for d in books.days if joined <= d <= day]
        gone = next((d for d in seen if not books.native[customer][d]), None)
        exact = months_between(joined, gone or day + DAY)
        found.append((ceil(exact) if gone else int(exact), gone is not None))
    return [(months, is_lost) for months, is_lost in found if months > 0]


def months_between(first: date, then: date) -> float:
    """Whole months of one's own, and half of one more where there is a rest."""
    whole = (then.year - first.year) * 12 + then.month - first.month
    end_of_month = (following(then) - DAY).day
    due = min(first.day, end_of_month)
    return whole - 0.5 if then.day < due else whole + 0.5 if then.day > due else float(whole)


def survival(books: Books, month: date) -> Figures:
    """Kaplan-Meier by hand; a point with fewer than ten at risk is not shown."""
    watched = lives(books, following(month) - DAY)
    curve, alive = [Fraction(1)], Fraction(1)
    for age in range(1, 61):
        at_risk = [life for life in watched if life[0] >= age]
        dying = sum(life == (age, True) for life in watched)
        alive *= 1 - (share(dying, len(at_risk)) or 0)
        curve.append(alive)
    longest = min(60, max((months for months, _lost in watched), default=0))
    found: Figures = {
        f"survival_{age}": curve[age] if sum(m >= age for m, _l in watched) >= 10 else None
        for age in (12, 24)
    }
    found["median_lifetime"] = next(
        (Fraction(age) for age, s in enumerate(curve) if s <= Fraction(1, 2)), None)  # fmt: skip
    found["mean_lifetime"] = sum(curve[:longest], Fraction()) if watched else None
    return found
