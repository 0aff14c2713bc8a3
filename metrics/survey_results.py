"""What a survey brought: its score, how the answers spread, and how many answered (SUR-1 to SUR-4).

Response rate = confirmed answers / delivered mails, by wave: an answer counts for the wave it was
asked in, whenever it arrives. Delivered = sent and not returned. A wave that is still open is
maturing. Opens are nothing here. Nothing is rounded.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from lib.rates import Rate
from metrics.ces import FIVE, Ces, ces, eased
from metrics.charts import Chart, framed
from metrics.csat import Csat, csat
from metrics.nps import AccountNps, Nps, account_nps_of, nps_of
from surveys.models import Survey, Wave
from surveys.querysets import RETURNED, SENT, InvitationQuerySet, ResponseQuerySet
from surveys.scales import scale_of

# Below this many answers a figure is shown, but said to be weak (GEN-7).
FEWEST = 5
WIDEST_NPS = 40
ROLES = {"promoter": "@good", "passive": "@warn", "detractor": "@bad"}


@dataclass(frozen=True)
class Cohort:
    """One wave and what came back from it."""

    wave: Wave
    delivered: int
    answered: int
    is_maturing: bool

    @property
    def rate(self) -> Rate:
        return Rate(self.answered, self.delivered)


@dataclass(frozen=True)
class SurveyResults:
    nps: Nps | None
    account_nps: AccountNps | None
    csat: Csat | None
    ces: Ces | None
    distribution: Chart
    n: int

    @property
    def is_weak(self) -> bool:
        """Few answers, or a range too wide to lean on."""
        if self.nps is None or self.nps.low is None or self.nps.high is None:
            return self.n < FEWEST
        return self.n < FEWEST or self.nps.high - self.nps.low > WIDEST_NPS


def results_of(survey: Survey, responses: ResponseQuerySet) -> SurveyResults:
    """The figures of some answers to one survey; the caller has cut them to who may see them."""
    counted = responses.counted().order_by()
    counts = Counter(
        dict(counted.values_list("score").annotate(n=Count("pk")).values_list("score", "n"))
    )
    is_nps = survey.kind == Survey.Kind.NPS
    scores = list(counts.elements())
    return SurveyResults(
        nps=nps_of(responses) if is_nps else None,
        account_nps=account_nps_of(responses) if is_nps else None,
        csat=csat(scores) if survey.kind == Survey.Kind.CSAT else None,
        ces=_ces_of(survey, scores),
        distribution=_distribution(survey, counts),
        n=counts.total(),
    )


def _ces_of(survey: Survey, scores: list[int]) -> Ces | None:
    if survey.kind == Survey.Kind.EFFORT:
        return ces(eased(scores), FIVE)
    return ces(scores) if survey.kind == Survey.Kind.CES else None


def _distribution(survey: Survey, counts: Counter[int]) -> Chart:
    scale, total = scale_of(survey), counts.total()
    values = [
        {"score": str(n), "answers": counts[n], "role": ROLES[scale.category(n)]}
        for n in scale.scores
    ]
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "x": {"field": "score", "type": "nominal", "sort": None, "title": None,
                  "axis": {"labelAngle": 0}},
            "y": {"field": "answers", "type": "quantitative", "title": None,
                  "axis": {"format": "d", "values": _whole_ticks(max(counts.values(), default=1))}},
            "color": {"field": "role", "type": "nominal", "legend": None,
                      "scale": {"domain": list(ROLES.values()), "range": list(ROLES.values())}},
            "tooltip": [{"field": "score", "title": _("Score")},
                        {"field": "answers", "title": _("Answers")}],
        },
    }  # fmt: skip
    most = max(scale.scores, key=lambda n: counts[n])
    title = _("No answers yet")
    if total:
        title = _("Most answers are a %(score)s (%(n)s of %(total)s)") % {
            "score": most, "n": counts[most], "total": total,
        }  # fmt: skip
    return Chart(
        key="distribution",
        title=title,
        summary=_("How many answers each score got"),
        spec=framed({"data": {"values": values}, **bars}, 180),
        heads=[_("Score"), _("Answers")],
        rows=[(n, counts[n]) for n in scale.scores],
    )


def _whole_ticks(most: int) -> list[int]:
    """Up to five marks of an axis of counts; there is no half answer."""
    step = max(1, -(-most // 4))
    return list(range(0, most + step, step))


def cohorts_of(invitations: InvitationQuerySet, now: datetime) -> list[Cohort]:
    """One line for each wave of these invitations, the newest first."""
    answered = Q(response__grade__in=["confirmed", "manual", "imported"])
    rows = (
        invitations.order_by()
        .values("wave")
        .annotate(
            sent=Count("pk", filter=SENT),
            returned=Count("pk", filter=SENT & RETURNED),
            answered=Count("pk", filter=answered),
        )
    )
    counts = {row["wave"]: row for row in rows}
    waves = Wave.objects.filter(pk__in=counts).order_by("-created_at")
    return [
        Cohort(
            wave=wave,
            delivered=counts[wave.pk]["sent"] - counts[wave.pk]["returned"],
            answered=counts[wave.pk]["answered"],
            is_maturing=wave.closes_at > now,
        )
        for wave in waves
    ]
