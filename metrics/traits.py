"""Where customers are counted: their segment, CSM and touch tier, kept with the days they ruled.

The night notes what changed since the night before. What a customer was before its first night is
not known, so its first traits rule from the beginning of time.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from metrics.models import CustomerTrait
from metrics.revenue.changed_ledgers import note_traits

BEGINNING = date(1, 1, 1)

CHANGED = """
    (t.segment, t.touch, coalesce(t.csm_id, 0)) IS DISTINCT FROM
        (c.segment, c.touch, coalesce(c.csm_id, 0))
"""
# Customers never counted, and those whose traits are no longer the ones they are counted under.
UNCOUNTED = """
    SELECT c.id FROM customers_customer c WHERE NOT EXISTS (
        SELECT FROM metrics_customertrait t WHERE t.customer_id = c.id AND t.until IS NULL)
"""
OTHERS = f"""
    SELECT c.id FROM customers_customer c
    LEFT JOIN metrics_customertrait t ON t.customer_id = c.id AND t.until IS NULL
        AND t.customer_id BETWEEN %(first)s AND %(last)s
    WHERE c.id BETWEEN %(first)s AND %(last)s AND (t.id IS NULL OR {CHANGED})
"""
END = f"""
    UPDATE metrics_customertrait t SET until = %(day)s FROM customers_customer c
    WHERE t.customer_id = ANY(%(customers)s) AND c.id = t.customer_id
        AND t.until IS NULL AND t.since < %(day)s AND {CHANGED}
"""
CORRECT = f"""
    UPDATE metrics_customertrait t SET segment = c.segment, touch = c.touch, csm_id = c.csm_id
    FROM customers_customer c
    WHERE t.customer_id = ANY(%(customers)s) AND c.id = t.customer_id
        AND t.until IS NULL AND t.since = %(day)s AND {CHANGED}
"""
BEGIN = """
    INSERT INTO metrics_customertrait (customer_id, since, segment, touch, csm_id)
    SELECT c.id, CASE WHEN EXISTS (SELECT FROM metrics_customertrait t WHERE t.customer_id = c.id)
        THEN %(day)s ELSE %(beginning)s END, c.segment, c.touch, c.csm_id
    FROM customers_customer c
    WHERE c.id = ANY(%(customers)s) AND NOT EXISTS (
        SELECT FROM metrics_customertrait t WHERE t.customer_id = c.id AND t.until IS NULL)
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
    _count_under_what_they_are(day, OTHERS, {"first": first, "last": last})


def begin_traits(day: date) -> None:
    """Note the traits of customers who were never counted, without waiting for a night."""
    _count_under_what_they_are(day, UNCOUNTED, {})


@transaction.atomic
def _count_under_what_they_are(day: date, whom: str, values: dict[str, int]) -> None:
    """From a day on. What they were counted under is kept until the months are summed up."""
    with connection.cursor() as cursor:
        cursor.execute(whom, values)
        customers = [row[0] for row in cursor.fetchall()]
        if not customers:
            return
        note_traits(customers)
        changes: dict[str, Any] = {"day": day, "customers": customers, "beginning": BEGINNING}
        for statement in (END, CORRECT, BEGIN):
            cursor.execute(statement, changes)


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
