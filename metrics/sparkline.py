"""Small pictures without axes: a row of figures becomes the points of an SVG path.

Geometry only, in a box of `WIDTH` x `HEIGHT` units; the template tag draws it. A gap (None) breaks
the line instead of being drawn as nought.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

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
    scale = (HEIGHT - 2 * MARGIN) / ((max(known) - low) or 1.0)
    floor = HEIGHT - MARGIN
    runs: list[list[tuple[str, str]]] = [[]]
    for x, figure in zip(_places(len(figures)), figures, strict=True):
        if figure is None:
            runs.append([])
        else:
            runs[-1].append((x, f"{floor - scale * (float(figure) - low):.1f}"))
    runs = [run for run in runs if run]
    lines = [f"M{'L'.join([f'{x},{y}' for x, y in run])}" for run in runs]
    return Sparkline(
        line="".join(lines),
        area="".join(
            f"{line}L{run[-1][0]},{HEIGHT}L{run[0][0]},{HEIGHT}Z"
            for line, run in zip(lines, runs, strict=True)
        ),
        end=runs[-1][-1],
    )


@lru_cache(maxsize=64)
def _places(count: int) -> tuple[str, ...]:
    """How far to the right each of so many figures stands."""
    step = (WIDTH - 2 * MARGIN) / max(1, count - 1)
    return tuple(f"{MARGIN + index * step:.1f}" for index in range(count))
