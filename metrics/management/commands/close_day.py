import time
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lib.days import days_between, today
from metrics.daily import DayReport, close_day
from metrics.models import Night
from metrics.reopening import reopen

PATIENCE_SECONDS = 600


class Command(BaseCommand):
    help = "Close a day, or every day from one through another, here and now. Safe to repeat;"
    help += " the newest closed day is then counted again with what came since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("day", type=_day, help="for example 2026-06-01")
        parser.add_argument("--through", type=_day, help="the last day to close")

    def handle(self, *, day: date, through: date | None, **options: Any) -> None:
        last = through or day
        if last < day:
            raise CommandError(f"--through is before {day}. Give a later day.")
        if last >= today():
            raise CommandError(f"{last} is not over yet. Give a day before {today()}.")
        newest = Night.objects.order_by("-day").first()
        if newest and day <= newest.day <= last:
            # Whoever asks for it wants what came since to be counted.
            reopen(newest)
        for each in days_between(day, last + timedelta(days=1)):
            report = _closed(each)
            figures = ", ".join(f"{name} {count}" for name, count in report.counts.items())
            self.stdout.write(f"{each}: {figures}")


def _closed(day: date) -> DayReport:
    """Close a day, and wait where other workers hold a part of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (report := close_day(day)).is_done:
        if time.monotonic() > deadline:
            raise CommandError(f"{day} is still being closed by others. Look at the Nights page.")
        time.sleep(0.5)
    return report


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a day. Write it like 2026-06-01.") from None
