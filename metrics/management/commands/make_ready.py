from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    # All checks are made here, once for all processes of a start; workers need not repeat them.
    help = "What comes before each start: migrates, makes room for the days to come, loads a demo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="load an invented company where there is no data"
        )

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("keep_partitions", stdout=StringIO())
        if options["demo"]:
            call_command("load_demo", unless_loaded=True, stdout=self.stdout)
