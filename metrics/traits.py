"""Where customers are counted: their segment, CSM and touch tier, kept with the days they ruled.

The night notes what changed since the night before. What a customer was before its first night is
not known, so its first traits rule from the beginning of time.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from metrics.models import CustomerTrait

BEGINNING = date(1, 1, 1)

CHANGED = """
    (t.segment, t.touch, coalesce(t.csm_id, 0)) IS DISTINCT FROM
        (c.segment, c.touch, coalesce(c.csm_id, 0))
"""
OF_RANGE = """
    c.id = t.customer_id AND c.id BETWEEN %(first)s AND %(last)s
        AND t.customer_id BETWEEN %(first)s AND %(last)s
"""
END = f"""
    UPDATE metrics_customertrait t SET until = %(day)s FROM customers_customer c
    WHERE {OF_RANGE} AND t.until IS NULL AND t.since < %(day)s AND {CHANGED}
"""
CORRECT = f"""
    UPDATE metrics_customertrait t SET segment = c.segment, touch = c.touch, csm_id = c.csm_id
    FROM customers_customer c
    WHERE {OF_RANGE} AND t.until IS NULL AND t.since = %(day)s AND {CHANGED}
"""
BEGIN = """
    INSERT INTO metrics_customertrait (customer_id, since, segment, touch, csm_id)
    SELECT c.id, CASE WHEN EXISTS (SELECT FROM metrics_customertrait t WHERE t.customer_id = c.id)
        THEN %(day)s ELSE %(beginning)s END, c.segment, c.touch, c.csm_id
    FROM customers_customer c
    WHERE c.id BETWEEN %(first)s AND %(last)s AND NOT EXISTS (
        SELECT FROM metrics_customertrait t WHERE t.customer_id = c.id AND t.until IS NULL
            AND t.customer_id BETWEEN %(first)s AND %(last)s)
"""


def keep_traits(day: date, *, first: int, last: int) -> None:
    """Note the traits of the customers with ids in `[first, last]` as they are at a day's end.

    A day that is made up after a later one changes nothing: today's traits are not those of then.
    """
    later = CustomerTrait.objects.filter(
        customer_id__gte=first, customer_id__lte=last, since__gt=day
    )
    if later.exists():
        return
    values: dict[str, Any] = {"day": day, "first": first, "last": last, "beginning": BEGINNING}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (END, CORRECT, BEGIN):
            cursor.execute(statement, values)


def begin_traits(day: date) -> None:
    """Note the traits of customers who were never counted, without waiting for a night."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "day": day, "first": 0, "last": 2**63 - 1, "beginning": BEGINNING
        }  # fmt: skip
        cursor.execute(BEGIN, values)


def counted_under(
    day: date, *, segment: str | None = None, csm: int | None = None, touch: str | None = None
) -> QuerySet[CustomerTrait]:
    """The traits that ruled at the end of a day; None leaves out a rule, CSM 0 is nobody."""
    ruling = CustomerTrait.objects.filter(since__lte=day).filter(
        Q(until__isnull=True) | Q(until__gt=day)
    )
    if segment is not None:
        ruling = ruling.filter(segment=segment)
    if csm is not None:
        ruling = ruling.filter(csm_id=csm or None)
    return ruling if touch is None else ruling.filter(touch=touch)
