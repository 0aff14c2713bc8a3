"""What the invented company spends: a team, tools, campaigns, sales; and what an hour costs."""

from datetime import date
from decimal import Decimal
from random import Random

from customers.models import CostLine, Customer, RoleRate
from lib.days import add_months, day_start, month_start
from metrics.assumptions import Name
from metrics.demo.story import MONTHS
from metrics.demo.writing import Cast
from metrics.models import Assumption

# Kind, what for, yen a month in the first year, share for keeping, share for winning.
MONTHLY = [
    ("salaries", "CSチームの給与 / CS salaries", 2_400_000, ("1", "0")),
    ("support", "サポートの給与 / Support salaries", 1_500_000, ("0.5", "0")),
    ("tools", "CSツール / CS tools", 180_000, ("1", "0")),
    ("programme", "導入後トレーニング / Customer training", 240_000, ("1", "0")),
    ("campaign", "活用ニュースレター / Newsletter", 90_000, ("1", "0")),
    ("sales", "新規営業 / New-customer sales", 2_900_000, ("0.1", "0.9")),
    ("sales", "広告 / Advertising", 1_300_000, ("0", "1")),
]
HOURLY = {"csm": 5_200, "lead": 7_800, "admin": 6_500}
EVENTS = [("ユーザー会 / User conference", 3_200_000, ("0.7", "0.3"))]


def write_costs(today: date, cast: Cast, chance: Random) -> None:
    """A line for each month and kind; spending grows with the company. Once a year a conference."""
    first = add_months(month_start(today), -MONTHS)
    lines = []
    for n in range(MONTHS + 1):
        month = add_months(first, n)
        for kind, label, yen, shares in MONTHLY:
            grown = yen * (1 + n / MONTHS) * chance.uniform(0.94, 1.06)
            lines.append(_line((kind, label), (month, add_months(month, 1)), grown, shares))
        if month.month == 9:
            lines += [
                _line(("campaign", label), (month, month.replace(day=4)), yen, shares)
                for label, yen, shares in EVENTS
            ]
    for line in lines:
        line.author = cast.lead
    CostLine.objects.bulk_create(lines)
    RoleRate.objects.bulk_create(
        RoleRate(role=role, effective_on=first, hourly=hourly) for role, hourly in HOURLY.items()
    )
    borders = {Name.HIGH_TOUCH_FROM: 6_000_000, Name.LOW_TOUCH_FROM: 1_500_000}
    Assumption.objects.bulk_create(
        Assumption(name=name, effective_on=first, value=value, author=cast.lead,
                   created_at=day_start(first))
        for name, value in borders.items()
    )  # fmt: skip


def write_programmes(customers: list[Customer], today: date, chance: Random) -> None:
    """Some customers had something of their own: an on-site training, a discount to stay."""
    start = add_months(month_start(today), -6)
    CostLine.objects.bulk_create(
        _line(("programme", "オンサイト研修 / On-site training"), (start, add_months(start, 3)),
              chance.choice([120_000, 240_000, 360_000]), ("1", "0"), customer)
        for customer in chance.sample(customers, min(12, len(customers)))
    )  # fmt: skip


def _line(
    named: tuple[str, str], days: tuple[date, date], yen: float, shares: tuple[str, str],
    customer: Customer | None = None,
) -> CostLine:  # fmt: skip
    """`named` are kind and label, `shares` those for keeping and for winning.

    It was entered on its first day, so that it was known then.
    """
    return CostLine(
        kind=named[0], label=named[1], starts_on=days[0], until=days[1],
        amount=round(Decimal(yen)), currency="JPY", retention_share=Decimal(shares[0]),
        acquisition_share=Decimal(shares[1]), customer=customer, created_at=day_start(days[0]),
    )  # fmt: skip
