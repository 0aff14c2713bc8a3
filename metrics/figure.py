"""A figure: a value that carries everything needed to believe it (GEN-1, GEN-5, GEN-7).

`value = numerator / denominator` wherever both are given, exact and unrounded: shares are 0 to 1,
NPS is in points, money in the currency the figure names. An undefined figure has no value but a
reason; it is never 0.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from lib.rates import Rate
from metrics.intervals import FEWEST_FOR_A_PERCENTAGE, WIDEST_NPS, WIDEST_SHARE, Interval

Number = Decimal | int

# Why there is no figure. Every reason a figure may give stands here.
REASONS: dict[str, Promise] = {
    "no_data": _("Nothing to count in this period."),
    "no_start": _("Nobody paid before the period began."),
    "no_losses": _("Nothing was lost, so there is nothing to divide by."),
    "zero_churn": _("Nobody left, so the lifetime has no known end."),
    "nobody_retained": _("No customer was kept through the period."),
    "nobody_won": _("No new customer was won in the period."),
    "never": _("There is no margin, so the cost is never paid back."),
    "no_seats": _("No seats are under contract."),
    "nobody_eligible": _("Nobody could adopt it."),
    "no_contracts": _("No contract ended in the period."),
    "no_cost_lines": _("No costs are entered for the period."),
    "no_costs_of_keeping": _("None of the costs of the period are for keeping customers."),
    "no_costs_of_winning": _("None of the costs of the period are for winning customers."),
    "no_costs_of_serving": _("No hourly cost and no cost of a single customer is entered."),
    "no_lifetime": _(
        "They bought, but none was a customer at a month's start: no lifetime is known."
    ),
    "too_few": _("Too few customers for a model."),
    "of_whole_company": _("Costs of the whole company belong to no group of customers."),
    "no_rate": _("No exchange rate is entered for this currency."),
    "not_whole_months": _("Only whole months that divide a year can be extrapolated to one."),
    "too_short": _("Too few customers have been watched for so long."),
    "not_reached": _("More than half are still there."),
    "before_first_use": _("No use of the product is known up to that day."),
    "not_concluded": _("Engagement is kept for the last night and for ends of months."),
    "not_over": _("The period is not over."),
    "not_by_parent": _("This figure is not counted by parent. Ask for it as billed."),
    "too_many_families": _("Counting by parent takes too long. Ask as billed."),
    "too_long_ago": _(
        "Working out what was known then takes too long. Ask as known on a later day."
    ),
}
FLAGS: dict[str, Promise] = {
    "insufficient_n": _("Fewer than 5: no share is shown."),
    "low_confidence": _("Few cases: the range is wide."),
    "maturing": _("Still open: answers may come."),
    "estimate": _("An estimate by a model."),
    "in_grace": _("Some may still be renewed late."),
    "extrapolation": _("An extrapolation: it supposes that every month is like this one."),
    "over_deployed": _("More active people than seats."),
    "minutes_without_cost": _("Minutes of roles without an hourly cost are not in it."),
    "so_far": _("so far"),
}


def undefined_in_words() -> str:
    return pgettext("a figure that is not defined", "n/a")


class Later(Mapping[str, "Number | float | None"]):
    """Parts that are dear to work out, and are so only when somebody looks at them."""

    def __init__(self, work_out: Callable[[], Mapping[str, "Number | float | None"]]) -> None:
        self._work_out = work_out

    @cached_property
    def _parts(self) -> Mapping[str, "Number | float | None"]:
        return self._work_out()

    def __getitem__(self, name: str) -> "Number | float | None":
        return self._parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


@dataclass(frozen=True)
class Figure:
    """`n` is how many cases stand behind it; `parts` are other readings of the same rows."""

    value: Number | float | None
    numerator: Number | None = None
    denominator: Number | None = None
    n: int = 0
    interval: Interval | None = None
    reason: str = ""
    flag: str = ""
    parts: Mapping[str, Number | float | None] = field(default_factory=dict)

    @classmethod
    def of_share(cls, rate: Rate, interval: Interval | None = None, **more: object) -> Self:
        """A share of a counted whole, with the marks for small numbers."""
        n = int(rate.denominator)
        flag = ""
        if rate.value is not None and n < FEWEST_FOR_A_PERCENTAGE:
            flag = "insufficient_n"
        elif interval is not None and interval.width > WIDEST_SHARE:
            flag = "low_confidence"
        figure = cls.of_rate(rate, n=n, interval=interval)
        return replace(figure, flag=flag, **more)  # type: ignore[arg-type]

    @classmethod
    def of_rate(cls, rate: Rate, *, n: int, interval: Interval | None = None) -> Self:
        """A quotient, undefined for the reason the rate gives."""
        reason = "" if rate.value is not None else rate.reason or "no_data"
        return cls(rate.value, rate.numerator, rate.denominator, n, interval, reason)

    @classmethod
    def undefined(cls, reason: str, **more: object) -> Self:
        return cls(None, reason=reason, **more)  # type: ignore[arg-type]

    @property
    def reason_in_words(self) -> Promise | str:
        return REASONS[self.reason] if self.reason else ""

    @property
    def flag_in_words(self) -> Promise | str:
        return FLAGS[self.flag] if self.flag else ""

    @property
    def is_shown(self) -> bool:
        """Below five cases the operands are shown, not their share (GEN-7)."""
        return self.value is not None and self.flag != "insufficient_n"

    def marked_if_few(self) -> Self:
        """A share, marked where so few cases stand behind it that it is not shown."""
        if self.value is None or self.n >= FEWEST_FOR_A_PERCENTAGE:
            return self
        return replace(self, flag="insufficient_n")

    def flagged(self, flag: str) -> Self:
        return replace(self, flag=self.flag or flag)

    def ranged(self, interval: Interval) -> Self:
        return replace(self, interval=interval)

    def with_parts(self, work_out: Callable[[], Mapping[str, "Number | float | None"]]) -> Self:
        """With parts that are worked out when somebody looks at them."""
        return replace(self, parts=Later(work_out))

    def times(self, rate: Decimal) -> Self:
        """An amount of money in another currency; a quotient scales with its numerator.

        Its parts stay as they are: not all of them are money.
        """
        scaled = self.interval.scaled(float(rate)) if self.interval else None
        return replace(
            self,
            value=None if self.value is None else Decimal(self.value) * rate,
            numerator=None if self.numerator is None else Decimal(self.numerator) * rate,
            interval=scaled,
        )


def nps_flag(n: int, interval: Interval | None) -> str:
    """The marks of GEN-7 for a score in points."""
    if 0 < n < FEWEST_FOR_A_PERCENTAGE:
        return "insufficient_n"
    return "low_confidence" if interval and interval.width > WIDEST_NPS else ""
