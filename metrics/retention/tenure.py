"""How long those who paid before a period had been customers by then, in bands (REV-3).

Counted in whole months from the month they joined to the first month of the period. A stored month
end says so for those asked about; on another clock the steps of cohorts do.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from metrics.question import Question
from metrics.retention.cohorts import months_between
from metrics.retention.reading import steps
from metrics.revenue.ledger import ledger_of
from metrics.revenue.month_sums import TENURES
from metrics.revenue.start_set import chosen_by
from metrics.revenue.stock import is_booked
from metrics.revenue.two_clocks import as_known
from metrics.revenue.value import value_parameters

# Those who paid before the period by how long they had been there, from a stored month end.
STOOD = f"""
    SELECT sum(customers), {", ".join(f"sum(within_{months})" for months in TENURES)},
        bool_or(within_{TENURES[0]} IS NULL)
    FROM metrics_monthstock WHERE month = %(month)s {{chosen}}
"""
# The same from the steps of cohorts.
STARTED = """
    SELECT cohort, age, sum(paying) FROM {steps} s WHERE cohort < %(start)s {narrowed}
    GROUP BY cohort, age
"""
# A tenure in months belongs to the last band it reaches.
BANDS = (
    (0, _("Less than 3 months")),
    *zip(
        TENURES, (_("3 to 11 months"), _("1 year"), _("2 years"), _("3 years or more")), strict=True
    ),
)


def band_of(cohort: date, start: date) -> Any:
    months = months_between(cohort, start)
    return next(label for since, label in reversed(BANDS) if since <= months)


def paying_by_tenure(question: Question) -> dict[Any, int]:
    """Customers of each band. The period begins with a month."""
    found = _stored(question)
    return _stepped(question) if found is None else found


def _stored(question: Question) -> dict[Any, int] | None:
    """None where no stored month end says so."""
    eve = question.start - timedelta(days=1)
    if not (ledger_of(question).has_months and is_booked(eve)):
        return None
    chosen, values = chosen_by(question)
    [(everybody, *within, is_unknown)] = _fetched(
        STOOD.format(chosen=chosen), values | {"month": eve.replace(day=1)}
    )
    if is_unknown:
        return None
    reached = [0, *(n or 0 for n in within), everybody or 0]
    return {
        label: upper - lower
        for (_since, label), (lower, upper) in zip(BANDS, pairwise(reached), strict=True)
    }


def _stepped(question: Question) -> dict[Any, int]:
    """From the steps of cohorts."""
    with as_known(question):
        narrowed, members = question.narrowing(question.start - timedelta(days=1))
        values = members | value_parameters() | {"start": question.start}
        turned = _fetched(STARTED.format(steps=steps(), narrowed=narrowed), values)
    counted = {label: 0 for _since, label in BANDS}
    for cohort, age, n in turned:
        # What happened from the first day of the period on is not before it.
        if age < months_between(cohort, question.start):
            counted[band_of(cohort, question.start)] += n
    return counted


def _fetched(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
