"""Why a score is what it is, and why it moved: read from the stored parts, nothing recomputed.

A change of a score between two days is split by part, and the pieces add up to the change exactly:
what remains of rounding goes to the piece that moved most, a cap is a piece of its own.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from metrics.health.measures import LABELS, Measure
from metrics.health.wording import change_text, input_text, override_text, whole
from metrics.models import HealthScore

CAP = "override"


@dataclass(frozen=True)
class PartLine:
    """One input of a score: its raw value in words, 0-100, share of the weight and points."""

    measure: str
    label: str | Promise
    input: Decimal | None
    input_text: str
    scaled: Decimal | None
    weight: Decimal
    points: Decimal | None

    @property
    def is_missing(self) -> bool:
        return self.scaled is None


@dataclass(frozen=True)
class Explanation:
    """Everything a page says about one score."""

    day: date
    score: Decimal | None
    uncapped: Decimal | None
    band: str
    coverage: Decimal
    scorecard_version: int
    override_text: str
    parts: list[PartLine]


@dataclass(frozen=True)
class DeltaPart:
    """What one input did to the score between two days."""

    measure: str
    label: str | Promise
    points: Decimal
    text: str


@dataclass(frozen=True)
class ScoreDelta:
    """A change of a score; the points of its parts add up to `change`."""

    before_day: date
    after_day: date
    before: Decimal
    after: Decimal
    is_new_scorecard: bool
    parts: list[DeltaPart]

    @property
    def change(self) -> Decimal:
        return self.after - self.before

    @property
    def sentence(self) -> str:
        """For example: Health 72 → 51 in 7 days: active users −38 %."""
        driver = self.driver
        return health_sentence(
            self.before, self.after, (self.after_day - self.before_day).days,
            driver.text if driver else "",
        )  # fmt: skip

    @property
    def driver(self) -> DeltaPart | None:
        """The part that moved the score most in the direction it went."""
        sign = 1 if self.change > 0 else -1
        moving = [part for part in self.parts if part.points * sign > 0]
        return max(moving, key=lambda part: part.points * sign, default=None)


def health_sentence(before: Decimal, after: Decimal, days: int, driver: str) -> str:
    figures = {"before": whole(before), "after": whole(after), "days": days, "driver": driver}
    if driver:
        return _("Health %(before)s → %(after)s in %(days)s days: %(driver)s") % figures
    return _("Health %(before)s → %(after)s in %(days)s days") % figures


def explain(score: HealthScore) -> Explanation:
    return Explanation(
        day=score.day,
        score=score.score,
        uncapped=score.uncapped,
        band=score.band,
        coverage=score.coverage,
        scorecard_version=score.scorecard_version,
        override_text=override_text(score.override),
        parts=[_part_line(measure, score.parts[measure]) for measure in _measures(score)],
    )


def explain_latest(customer_id: int) -> Explanation | None:
    """The newest score of a customer, or None while there is none."""
    latest = HealthScore.objects.filter(customer_id=customer_id).order_by("-day").first()
    return explain(latest) if latest else None


def score_delta(customer_id: int, before: date, after: date) -> ScoreDelta | None:
    """The change between two days, or None when either has no score."""
    found = HealthScore.objects.filter(customer_id=customer_id, day__in=[before, after])
    scores = {score.day: score for score in found}
    first, last = scores.get(before), scores.get(after)
    return delta_of(first, last) if first and last else None


def delta_of(first: HealthScore, last: HealthScore) -> ScoreDelta | None:
    """The same for two rows at hand."""
    if first.score is None or last.score is None:
        return None
    pieces = [_delta_part(measure, first, last) for measure in _measures(last)]
    lift = _cap(last) - _cap(first)
    if lift:
        text = override_text(last.override or first.override)
        pieces.append(DeltaPart(CAP, _("Limit"), lift, text))
    return ScoreDelta(
        before_day=first.day,
        after_day=last.day,
        before=first.score,
        after=last.score,
        is_new_scorecard=first.scorecard_version != last.scorecard_version,
        parts=_adding_up(pieces, last.score - first.score),
    )


def _measures(score: HealthScore) -> list[str]:
    return [measure for measure in Measure if measure in score.parts]


def _part_line(measure: str, part: dict[str, Any]) -> PartLine:
    figure = _decimal(part.get("input"))
    return PartLine(
        measure=measure,
        label=LABELS[measure],
        input=figure,
        input_text=input_text(measure, figure),
        scaled=_decimal(part.get("scaled")),
        weight=_decimal(part.get("weight")) or Decimal(0),
        points=_decimal(part.get("points")),
    )


def _delta_part(measure: str, first: HealthScore, last: HealthScore) -> DeltaPart:
    old = _part_line(measure, first.parts.get(measure, {}))
    new = _part_line(measure, last.parts[measure])
    points = (new.points or Decimal(0)) - (old.points or Decimal(0))
    if old.input == new.input:
        return DeltaPart(measure, new.label, points, "")
    return DeltaPart(measure, new.label, points, change_text(measure, old.input, new.input))


def _cap(score: HealthScore) -> Decimal:
    """What an override took away, as a negative number."""
    if score.score is None or score.uncapped is None:
        return Decimal(0)
    return score.score - score.uncapped


def _adding_up(pieces: list[DeltaPart], change: Decimal) -> list[DeltaPart]:
    rest = change - sum((piece.points for piece in pieces), Decimal(0))
    if not rest or not pieces:
        return pieces
    most = max(range(len(pieces)), key=lambda n: abs(pieces[n].points))
    pieces[most] = replace(pieces[most], points=pieces[most].points + rest)
    return pieces


def _decimal(figure: Any) -> Decimal | None:
    return None if figure is None else Decimal(str(figure))
