"""Room for days: the yearly partitions of usage, people and scores, made ahead."""

from datetime import date, timedelta

from lib.days import today
from lib.partitions import make_partitions
from metrics.models.daily_usage import DAILY_USAGE, PERSON_DAYS
from metrics.models.health_score import HEALTH_SCORES

TABLES = (DAILY_USAGE, PERSON_DAYS, HEALTH_SCORES)
# A history that is brought in may be some years old.
YEARS_BACK = 4
DAYS_AHEAD = 366


def keep_partitions_ahead() -> int:
    """Make what is missing from some years back to next year. How many were made."""
    now = today()
    start, end = date(now.year - YEARS_BACK, 1, 1), now + timedelta(days=DAYS_AHEAD)
    return sum(make_partitions(table, start, end) for table in TABLES)


def make_room_for(day: date) -> int:
    """Make the partitions a day needs, when somebody counts or closes a day of long ago."""
    return sum(make_partitions(table, day, day + timedelta(days=1)) for table in TABLES)
