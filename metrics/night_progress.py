"""How far a night is, and what it came to: the figures of the Nights pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from metrics.models import Night, NightChunk

COUNTED = (
    "customers_with_use", "recounted_days", "scores", "movements", "alerts_raised",
    "alerts_settled", "tasks",
)  # fmt: skip


@dataclass(frozen=True)
class NightProgress:
    """One line of the list. `share` is 0 to 100 of the chunks; None before they are cut."""

    night: Night
    chunks: int
    chunks_over: int
    failed: int

    @property
    def share(self) -> int | None:
        if self.night.state == Night.State.DONE:
            return 100
        return 100 * self.chunks_over // self.chunks if self.chunks else None

    @property
    def duration(self) -> timedelta | None:
        if self.night.started_at is None or self.night.finished_at is None:
            return None
        return self.night.finished_at - self.night.started_at

    @property
    def seconds(self) -> float | None:
        return None if self.duration is None else self.duration.total_seconds()

    @property
    def is_open(self) -> bool:
        return self.night.state != Night.State.DONE

    @property
    def counts(self) -> dict[str, Any]:
        """The figures of the report; None for one the night has not come to yet."""
        return dict.fromkeys(COUNTED) | self.night.report


def progress_of(nights: Iterable[Night]) -> list[NightProgress]:
    """The progress of some nights, with one question for their chunks."""
    listed = list(nights)
    over = Q(state__in=[NightChunk.State.DONE, NightChunk.State.FAILED])
    counted = (
        NightChunk.objects.filter(night__in=listed)
        .order_by()
        .values("night_id")
        .annotate(
            all=Count("pk"),
            over=Count("pk", filter=over),
            failed=Count("pk", filter=Q(state=NightChunk.State.FAILED)),
        )
    )
    chunks = {row["night_id"]: row for row in counted}
    none = {"all": 0, "over": 0, "failed": 0}
    return [
        NightProgress(night, row["all"], row["over"], row["failed"])
        for night in listed
        for row in [chunks.get(night.day, none)]
    ]


def failed_customers(day: date) -> dict[int, str]:
    """Customers that could not be scored, with the reason."""
    failed = NightChunk.objects.filter(night_id=day, state=NightChunk.State.FAILED)
    return dict(failed.values_list("first_id", "failure"))
