"""What is asked of a figure: which days, whose customers, in which currency, as known when.

A question reads from and writes to the address of a page or of the API, so that what one person
sees another sees behind the same link. `known_on` None is the restated view: all we know today.
With a day it is answered from what had been recorded by the end of that day (GEN-4). `by_parent`
counts a family as one customer: the one above all the others (GEN-3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import BooleanField, Func, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from lib.days import day_start
from lib.embedding import embedded
from lib.money import validate_currency
from lib.paging import row_key
from lib.periods import Period, PeriodUnreadableError, month_of, period_of
from metrics.models import CustomerTrait, RevenueMovement
from metrics.once import asked_once
from metrics.revenue.latest import ON_PLAN
from metrics.traits import counted_under

Row = TypeVar("Row", bound=Model)

# In an address: those without a segment, without a CSM, without a plan.
NOBODY = "~"
NOT_A_PERIOD = _("Write a month such as 2026-10, a quarter such as 2026-Q3, a year such as 2026, "
                 "or days such as 2026-10-01..2026-10-31.")  # fmt: skip
NOT_A_DAY = _("This must be a day such as 2026-06-15.")
NOT_A_PERSON = _("This must be the number of a CSM.")
NOT_A_TOUCH = _("This must be a touch tier: high, low or tech.")
NOT_A_CURRENCY = _("This must be a currency such as JPY, USD or EUR.")
REPORTED = "reported"
NOT_A_VIEW = _("This must be “reported”, or left out.")
ONE_CLOCK = _("Ask either as reported or as known on a day.")
PARENT = "parent"
NOT_A_ROLL_UP = _("This must be “parent”, or left out.")
CLOSED_AS_BILLED = _("Closed months are reported as billed. Leave out either of the two.")
NOT_IN_PERIOD = _("This must be a day of the period that is over.")
NOT_OVER = _("The last day must not lie in the future.")


class QuestionUnclearError(ValueError):
    """What was asked cannot be read: for each name why, in words."""

    def __init__(self, faults: dict[str, Promise]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


# Ids written as PostgreSQL writes an array: they go from one statement to the next as they are.
# Of such a list PostgreSQL knows how long it is; of `IN (SELECT unnest(…))` it supposes 200 and
# looks each up in an index, be they a third of all.
LISTED = "{column} = ANY({ids}::bigint[])"


class Listed(Func):
    """`column = ANY(ids)` as a condition of a QuerySet."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


AMONG = "SELECT coalesce(array_agg(customer_id), '{{}}')::text FROM ({ruling}) m"
AMONG_PLAN = "SELECT customer_id FROM ({on_plan}) on_plan JOIN ({ruling}) r USING (customer_id)"
# Without a plan are also those who never had a contract, so that plans part all customers.
WITHOUT_PLAN = """
    SELECT customer_id FROM ({ruling}) r LEFT JOIN (
        SELECT DISTINCT ON (customer_id) customer_id, plan FROM metrics_revenuemovement
        WHERE day <= %(day)s ORDER BY customer_id, day DESC, id DESC
    ) latest USING (customer_id) WHERE coalesce(latest.plan, '') = ''
"""


def ruling_of(
    day: date, segment: str | None, csm: int | None, touch: str | None, plan: str | None = None
) -> QuerySet[CustomerTrait]:
    """The traits of those who had these at the end of a day; the plan of each is looked up."""
    ruling = counted_under(day, segment=segment, csm=csm, touch=touch)
    if plan is not None:
        lines = RevenueMovement.objects.filter(customer_id=OuterRef("customer_id"))
        latest = lines.filter(day__lte=day).order_by("-day", "-pk").values("plan")[:1]
        ruling = ruling.annotate(plan=Coalesce(Subquery(latest), Value(""))).filter(plan=plan)
    return ruling


@asked_once
def ids_of(
    day: date, segment: str | None, csm: int | None, touch: str | None, plan: str | None
) -> str:
    """Who had these traits and this plan at the end of a day, as `{1,2,…}`.

    Looked up once for a page, because each of its figures asks for them, and PostgreSQL plans
    better when it knows how many there are.
    """
    is_among_many = plan is not None and csm is None
    ruling = ruling_of(day, segment, csm, touch, None if is_among_many else plan)
    sql, values = embedded(ruling.values("customer_id"), "member")
    if is_among_many:
        among = AMONG_PLAN if plan else WITHOUT_PLAN
        sql = among.format(ruling=sql, on_plan=ON_PLAN)
        values |= {"day": day, "plan": plan}
    with connection.cursor() as cursor:
        cursor.execute(AMONG.format(ruling=sql), values)
        return str(cursor.fetchone()[0])


@dataclass(frozen=True)
class Question:
    """`today` is the reporting day it is asked on. A filter that is None lets everybody through;
    "" (or 0 for the CSM) asks for those without one.

    `segment`, `csm` and `touch` are those a customer had at the *start* of the period where the
    figure follows a start set, and at its last day otherwise. `plan` is that of the customer's
    largest subscription.
    """

    period: Period
    today: date
    known_on: date | None = None
    # The last day that counts, where somebody asks about a day within the period.
    as_of: date | None = None
    segment: str | None = None
    csm: int | None = None
    touch: str | None = None
    plan: str | None = None
    currency: str = ""
    # "reported": closed months as they were, late facts as adjustments. "" is restated.
    view: str = ""
    # A family counts as one customer, the one above all others; else each as it is billed.
    by_parent: bool = False

    @property
    def start(self) -> date:
        return self.period.start

    @property
    def end(self) -> date:
        """The first day that is not counted: a running period is counted up to yesterday."""
        stop = self.as_of + timedelta(days=1) if self.as_of else self.today
        return max(self.start, min(self.period.end, self.today, stop))

    @property
    def day(self) -> date:
        """The last day that is counted."""
        return self.end - timedelta(days=1)

    @property
    def is_running(self) -> bool:
        return self.period.end > self.end

    @property
    def is_to_come(self) -> bool:
        """None of its days has begun: there is nothing to tell of it."""
        return self.start > self.today

    @property
    def is_up_to_now(self) -> bool:
        """It runs and counts all there is so far, as what is stored of a running month does."""
        return self.period.end > self.end == self.today

    @property
    def ends_with_a_stored_month(self) -> bool:
        """What is counted ends with a month or with all there is so far.

        A day within a month that is over leaves the rest of it out; that is stored nowhere.
        """
        return self.end.day == 1 or self.is_up_to_now

    @property
    def known_before(self) -> datetime | None:
        """What was recorded before this moment is known; None for everything."""
        return day_start(self.known_on + timedelta(days=1)) if self.known_on else None

    @property
    def is_reported(self) -> bool:
        return self.view == REPORTED

    @property
    def clock(self) -> str:
        """Whose books are read: "" those that are kept; else as known on a day, as reported, or
        with families as one. All that is stored by customer or by month is of the kept ones.
        """
        clock = self.known_on.isoformat() if self.known_on else self.view
        return f"{clock} by parent".lstrip() if self.by_parent else clock

    @property
    def money(self) -> str:
        """The currency its amounts are shown in."""
        return self.currency or settings.REPORTING_CURRENCY

    @property
    def is_narrowed(self) -> bool:
        asked = (self.segment, self.csm, self.touch, self.plan)
        return any(value is not None for value in asked)

    def narrowed(self, rows: "QuerySet[Row]", day: date) -> "QuerySet[Row]":
        """The rows of the customers asked about, as of the end of a day."""
        if not self.is_narrowed:
            return rows
        return rows.filter(Listed("customer_id", Value(self._ids(day))))

    def narrowing(self, day: date, column: str = "customer_id") -> tuple[str, dict[str, Any]]:
        """`AND column = ANY(…)` for a statement of SQL, and its values; nothing for everybody."""
        if not self.is_narrowed:
            return "", {}
        name = f"members_{day:%Y%m%d}"
        listed = LISTED.format(column=column, ids=f"%({name})s")
        return f"AND {listed}", {name: self._ids(day)}

    def _ids(self, day: date) -> str:
        return ids_of(day, self.segment, self.csm, self.touch, self.plan)

    def about(self, **changes: Any) -> Self:
        """The same question about something else: `question.about(segment="Small")`."""
        return replace(self, **changes)

    def moved(self, steps: int) -> Self:
        """The same question about a period so many steps later."""
        return replace(self, period=self.period.moved(steps))

    def parameters(self) -> dict[str, str]:
        """What an address says; whatever is not asked is left out."""
        asked = {
            "period": self.period.code,
            "day": self.as_of.isoformat() if self.as_of else None,
            "known": self.known_on.isoformat() if self.known_on else None,
            "view": self.view or None,
            "roll_up": PARENT if self.by_parent else None,
            "segment": NOBODY if self.segment == "" else self.segment,
            "csm": NOBODY if self.csm == 0 else None if self.csm is None else str(self.csm),
            "touch": self.touch,
            "plan": NOBODY if self.plan == "" else self.plan,
            "currency": self.currency or None,
        }
        return {name: value for name, value in asked.items() if value is not None}

    @property
    def address(self) -> str:
        """The query of the address that asks it again."""
        return urlencode(self.parameters())


def question_of(asked: Mapping[str, str], today: date) -> Question:
    """The question an address asks; about the running month where it names no period.

    QuestionUnclearError names everything that cannot be read.
    """
    faults: dict[str, Promise] = {}
    question = Question(period=month_of(today), today=today)
    for name, read in READERS.items():
        if text := asked.get(name, "").strip():
            try:
                question = replace(question, **read(text))
            except ValueError:
                faults[name] = FAULTS.get(name, NOT_A_PERIOD)
    if question.as_of and not asked.get("period", "").strip():
        question = replace(question, period=month_of(question.as_of))
    faults |= contradictions(question)
    if faults:
        raise QuestionUnclearError(faults)
    return question


def contradictions(question: Question) -> dict[str, Promise]:
    """What each could be asked, but not together, or not yet."""
    faults: dict[str, Promise] = {}
    over = min(question.period.end, question.today)
    if question.known_on and question.known_on > question.today:
        faults["known"] = NOT_OVER
    if question.known_on and question.is_reported:
        faults["view"] = ONE_CLOCK
    if question.by_parent and question.is_reported:
        faults["roll_up"] = CLOSED_AS_BILLED
    if question.as_of and not question.start <= question.as_of < over:
        faults["day"] = NOT_IN_PERIOD
    return faults


def _csm(text: str) -> dict[str, Any]:
    key = 0 if text == NOBODY else row_key(text)
    if key is None:
        raise ValueError(text)
    return {"csm": key}


def _period(text: str) -> dict[str, Any]:
    try:
        return {"period": period_of(text)}
    except PeriodUnreadableError:
        raise ValueError(text) from None


def _currency(text: str) -> dict[str, Any]:
    code = text.upper()
    try:
        validate_currency(code)
    except ValidationError:
        raise ValueError(text) from None
    return {"currency": "" if code == settings.REPORTING_CURRENCY else code}


def _name(text: str) -> str:
    """Of a segment or a plan. No name holds a NUL, and PostgreSQL does not take one as text."""
    return "" if text == NOBODY else text.replace("\x00", "\ufffd")


def _touch(text: str) -> dict[str, Any]:
    if text not in Customer.Touch.values:
        raise ValueError(text)
    return {"touch": text}


def _view(text: str) -> dict[str, Any]:
    if text != REPORTED:
        raise ValueError(text)
    return {"view": text}


def _roll_up(text: str) -> dict[str, Any]:
    if text != PARENT:
        raise ValueError(text)
    return {"by_parent": True}


READERS: dict[str, Any] = {
    "period": _period,
    "day": lambda text: {"as_of": date.fromisoformat(text)},
    "known": lambda text: {"known_on": date.fromisoformat(text)},
    "view": _view,
    "roll_up": _roll_up,
    "segment": lambda text: {"segment": _name(text)},
    "csm": _csm,
    "touch": _touch,
    "plan": lambda text: {"plan": _name(text)},
    "currency": _currency,
}
FAULTS = {
    "period": NOT_A_PERIOD,
    "day": NOT_A_DAY,
    "known": NOT_A_DAY,
    "view": NOT_A_VIEW,
    "roll_up": NOT_A_ROLL_UP,
    "csm": NOT_A_PERSON,
    "touch": NOT_A_TOUCH,
    "currency": NOT_A_CURRENCY,
}
