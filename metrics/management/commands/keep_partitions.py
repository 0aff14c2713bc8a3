from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from customers.ingest import partitions as of_events
from metrics import partitions as of_days


class Command(BaseCommand):
    # It runs at each start, right behind migrate, and knows no page.
    requires_system_checks = ()
    help = "Make room for the days to come and drop what is over: after migrating, and by jobs."

    def handle(self, **options: Any) -> None:
        made, dropped = of_events.keep_partitions(timezone.now())
        made += of_days.keep_partitions_ahead()
        self.stdout.write(f"Partitions: {made} made, {dropped} dropped.")
