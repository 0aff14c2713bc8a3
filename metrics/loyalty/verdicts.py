"""Whether a survey figure changed against the period before, in figures and in words (SUR-6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.changes import (
    Pairs,
    holm,
    nps_change,
    paired_nps_change,
    paired_share_change,
)
from metrics.figure import Figure
from metrics.intervals import Change, share_change
from metrics.loyalty.answers import CES, CSAT, EFFORT, NPS, Scale
from metrics.loyalty.scores import nps_of_tally, share_of_tally
from metrics.loyalty.tallies import Both, Tally, pairs_of, tally_both, tally_by_groups
from metrics.question import Question

ALARM = 0.05
# The scores that are samples, by the codes of their figures.
COMPARED = {"nps": NPS, "csat": CSAT, "ces": CES, "ces_effort": EFFORT}
WORDS: dict[str, Promise] = {
    "higher": _("Higher"),
    "lower": _("Lower"),
    "no_evidence": _("No evidence of change"),
    "no_data": _("Nothing to compare"),
}


@dataclass(frozen=True)
class Compared:
    """A figure, the same of the period before, and what the test says. `name` is of a group.

    `p_value` is the one that decides: adjusted where many groups are tested at once.
    """

    name: Any
    now: Figure
    before: Figure
    change: Change | None
    p_value: float | None
    is_paired: bool = False

    @property
    def verdict(self) -> str:
        if self.change is None or self.p_value is None:
            return "no_data"
        if self.p_value >= ALARM or not self.change.difference:
            return "no_evidence"
        return "higher" if self.change.difference > 0 else "lower"

    @property
    def in_words(self) -> Promise:
        return WORDS[self.verdict]


def figure_of(scale: Scale, tally: Tally) -> Figure:
    return nps_of_tally(tally) if scale == NPS else share_of_tally(tally)


def compared(scale: Scale, question: Question) -> Compared:
    """The whole against the period before; person by person where many answered both times."""
    both = tally_both(scale, question)
    pairs = pairs_of(scale, question) if both.before.n and both.now.n else None
    is_paired = bool(pairs and pairs.suffice_for(both.before.n, both.now.n))
    change = _paired(scale, pairs) if pairs and is_paired else _unpaired(scale, both)
    return Compared(
        name="",
        now=figure_of(scale, both.now),
        before=figure_of(scale, both.before),
        change=change,
        p_value=change.p_value if change else None,
        is_paired=is_paired,
    )


def compared_by_groups(scale: Scale, question: Question) -> dict[str, list[Compared]]:
    """Each segment, CSM, touch and plan against itself before, by Holm's rule, largest first."""
    found = tally_by_groups(scale, question)
    return {kind: judged_together(scale, groups) for kind, groups in found.items()}


def judged_together(scale: Scale, groups: Mapping[Any, Both]) -> list[Compared]:
    ordered = sorted(groups.items(), key=lambda item: (-item[1].now.n, str(item[0])))
    changes = {name: _unpaired(scale, both) for name, both in ordered}
    tested = {name: change for name, change in changes.items() if change}
    adjusted = dict(zip(tested, holm([c.p_value for c in tested.values()]), strict=True))
    return [
        Compared(
            name=name,
            now=figure_of(scale, both.now),
            before=figure_of(scale, both.before),
            change=changes[name],
            p_value=adjusted.get(name),
        )
        for name, both in ordered
    ]


def _unpaired(scale: Scale, both: Both) -> Change | None:
    if scale == NPS:
        return nps_change(both.before.signs, both.now.signs)
    return share_change((both.before.good, both.before.n), (both.now.good, both.now.n))


def _paired(scale: Scale, pairs: Pairs) -> Change | None:
    return paired_nps_change(pairs) if scale == NPS else paired_share_change(pairs)
