"""Engagement as figures: read from what the nights concluded (ENG-1 to ENG-5).

Every figure looks at the 28 days up to the last day of the period. Of a period that still runs it
is the newest night; others need their last day to be kept (metrics/engaging.py). Stickiness =
active days / (people × 28), which equals mean daily over window actives. Active share is not
clamped.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from lib.rates import Rate
from metrics.engaging import SUMS, WINDOW
from metrics.figure import Figure
from metrics.intervals import wilson
from metrics.metric import Metric
from metrics.models import CustomerEngagement, EngagementDay, PersonSeen
from metrics.question import Question
from metrics.rows import Rows

WEEKDAYS = 20
# How long a night may be late and still answer for a period that runs.
LATE_NIGHTS = timedelta(days=7)


@dataclass(frozen=True)
class Engaged:
    """The sums of the customers asked about on the concluded day; None when it is not kept.

    `reason` says why it is not.
    """

    day: date | None
    sums: Mapping[str, Any]
    minutes: Mapping[int, int]
    features: Mapping[int, tuple[int, int, int]]
    reason: str = ""

    def of(self, name: str) -> Any:
        return self.sums.get(name) or 0


def concluded_day(question: Question) -> date | None:
    """The day whose conclusions answer a question; none that was not yet known then."""
    if question.known_on and question.known_on < question.day:
        return None
    kept = CustomerEngagement.objects.filter(day__lte=question.day)
    if question.is_up_to_now:
        kept = kept.filter(day__gt=question.day - LATE_NIGHTS)
    else:
        kept = kept.filter(day=question.day)
    return kept.order_by("-day").values_list("day", flat=True).first()


def engaged(question: Question) -> Engaged:
    day = concluded_day(question)
    if day is None:
        return Engaged(None, {}, {}, {}, why_not_concluded(question))
    groups = EngagementDay.objects.filter(asked_about(question), day=day)
    sums = groups.aggregate(customers_sum=Sum("customers"), **{n: Sum(n) for n in SUMS})
    sums["customers"] = sums.pop("customers_sum")
    minutes: Counter[int] = Counter()
    features: dict[int, tuple[int, int, int]] = {}
    for lengths, by_feature in groups.values_list("minutes", "features"):
        minutes.update({int(minute): n for minute, n in lengths.items()})
        for key, (eligible, used, adopted) in by_feature.items():
            old = features.get(int(key), (0, 0, 0))
            features[int(key)] = (old[0] + eligible, old[1] + used, old[2] + adopted)
    return Engaged(day, sums, minutes, features)


def why_not_concluded(question: Question) -> str:
    """Days before anybody was seen are never concluded."""
    is_late = question.known_on is not None and question.known_on < question.day
    seen = PersonSeen.objects.filter(first_day__lte=question.day)
    return "not_concluded" if is_late or seen.exists() else "before_first_use"


def asked_about(question: Question) -> Q:
    """The traits of the concluded day."""
    rules = Q()
    for name in ("segment", "touch", "plan"):
        if (wanted := getattr(question, name)) is not None:
            rules &= Q(**{name: wanted})
    if question.csm is not None:
        rules &= Q(csm_id=question.csm or None)
    return rules


def stickiness_of(found: Engaged) -> Figure:
    people = found.of("people")
    figure = _quotient(found, found.of("days"), WINDOW * people, people)
    if figure.value is None:
        return figure
    weekday = found.of("people_weekday") * WEEKDAYS
    parts = {
        "mean_daily": Decimal(found.of("days")) / WINDOW,
        "weekly_of_monthly": Decimal(found.of("people_week")) / people,
        "on_weekdays": Decimal(found.of("days_weekday")) / weekday if weekday else None,
    }
    return Figure(figure.value, figure.numerator, figure.denominator, people, parts=parts)


def weekday_stickiness_of(found: Engaged) -> Figure:
    people = found.of("people_weekday")
    return _quotient(found, found.of("days_weekday"), WEEKDAYS * people, people)


def weekly_share_of(found: Engaged) -> Figure:
    return _share(found, "people_week", "people")


def active_share_of(found: Engaged) -> Figure:
    """Above 1 there are more people than seats: room to grow, or shared log-ins."""
    people, seats = found.of("people_seated"), found.of("seats")
    figure = _quotient(found, people, seats, int(seats), "no_seats")
    return figure.flagged("over_deployed") if figure.value and people > seats else figure


def adoption_of(found: Engaged) -> Figure:
    return _share(found, "adopted", "entitled", "nobody_eligible")


def breadth_of(found: Engaged) -> Figure:
    return _share(found, "used", "entitled", "nobody_eligible")


def time_on_site_of(found: Engaged) -> Figure:
    """Minutes of a session; the median is of whole minutes."""
    seconds, sessions = found.of("session_seconds"), found.of("sessions")
    figure = _quotient(found, seconds, 60 * sessions, sessions)
    parts = {"median": median_of(found.minutes)}
    return Figure(figure.value, figure.numerator, figure.denominator, figure.n,
                  reason=figure.reason, parts=parts)  # fmt: skip


def returning_of(found: Engaged) -> Figure:
    return _share(found, "came_back", "people")


def median_of(counts: Mapping[int, int]) -> Decimal | None:
    """The middle of counted values; of an even number the mean of the two in the middle."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, passed, found = {(total - 1) // 2, total // 2}, 0, []
    for value in sorted(counts):
        found += [value for place in wanted if passed <= place < passed + counts[value]]
        passed += counts[value]
    return Decimal(sum(found)) / len(found)


def _quotient(found: Engaged, up: Any, down: Any, n: int, reason: str = "no_data") -> Figure:
    if found.day is None:
        return Figure.undefined(found.reason)
    return Figure.of_rate(Rate(up, down, "" if down else reason), n=n)


def _share(found: Engaged, up: str, down: str, reason: str = "no_data") -> Figure:
    if found.day is None:
        return Figure.undefined(found.reason)
    rate = Rate(found.of(up), found.of(down), "" if found.of(down) else reason)
    return Figure.of_share(rate, wilson(int(found.of(up)), int(found.of(down))))


def _rows(up: str, down: str, where: str = "true") -> Callable[[Question], Rows]:
    """Customers, with what each of them adds to the two sums."""

    def rows(question: Question) -> Rows:
        narrowed, values = _narrowed(question)
        sql = f"""
            SELECT customer_id AS key, customer_id, '' AS label, ({up})::numeric AS numerator,
                ({down})::numeric AS denominator, '' AS note
            FROM metrics_customerengagement e WHERE e.day = %(day)s AND {where} {narrowed}
        """
        return Rows(sql, values | {"day": concluded_day(question)})

    return rows


def _narrowed(question: Question) -> tuple[str, dict[str, Any]]:
    sql, values = "", {}
    for name in ("segment", "touch", "plan"):
        if (wanted := getattr(question, name)) is not None:
            sql += f" AND e.{name} = %(asked_{name})s"
            values[f"asked_{name}"] = wanted
    if question.csm is not None:
        sql += " AND e.csm_id IS NOT DISTINCT FROM %(asked_csm)s::bigint"
        values["asked_csm"] = question.csm or None
    return sql, values


def _asking(read: Callable[[Engaged], Figure]) -> Callable[[Question], Figure]:
    return lambda question: read(engaged(question))


# How each figure is read from what was concluded once for a page.
READ: dict[str, Callable[[Engaged], Figure]] = {
    "stickiness": stickiness_of,
    "stickiness_weekdays": weekday_stickiness_of,
    "weekly_share": weekly_share_of,
    "active_share": active_share_of,
    "adoption": adoption_of,
    "adoption_breadth": breadth_of,
    "time_on_site": time_on_site_of,
    "returning_visitors": returning_of,
}
engagement_metric = partial(Metric, chapter="engagement", page="metrics:engagement")

ENGAGEMENT: tuple[Metric, ...] = (
    engagement_metric(
        code="stickiness", rule="ENG-1", unit="share", name=_("Stickiness"),
        definition=_(
            "How many of the people active in the 28 days up to the last day are active on a mean "
            "day (DAU / MAU). Active is who did something of value, not who logged in."
        ),
        formula=_("active days of all people / (28 × active people)"),
        spread="share", compute=_asking(stickiness_of),
        rows=_rows("days", f"{WINDOW} * people", "people > 0"),
    ),
    engagement_metric(
        code="stickiness_weekdays", rule="ENG-1", unit="share", name=_("Stickiness on weekdays"),
        definition=_("The same for Monday to Friday: 20 days, and who was active on one of them."),
        formula=_("active weekdays of all people / (20 × people active on weekdays)"),
        spread="share", compute=_asking(weekday_stickiness_of),
        rows=_rows("days_weekday", f"{WEEKDAYS} * people_weekday", "people_weekday > 0"),
    ),
    engagement_metric(
        code="weekly_share", rule="ENG-1", unit="share", name=_("Weekly of monthly people"),
        definition=_("The share of the people of 28 days who were active in the last seven."),
        formula=_("people active in 7 days / people active in 28 days"),
        compute=_asking(weekly_share_of), rows=_rows("people_week", "people", "people > 0"),
    ),
    engagement_metric(
        code="active_share", rule="ENG-2", unit="share", name=_("Active share of seats"),
        definition=_(
            "People active in 28 days over the seats under contract on the last day. It may pass "
            "100%: then there is room to grow, or log-ins are shared."
        ),
        formula=_("active people / seats"),
        spread="around", compute=_asking(active_share_of),
        rows=_rows("people_seated", "seats", "seats > 0"),
    ),
    engagement_metric(
        code="adoption", rule="ENG-3", unit="share", name=_("Adoption"),
        definition=_(
            "Of the core features that customers with seats could use under their plan, the share "
            "that they used as often in 28 days as the feature asks for."
        ),
        formula=_("core features adopted / core features included"),
        compute=_asking(adoption_of), rows=_rows("adopted", "entitled", "entitled > 0"),
    ),
    engagement_metric(
        code="adoption_breadth", rule="ENG-3", unit="share", name=_("Breadth of use"),
        definition=_("Of the same core features the share that was used at all in 28 days."),
        formula=_("core features used / core features included"),
        compute=_asking(breadth_of), rows=_rows("used", "entitled", "entitled > 0"),
    ),
    engagement_metric(
        code="time_on_site", rule="ENG-4", unit="minutes", name=_("Time on site"),
        definition=_(
            "The mean length of a session, from its first to its last event. More than 30 minutes "
            "without an event end it; a lone event is a session of nothing and counts. All "
            "sessions count, those of people who did nothing of value, too. Longer is not better "
            "for a tool that saves time."
        ),
        formula=_("seconds of all sessions / (60 × sessions)"), version=2,
        spread="above zero", compute=_asking(time_on_site_of),
        rows=_rows("session_seconds", "60 * sessions", "sessions > 0"), good="",
    ),
    engagement_metric(
        code="returning_visitors", rule="ENG-5", unit="share", name=_("Returning people"),
        definition=_(
            "Of the people active in 28 days the share who had been active before these days."
        ),
        formula=_("people active before / active people"),
        compute=_asking(returning_of), rows=_rows("came_back", "people", "people > 0"),
    ),
)  # fmt: skip
