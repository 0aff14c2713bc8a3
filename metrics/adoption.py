"""Which core features are adopted, by the customers who could (ENG-3)."""

from dataclasses import dataclass

from lib.rates import Rate
from metrics.engagement_figures import Engaged
from metrics.figure import Figure
from metrics.intervals import wilson
from metrics.models import Feature


@dataclass(frozen=True)
class Adoption:
    """A core feature, and the customers with seats whose plan includes it."""

    feature: Feature
    eligible: int
    used: Figure
    adopted: Figure


def adoptions_of(found: Engaged) -> list[Adoption]:
    """The most adopted first."""
    features = Feature.objects.in_bulk(found.features)
    lines = [
        Adoption(features[key], eligible, _share(used, eligible), _share(adopted, eligible))
        for key, (eligible, used, adopted) in found.features.items()
        if key in features
    ]
    return sorted(lines, key=lambda line: (-(line.adopted.numerator or 0), line.feature.event))


def _share(part: int, whole: int) -> Figure:
    return Figure.of_share(Rate(part, whole, "" if whole else "nobody_eligible"),
                           wilson(part, whole))  # fmt: skip
