"""Use of the product: events of the last months, and the roll-ups of the years before.

Like a real installation after its retention, the demo keeps raw events only for a while; older
days exist as daily usage alone.
"""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.utils import timezone

from accounts.models import ApiKey
from customers.ingest.storing import NewEvent, event_id_of, store_events
from customers.models import Customer
from lib.days import days_between
from lib.partitions import make_partitions
from metrics.demo.story import Life
from metrics.demo.writing import Cast, at
from metrics.models import DailyUsage
from metrics.models.daily_usage import DAILY_USAGE, PERSON_DAYS
from metrics.models.health_score import HEALTH_SCORES

DAYS_WITH_EVENTS = 100
# So long back a visit is more than one event, which makes it a session that takes its time.
DAYS_WITH_VISITS = 45
FEATURES = ["board.opened", "report.exported", "file.shared", "comment.added", "search.run"]
FEATURE_WEIGHTS = [10, 3, 4, 6, 1]
WEEKEND_USE = 0.12


def people_on(life: Life, day: date, random: Random) -> int:
    """How many people were there: seats in use, fewer at weekends."""
    if day < life.started_on:
        return 0
    seats = [v.seats for v in life.versions if v.effective_on <= day][-1]
    share = life.use_on(day) * (WEEKEND_USE if day.weekday() >= 5 else 0.62)
    # A few let more people in than they pay for.
    most = min(round(seats * 1.4) if life.number % 40 == 7 else seats, 40)
    scatter = math.sqrt(most * share * (1 - share))
    return max(0, min(most, round(random.gauss(most * share, scatter))))


def write_usage(
    lives: list[Life], customers: list[Customer], cast: Cast, today: date, random: Random
) -> None:
    first_day = min(life.started_on for life in lives)
    for table in (DAILY_USAGE, PERSON_DAYS, HEALTH_SCORES):
        make_partitions(table, first_day, today + timedelta(days=370))
    events_from = today - timedelta(days=DAYS_WITH_EVENTS)
    _write_roll_ups(lives, customers, first_day, events_from, random)
    key, _text = ApiKey.issue(
        owner=cast.admin, name="Hibiki Workspace", kind=ApiKey.Kind.SERVER, scopes=["events:write"]
    )
    now = timezone.now()
    visits_from = today - timedelta(days=DAYS_WITH_VISITS)
    for day in days_between(events_from, today):
        events = _events_of(day, lives, customers, key, random)
        seen = _with_second_looks(events, random) if day >= visits_from else events
        store_events(list(seen), now=now)


def _with_second_looks(events: Iterator[NewEvent], random: Random) -> Iterator[NewEvent]:
    """Most people do something else some minutes later."""
    for event in events:
        yield event
        if random.random() < 0.7:
            moment = event.occurred_at + timedelta(minutes=int(random.expovariate(1 / 12)) + 1)
            message_id = f"{event.message_id}-b"
            yield event._replace(
                message_id=message_id, event_id=event_id_of(event.source_id, message_id),
                client_ts=moment, occurred_at=moment, received_at=moment,
                name=event.name, quantity=1, seconds=60,
            )  # fmt: skip


def _write_roll_ups(
    lives: list[Life], customers: list[Customer], start: date, end: date, random: Random
) -> None:
    rows = []
    for life, customer in zip(lives, customers, strict=True):
        for day in days_between(max(start, life.started_on), min(end, life.churned_on or end)):
            people = people_on(life, day, random)
            if people:
                uses = people * random.randint(4, 11)
                rows.append(
                    DailyUsage(customer_id=customer.pk, day=day, event_count=uses,
                               active_people=people, seconds=uses * 95)
                )  # fmt: skip
    DailyUsage.objects.bulk_create(rows, batch_size=10_000)


def _events_of(
    day: date, lives: list[Life], customers: list[Customer], key: ApiKey, random: Random
) -> Iterator[NewEvent]:
    for life, customer in zip(lives, customers, strict=True):
        if life.churned_on and day >= life.churned_on:
            continue
        # Not everybody has found every feature.
        known = FEATURES[: 2 + life.number % 4]
        for place in range(people_on(life, day, random)):
            moment = at(day, random.randrange(8, 20), random.randrange(60))
            message_id = f"demo-{customer.pk}-{day:%Y%m%d}-{place}"
            yield NewEvent(
                customer_id=customer.pk, client_ts=moment,
                event_id=event_id_of(key.pk, message_id), source_id=key.pk,
                message_id=message_id, person=f"{customer.external_id}-U{place}", kind="track",
                name=random.choices(known, FEATURE_WEIGHTS[: len(known)])[0], quantity=random.randint(3, 12),
                seconds=random.randint(120, 2400), occurred_at=moment, received_at=moment,
            )  # fmt: skip
