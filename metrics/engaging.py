"""Concluding how customers are engaged: their 28 days up to a day, kept for pages to read (ENG).

People are counted from the days they were active on, seats from the snapshot or the contracts of
the day, features from daily usage. Kept are the last night and the last day of each of the past
months; older days are what the trend keeps, summed up by traits. A day whose use was counted anew
takes the conclusions after it along: the next night makes them again. Where a contract is learned
of late, the night makes again what of its customer is kept (metrics/late_contracts.py).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from lib.days import add_months, month_start
from metrics.models import CustomerEngagement, EngagementDay, Feature, PersonSeen
from metrics.revenue.value import EVERYBODY, FOR_EVER, VALUES_ON_DAY, value_parameters

WINDOW = 28
MONTHS_KEPT = 13
IN_WINDOW = f"day > %(day)s::date - {WINDOW} AND day <= %(day)s"
IN_RANGE, AMONG_SOME = "BETWEEN %(first)s AND %(last)s", "= ANY(%(customers)s)"
OF_RANGE = f"customer_id {IN_RANGE}"
SUMS = (
    "seats", "people", "people_seated", "people_today", "people_week", "people_weekday",
    "came_back", "days", "days_weekday", "sessions", "session_seconds", "entitled", "used",
    "adopted",
)  # fmt: skip

PEOPLE = f"""
    SELECT p.customer_id, count(*) FILTER (WHERE days > 0) AS people,
        count(*) FILTER (WHERE is_today) AS people_today,
        count(*) FILTER (WHERE in_week) AS people_week,
        count(*) FILTER (WHERE weekdays > 0) AS people_weekday,
        count(*) FILTER (WHERE days > 0 AND s.first_day <= %(day)s::date - {WINDOW}) AS came_back,
        sum(days) AS days, sum(weekdays) AS days_weekday, sum(p.sessions) AS sessions,
        sum(p.seconds) AS session_seconds
    FROM (
        SELECT customer_id, person, count(*) FILTER (WHERE is_active) AS days,
            count(*) FILTER (WHERE is_active AND extract(isodow FROM day) < 6) AS weekdays,
            bool_or(is_active AND day = %(day)s) AS is_today,
            bool_or(is_active AND day > %(day)s::date - 7) AS in_week,
            sum(cardinality(sessions)) AS sessions,
            sum(session_seconds) AS seconds
        FROM metrics_personday WHERE {OF_RANGE} AND {IN_WINDOW} GROUP BY customer_id, person
    ) p LEFT JOIN metrics_personseen s ON s.customer_id = p.customer_id AND s.person = p.person
    GROUP BY p.customer_id
"""
FEATURES = f"""
    SELECT customer_id, jsonb_object_agg(feature, uses) AS features FROM (
        SELECT customer_id, feature, sum(uses::bigint) AS uses
        FROM metrics_dailyusage, jsonb_each_text(features) AS used (feature, uses)
        WHERE {OF_RANGE} AND {IN_WINDOW} AND features <> '{{}}' GROUP BY customer_id, feature
    ) summed GROUP BY customer_id
"""
NO_FEATURES = "SELECT NULL::bigint AS customer_id, NULL::jsonb AS features WHERE false"
SEATS_OF_SNAPSHOTS = (
    f"SELECT customer_id, seats FROM metrics_snapshot WHERE {OF_RANGE} AND day = %(day)s"
)
SEATS_OF_CONTRACTS = f"""
    SELECT customer_id, sum(quantity) FILTER (WHERE state IN ('on', 'trial', 'overdue')) AS seats
    FROM ({VALUES_ON_DAY}) valued GROUP BY customer_id
"""
PLANS = f"""
    SELECT DISTINCT ON (customer_id) customer_id, plan FROM metrics_revenuemovement
    WHERE {OF_RANGE} AND day <= %(day)s ORDER BY customer_id, day DESC, id DESC
"""
# The core features that a customer's plan includes, and its uses of them.
INCLUDED = """
    x.is_core AND (x.plans = '{}' OR {plan} = ANY(x.plans))
"""
USED = "coalesce(({features} ->> x.id::text)::bigint, 0)"
CONCLUDE = """
    WITH people AS MATERIALIZED ({people}), features AS MATERIALIZED ({features}),
    seats AS MATERIALIZED ({seats}), plans AS MATERIALIZED ({plans})
    INSERT INTO metrics_customerengagement (customer_id, day, segment, csm_id, touch, plan, seats,
        people, people_seated, people_today, people_week, people_weekday, came_back, days,
        days_weekday, sessions, session_seconds, entitled, used, adopted, features)
    SELECT c.id, %(day)s, coalesce(t.segment, c.segment),
        CASE WHEN t.id IS NULL THEN c.csm_id ELSE t.csm_id END, coalesce(t.touch, c.touch),
        coalesce(l.plan, ''), coalesce(s.seats, 0), coalesce(p.people, 0),
        CASE WHEN s.seats > 0 THEN coalesce(p.people, 0) ELSE 0 END,
        coalesce(p.people_today, 0), coalesce(p.people_week, 0), coalesce(p.people_weekday, 0),
        coalesce(p.came_back, 0), coalesce(p.days, 0), coalesce(p.days_weekday, 0),
        coalesce(p.sessions, 0), coalesce(p.session_seconds, 0),
        coalesce(a.entitled, 0), coalesce(a.used, 0), coalesce(a.adopted, 0),
        coalesce(f.features, '{{}}')
    FROM customers_customer c
    LEFT JOIN people p ON p.customer_id = c.id LEFT JOIN features f ON f.customer_id = c.id
    LEFT JOIN seats s ON s.customer_id = c.id LEFT JOIN plans l ON l.customer_id = c.id
    LEFT JOIN metrics_customertrait t ON t.customer_id = c.id AND t.since <= %(day)s
        AND (t.until IS NULL OR t.until > %(day)s)
    LEFT JOIN LATERAL (
        SELECT count(*) AS entitled, count(*) FILTER (WHERE {uses} > 0) AS used,
            count(*) FILTER (WHERE {uses} >= x.uses_needed) AS adopted
        FROM metrics_feature x WHERE {included}
    ) a ON s.seats > 0
    WHERE c.id BETWEEN %(first)s AND %(last)s AND (p.customer_id IS NOT NULL OR s.seats > 0)
    ON CONFLICT (day, customer_id) DO NOTHING
"""
# Everybody of a day, by equal traits, with how long their sessions took in whole minutes.
SUM_UP = """
    INSERT INTO metrics_engagementday (day, segment, csm_id, touch, plan, customers, {sums},
        minutes, features)
    SELECT %(day)s, e.segment, e.csm_id, e.touch, e.plan, count(*), {summed}, '{{}}', '{{}}'
    FROM metrics_customerengagement e WHERE e.day = %(day)s
    GROUP BY e.segment, e.csm_id, e.touch, e.plan
"""
MINUTES = f"""
    UPDATE metrics_engagementday g SET minutes = m.minutes FROM (
        SELECT segment, csm_id, touch, plan, jsonb_object_agg(minute, n) AS minutes FROM (
            SELECT e.segment, e.csm_id, e.touch, e.plan, round(length / 60.0)::int AS minute,
                count(*) AS n
            FROM metrics_personday p
            JOIN metrics_customerengagement e ON e.customer_id = p.customer_id
                AND e.day = %(day)s, unnest(p.sessions) AS length
            WHERE p.day > %(day)s::date - {WINDOW} AND p.day <= %(day)s AND p.sessions <> '{{}}'
            GROUP BY e.segment, e.csm_id, e.touch, e.plan, minute
        ) counted GROUP BY segment, csm_id, touch, plan
    ) m
    WHERE g.day = %(day)s AND g.segment = m.segment AND g.touch = m.touch AND g.plan = m.plan
        AND g.csm_id IS NOT DISTINCT FROM m.csm_id
"""
BY_FEATURE = """
    UPDATE metrics_engagementday g SET features = m.features FROM (
        SELECT segment, csm_id, touch, plan,
            jsonb_object_agg(id, jsonb_build_array(eligible, used, adopted)) AS features
        FROM (
            SELECT e.segment, e.csm_id, e.touch, e.plan, x.id, count(*) AS eligible,
                count(*) FILTER (WHERE {uses} > 0) AS used,
                count(*) FILTER (WHERE {uses} >= x.uses_needed) AS adopted
            FROM metrics_customerengagement e JOIN metrics_feature x ON {included}
            WHERE e.day = %(day)s AND e.seats > 0
            GROUP BY e.segment, e.csm_id, e.touch, e.plan, x.id
        ) counted GROUP BY segment, csm_id, touch, plan
    ) m
    WHERE g.day = %(day)s AND g.segment = m.segment AND g.touch = m.touch AND g.plan = m.plan
        AND g.csm_id IS NOT DISTINCT FROM m.csm_id
"""

# Nothing in the database keeps a row from outliving its customer, who may be deleted while it is
# written.
FORGET_DELETED = """
    DELETE FROM metrics_customerengagement e
    WHERE NOT EXISTS (SELECT FROM customers_customer c WHERE c.id = e.customer_id)
"""


def conclude_customers(day: date, *, first: int, last: int, is_tonight: bool = False) -> int:
    """Keep the engagement of the customers of a range. Tonight's snapshots know the seats.

    Where no event was ever told apart, no day of use is looked through for features.
    """
    return _conclude(day, {"first": first, "last": last}, IN_RANGE, is_tonight)


def conclude_some(day: date, customers: Sequence[int]) -> int:
    """Make again what is kept of some customers, from what is known of them now."""
    CustomerEngagement.objects.filter(day=day, customer_id__in=customers).delete()
    return _conclude(day, {"customers": list(customers)}, AMONG_SOME)


def _conclude(day: date, whose: dict[str, Any], among: str, is_tonight: bool = False) -> int:
    statement = CONCLUDE.format(
        people=PEOPLE, plans=PLANS,
        features=FEATURES if Feature.objects.exists() else NO_FEATURES,
        uses=USED.format(features="f.features"),
        included=INCLUDED.replace("{plan}", "coalesce(l.plan, '')"),
        seats=SEATS_OF_SNAPSHOTS if is_tonight else SEATS_OF_CONTRACTS,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement.replace(IN_RANGE, among), conclusion_parameters(day) | whose)
        return int(cursor.rowcount)


def conclusion_parameters(day: date) -> dict[str, Any]:
    """What the pieces above ask for besides the customers."""
    return value_parameters() | {
        "day": day, "known_at": FOR_EVER, "zone": settings.REPORTING_TIME_ZONE
    }  # fmt: skip


def sum_up_engagement(day: date) -> None:
    """The day by traits. Whose customers were concluded before is made anew."""
    EngagementDay.objects.filter(day=day).delete()
    statement = SUM_UP.format(
        sums=", ".join(SUMS), summed=", ".join(f"sum(e.{name})" for name in SUMS)
    )
    by_feature = BY_FEATURE.format(
        uses=USED.format(features="e.features"), included=INCLUDED.replace("{plan}", "e.plan")
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"day": day})
        cursor.execute(MINUTES, {"day": day})
        if Feature.objects.exists():
            cursor.execute(by_feature, {"day": day})


@transaction.atomic
def conclude_engagement(day: date) -> int:
    """A whole day at once, of all customers, from the facts. How many were engaged or could be."""
    CustomerEngagement.objects.filter(day=day).delete()
    first, last = EVERYBODY
    concluded = conclude_customers(day, first=first, last=last)
    sum_up_engagement(day)
    return concluded


def finish_engagement(day: date) -> None:
    """Sum a night up, make the ends of months that are missing, forget what is kept no longer."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_DELETED)
    ends = month_ends(day)
    sum_up_engagement(day)
    known = set(EngagementDay.objects.filter(day__in=ends).values_list("day", flat=True))
    begun = PersonSeen.objects.aggregate(Min("first_day"))["first_day__min"] or day
    for end in ends:
        if end >= begun and end not in known:
            conclude_engagement(end)
    newest = CustomerEngagement.objects.order_by("-day").values_list("day", flat=True).first()
    CustomerEngagement.objects.filter(day__lt=day).exclude(day__in=[*ends, newest]).delete()


def month_ends(day: date) -> list[date]:
    """The last days of the months before a day's, oldest first."""
    first = month_start(day)
    return [add_months(first, -n) - timedelta(days=1) for n in reversed(range(MONTHS_KEPT))]


def forget_conclusions_of(days: list[date], through: date) -> None:
    """Days of use were counted anew: what rests on them is made again by tonight."""
    for day in days:
        after: dict[str, Any] = {"day__gte": day, "day__lt": min(
            day + timedelta(days=WINDOW), through)}  # fmt: skip
        CustomerEngagement.objects.filter(**after).delete()
        EngagementDay.objects.filter(**after, day__in=month_ends(through)).delete()
