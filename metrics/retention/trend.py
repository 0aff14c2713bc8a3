"""What became of start sets month after month, read from the stored months (REV-3 to REV-6)."""

from datetime import date

from django.db import connection

from lib.days import add_months, month_start
from metrics.question import Question
from metrics.revenue.start_set import SUMMED, StartSet, chosen_by

MONTHS = f"""
    SELECT month, {SUMMED} FROM metrics_monthbook
    WHERE window_months = %(window)s AND month >= %(first)s AND month < %(end)s {{chosen}}
    GROUP BY month ORDER BY month
"""


def start_sets_by_month(
    question: Question, *, window: int = 1, months: int = 24
) -> list[tuple[date, StartSet]]:
    """The windows of so many months that end with each finished month up to the question's last.

    Months are stored as they are known today: on another clock there are none.
    """
    if question.clock:
        return []
    chosen, values = chosen_by(question)
    end = month_start(question.end)
    values |= {"window": window, "first": add_months(end, -months), "end": end}
    with connection.cursor() as cursor:
        cursor.execute(MONTHS.format(chosen=chosen), values)
        return [(month, StartSet(*sums)) for month, *sums in cursor.fetchall()]
