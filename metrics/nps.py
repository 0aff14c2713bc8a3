"""Net promoter score, per respondent (SUR-2, SUR-5).

NPS = 100 · (promoters − detractors) / n; 9-10 promote, 7-8 are passive, 0-6 detract. Of each
contact the latest answer in the window counts, 90 days back unless told otherwise. The range is
the adjusted Wald interval at 95 %; it is not centred on the figure. Without answers there is no
figure, and nothing is rounded here.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When

from lib.days import day_start
from surveys.models import Response, Survey
from surveys.querysets import ResponseQuerySet

WINDOW_DAYS = 90
# Two sides of 95 % of the normal distribution.
Z95 = Decimal("1.959963984540")
PROMOTER_FROM = 9
DETRACTOR_TO = 6

COUNTS = {
    "promoters": Count("pk", filter=Q(score__gte=PROMOTER_FROM)),
    "passives": Count("pk", filter=Q(score__gt=DETRACTOR_TO, score__lt=PROMOTER_FROM)),
    "detractors": Count("pk", filter=Q(score__lte=DETRACTOR_TO)),
}


@dataclass(frozen=True)
class Nps:
    """The score from −100 to 100 with the counts it opens to; None without answers."""

    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def value(self) -> Decimal | None:
        return 100 * Decimal(self.promoters - self.detractors) / self.n if self.n else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """Lowest and highest score that fit the answers, within ±100."""
        if not self.n:
            return None
        n, extra = self.n + 3, Decimal("0.75")
        centre = Decimal(self.promoters - self.detractors) / n
        spread = (self.promoters + self.detractors + 2 * extra) / n - centre * centre
        half = Z95 * (spread / n).sqrt()
        return max(100 * (centre - half), Decimal(-100)), min(100 * (centre + half), Decimal(100))

    @property
    def low(self) -> Decimal | None:
        return self.interval[0] if self.interval else None

    @property
    def high(self) -> Decimal | None:
        return self.interval[1] if self.interval else None


@dataclass(frozen=True)
class AccountNps:
    """Each customer has one vote: the mean of the signs of its contacts."""

    value: Decimal | None
    n: int


def nps_of(responses: ResponseQuerySet) -> Nps:
    """The score of some answers, of each contact the latest. For the results of one survey."""
    return Nps(**_latest_per_contact(responses).order_by().aggregate(**COUNTS))


def nps_on(day: date, responses: ResponseQuerySet | None = None) -> Nps:
    """The company's score at the end of a day, from the 90 days up to it."""
    return nps_of(_answered_before_end_of(day, responses))


def nps_by_csm(day: date) -> dict[int | None, Nps]:
    """The same, parted by who looks after the customer now; None is nobody. They add up to it."""
    counted = _latest_per_contact(_answered_before_end_of(day, None)).order_by()
    parted = counted.values("customer__csm_id").annotate(**COUNTS)
    return {row.pop("customer__csm_id"): Nps(**row) for row in parted}


def account_nps_of(responses: ResponseQuerySet) -> AccountNps:
    """Some answers with one vote for each customer. For the results of one survey."""
    latest = _latest_per_contact(responses)
    sign = Case(
        When(score__gte=PROMOTER_FROM, then=Value(1)),
        When(score__lte=DETRACTOR_TO, then=Value(-1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    by_customer = latest.order_by().values("customer_id").annotate(sum=Sum(sign), n=Count("pk"))
    votes = [Decimal(signs) / n for signs, n in by_customer.values_list("sum", "n")]
    return AccountNps(100 * sum(votes, Decimal(0)) / len(votes) if votes else None, len(votes))


def _answered_before_end_of(day: date, responses: ResponseQuerySet | None) -> ResponseQuerySet:
    asked = Response.objects.all() if responses is None else responses
    return asked.filter(
        survey__kind=Survey.Kind.NPS,
        answered_at__gte=day_start(day - timedelta(days=WINDOW_DAYS - 1)),
        answered_at__lt=day_start(day + timedelta(days=1)),
    )


def _latest_per_contact(responses: ResponseQuerySet) -> ResponseQuerySet:
    """The answers that count; one without a contact stands for itself."""
    counted = responses.counted()
    latest = (
        counted.filter(contact__isnull=False)
        .order_by("contact_id", "-answered_at", "-pk")
        .distinct("contact_id")
    )
    return counted.filter(Q(contact__isnull=True) | Q(pk__in=latest.values("pk")))
