"""What happened at the invented company, month by month for each customer.

Every customer has a hidden mood. Mood drives how many seats are used, how contacts answer and
how many tickets they open; low mood, short tenure and bad answers raise the risk of leaving.
So a health score that reads usage and answers has something to find, and noise to miss.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from lib.days import add_months
from metrics.demo import names

MONTHS = 36
PRICES = {"Starter": 1200, "Pro": 2400, "Enterprise": 4800}
PER_YEN = {"JPY": Decimal(1), "USD": Decimal("0.0075"), "EUR": Decimal("0.0065")}
MOOD_MEMORY = 0.82
CHURN_REASONS_BY_CAUSE = {
    "unhappy": ["support", "product", "competitor"],
    "unused": ["no_use", "budget", "price"],
}


@dataclass
class Version:
    """A state of the contract from a day on."""

    effective_on: date
    plan: str
    price: Decimal
    seats: int
    ends_on: date | None = None
    reason: str = ""


@dataclass
class MonthOfLife:
    """One month of a customer: mood -2..2, share of seats in use, answer if one was given."""

    starts_on: date
    mood: float
    use: float
    tickets: int


@dataclass
class Life:
    """One customer from its first day to the last, or until today."""

    number: int
    name: str
    kana: str
    domain: str
    industry: str
    is_japanese: bool
    currency: str
    country: str
    touch: str
    segment: str
    interval: str
    started_on: date
    trial_days: int
    discount_percent: int
    versions: list[Version] = field(default_factory=list)
    months: list[MonthOfLife] = field(default_factory=list)
    churned_on: date | None = None
    churn_reason: str = ""
    is_past_due: bool = False

    @property
    def language(self) -> str:
        return "ja" if self.is_japanese else "en"

    def mood_on(self, day: date) -> float:
        """The mood of the month a day lies in."""
        moods = [month.mood for month in self.months if month.starts_on <= day]
        return moods[-1] if moods else 0.0

    def use_on(self, day: date) -> float:
        """Share of seats in use, sliding between months and fading before the end."""
        place = bisect_right(self.months, day, key=lambda month: month.starts_on)
        if not place or (self.churned_on and day >= self.churned_on):
            return 0.0
        fading = 1.0
        if self.churned_on and (left := (self.churned_on - day).days) < 60:
            fading = 0.25 + 0.75 * left / 60
        return self.months[place - 1].use * fading


def tell(count: int, today: date, seed: int) -> list[Life]:
    """`count` lives that end today or earlier; equal arguments tell the same story."""
    random = Random(seed)
    return [_live(_born(number, today, random), today, random) for number in range(count)]


def _born(number: int, today: date, random: Random) -> Life:
    is_japanese = number % 5 < 3
    name, kana, domain, industry = names.company(number)
    size = random.choices(["small", "mid", "large"], [55, 33, 12])[0]
    age_months = int(MONTHS * random.random())
    currency = "JPY" if is_japanese else random.choice(["USD", "USD", "EUR"])
    return Life(
        number=number, name=name, kana=kana, domain=domain, industry=industry,
        is_japanese=is_japanese, currency=currency,
        country="JP" if is_japanese else {"USD": "US", "EUR": "DE"}[currency],
        touch={"small": "tech", "mid": "low", "large": "high"}[size],
        segment={"small": "SMB", "mid": "Mid-market", "large": "Enterprise"}[size],
        interval=random.choices(["month", "year"], [45, 55] if size == "small" else [15, 85])[0],
        started_on=add_months(today, -age_months) - timedelta(days=random.randrange(28)),
        trial_days=random.choice([0, 0, 14, 30]),
        discount_percent=random.choices([0, 10, 20], [70, 20, 10])[0],
    )  # fmt: skip


def _live(life: Life, today: date, random: Random) -> Life:
    base = random.gauss(0.45, 0.75)
    mood = random.gauss(base, 0.5)
    plan = {"SMB": "Starter", "Mid-market": "Pro", "Enterprise": "Enterprise"}[life.segment]
    seats = {"SMB": random.randint(3, 20), "Mid-market": random.randint(20, 90),
             "Enterprise": random.randint(90, 420)}[life.segment]  # fmt: skip
    life.versions.append(_version(life, life.started_on, plan, seats))
    for month in range(MONTHS + 1):
        starts_on = add_months(life.started_on, month)
        if starts_on > today:
            break
        mood = MOOD_MEMORY * mood + (1 - MOOD_MEMORY) * base + random.gauss(0, 0.38)
        use = min(0.97, max(0.04, 1 / (1 + math.exp(-1.3 * mood)) + random.gauss(0, 0.05)))
        tickets = sum(random.random() < 0.18 * (1.6 - use) for _ in range(4))
        life.months.append(MonthOfLife(starts_on, mood, use, tickets))
        if _leaves(life, month, mood, use, random) and _end(life, starts_on, today, mood, random):
            return life
        seats = _change_seats(life, starts_on, month, mood, seats, random)
        if life.interval == "year" and month and month % 12 == 0:
            life.versions.append(_version(life, starts_on, plan, seats, "renewed"))
    life.is_past_due = random.random() < 0.05
    return life


def _version(life: Life, day: date, plan: str, seats: int, reason: str = "") -> Version:
    a_month = Decimal(PRICES[plan]) * PER_YEN[life.currency]
    price = a_month * 10 if life.interval == "year" else a_month
    places = Decimal(1) if life.currency == "JPY" else Decimal("0.01")
    return Version(day, plan, price.quantize(places), seats, reason=reason)


def _leaves(life: Life, month: int, mood: float, use: float, random: Random) -> bool:
    """A yearly contract may only be left at its end, a monthly one every month."""
    if month == 0 or (life.interval == "year" and month % 12):
        return False
    risk = -3.5 - 1.5 * mood - 1.8 * (use - 0.5) - 0.35 * math.log(month + 1)
    if life.interval == "year":
        risk += 1.9
    return random.random() < 1 / (1 + math.exp(-risk))


def _end(life: Life, day: date, today: date, mood: float, random: Random) -> bool:
    """False when the notice ends after today: the contract still runs, but its end is known."""
    last = life.versions[-1]
    ends_on = day + timedelta(days=30 if life.interval == "month" else 45)
    closing = Version(day, last.plan, last.price, last.seats, ends_on=ends_on, reason="cancelled")
    life.versions.append(closing)
    cause = "unhappy" if mood < -0.2 else "unused"
    life.churn_reason = random.choice(CHURN_REASONS_BY_CAUSE[cause])
    if ends_on <= today:
        life.churned_on = ends_on
    return True


def _change_seats(
    life: Life, day: date, month: int, mood: float, seats: int, random: Random
) -> int:
    """Happy customers grow now and then, unhappy ones shrink."""
    if month < 2:
        return seats
    if mood > 0.7 and random.random() < 0.07:
        grown = seats + max(1, int(seats * random.uniform(0.1, 0.4)))
        life.versions.append(_version(life, day, life.versions[-1].plan, grown, "more_seats"))
        return grown
    if mood < -0.4 and seats > 4 and random.random() < 0.08:
        shrunk = seats - max(1, int(seats * random.uniform(0.1, 0.3)))
        life.versions.append(_version(life, day, life.versions[-1].plan, shrunk, "fewer_seats"))
        return shrunk
    return seats
