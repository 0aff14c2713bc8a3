"""Small pictures without axes: a row of figures becomes the points of an SVG path.

Geometry only, in a box of `WIDTH` x `HEIGHT` units; the template tag draws it. A gap (None) breaks
the line instead of being drawn as nought.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, MARGIN = 96, 24, 2

Figure = Decimal | int | float | None


@dataclass(frozen=True)
class Sparkline:
    """`line` and `area` are SVG path data; `end` is the last point, None without figures."""

    line: str
    area: str
    end: tuple[str, str] | None


def sparkline(figures: Sequence[Figure], *, from_zero: bool = True) -> Sparkline:
    """Scale the figures into the box: from nought, or from the lowest when changes are small."""
    known = [float(f) for f in figures if f is not None]
    if not known:
        return Sparkline("", "", None)
    low = min(0.0, *known) if from_zero else min(known)
    span = (max(known) - low) or 1.0
    step = (WIDTH - 2 * MARGIN) / max(1, len(figures) - 1)

    def point(index: int, figure: float) -> tuple[str, str]:
        height = (HEIGHT - 2 * MARGIN) * (figure - low) / span
        return f"{MARGIN + index * step:.1f}", f"{HEIGHT - MARGIN - height:.1f}"

    runs: list[list[tuple[str, str]]] = [[]]
    for index, figure in enumerate(figures):
        if figure is None:
            runs.append([])
        else:
            runs[-1].append(point(index, float(figure)))
    runs = [run for run in runs if run]
    return Sparkline(
        line="".join(_path(run) for run in runs),
        area="".join(f"{_path(run)}L{run[-1][0]},{HEIGHT}L{run[0][0]},{HEIGHT}Z" for run in runs),
        end=runs[-1][-1],
    )


def _path(run: list[tuple[str, str]]) -> str:
    return "M" + "L".join(f"{x},{y}" for x, y in run)
