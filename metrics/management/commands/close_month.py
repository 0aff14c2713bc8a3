from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lib.days import today
from lib.periods import PeriodUnreadableError, period_of
from metrics.revenue.closing import MonthNotClosableError, close_month


class Command(BaseCommand):
    help = "Close a month: its figures stay as they are reported now, whatever is learned later."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", type=_month, help="for example 2026-10")

    def handle(self, *, month: date, **options: Any) -> None:
        try:
            closed = close_month(month, today=today())
        except MonthNotClosableError as why:
            raise CommandError(str(why)) from None
        self.stdout.write(f"{closed}: {closed.lines.count()} lines, {len(closed.figures)} figures")


def _month(text: str) -> date:
    try:
        period = period_of(text)
    except PeriodUnreadableError:
        period = None
    if period is None or period.kind != "month":
        raise CommandError(f"“{text}” is not a month. Write it like 2026-10.")
    return period.start
