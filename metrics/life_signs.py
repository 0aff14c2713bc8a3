"""Who gave a sign of life lately: workers that take jobs, and the clock that rings for them.

PostgreSQL's clock stamps and compares, so machines whose clocks differ agree on what is late.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from metrics.models import LifeSign

# After so many missed signs nobody counts on a process any more.
MISSED = 3
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class AtWork:
    """How many workers answer, the queues none of them takes jobs from, and ages in seconds.

    `seconds` is the age of the newest sign of a worker and `clock_seconds` of the clock; None when
    there never was one.
    """

    workers: int
    idle_queues: list[str]
    seconds: float | None
    clock_seconds: float | None

    @property
    def clock_rings(self) -> bool:
        return self.clock_seconds is not None and self.clock_seconds < patience()


def patience() -> float:
    """Seconds after which a sign is too old to count."""
    return MISSED * float(settings.WORKER_SIGN_SECONDS)


def give_sign(name: str, pid: int, *, queues: list[str], is_clock: bool = False) -> None:
    """Here I am. The rows of processes that were long gone are swept away on the way."""
    LifeSign.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
    sign = LifeSign(name=name[:200], pid=pid, queues=queues, is_clock=is_clock, seen_at=Now())
    LifeSign.objects.bulk_create(
        [sign], update_conflicts=True, unique_fields=["name", "pid"],
        update_fields=["queues", "is_clock", "seen_at"],
    )  # fmt: skip


def take_leave(name: str, pid: int) -> None:
    """A process that ends in peace is not missed."""
    LifeSign.objects.filter(name=name[:200], pid=pid).delete()


def who_is_at_work() -> AtWork:
    age = ExpressionWrapper(Now() - F("seen_at"), output_field=DurationField())
    signs = list(LifeSign.objects.annotate(age=age))
    ages = [sign.age.total_seconds() for sign in signs if not sign.is_clock]
    answering = [
        sign for sign in signs if not sign.is_clock and sign.age.total_seconds() < patience()
    ]
    taken = {queue for sign in answering for queue in sign.queues}
    return AtWork(
        workers=len(answering),
        idle_queues=sorted(set(_queues()) - taken),
        seconds=min(ages, default=None),
        clock_seconds=min((s.age.total_seconds() for s in signs if s.is_clock), default=None),
    )


def _queues() -> list[str]:
    """Every queue jobs are put into."""
    routed = [route["queue"] for route in settings.CELERY_TASK_ROUTES.values()]
    return [settings.CELERY_TASK_DEFAULT_QUEUE, *routed]
