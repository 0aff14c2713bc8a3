"""Month ends of engagement follow contracts that were learned of late (ENG-2, ENG-3).

A month end is concluded once, but the contracts that ruled on it may come in later, be corrected or
be taken back with an undone file. Each night looks at the customers of whom something was learned,
and makes again what is kept of those whose seats or plan are other ones than were counted.
"""

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from metrics.engaging import (
    AMONG_SOME,
    IN_RANGE,
    PLANS,
    SEATS_OF_CONTRACTS,
    conclude_some,
    conclusion_parameters,
    month_ends,
    sum_up_engagement,
)
from metrics.models import EngagementDay

# Among some customers those who were counted with other seats, or on another plan.
COUNTED_OTHERWISE = f"""
    WITH seats AS MATERIALIZED ({SEATS_OF_CONTRACTS}), plans AS MATERIALIZED ({PLANS})
    SELECT c.id FROM unnest(%(customers)s::bigint[]) c (id)
    LEFT JOIN seats s ON s.customer_id = c.id LEFT JOIN plans l ON l.customer_id = c.id
    LEFT JOIN metrics_customerengagement e ON e.customer_id = c.id AND e.day = %(day)s
    WHERE CASE WHEN e.id IS NULL THEN s.seats > 0
        ELSE e.seats <> coalesce(s.seats, 0) OR e.plan <> coalesce(l.plan, '') END
""".replace(IN_RANGE, AMONG_SOME)


def remake_month_ends(learned: Sequence[int], *, before: date) -> list[date]:
    """Which of the month ends before a day were made again, for customers learned of."""
    if not learned:
        return []
    kept = EngagementDay.objects.filter(day__in=month_ends(before))
    days = kept.order_by("day").values_list("day", flat=True).distinct()
    return [day for day in days if _remake(day, learned)]


@transaction.atomic
def _remake(day: date, learned: Sequence[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED_OTHERWISE, conclusion_parameters(day) | {"customers": list(learned)})
        customers = [row[0] for row in cursor.fetchall()]
    if customers:
        conclude_some(day, customers)
        sum_up_engagement(day)
    return bool(customers)
