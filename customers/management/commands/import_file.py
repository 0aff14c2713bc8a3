from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.importing.arriving import receive
from customers.importing.reasons import FileRefused, file_reason, row_reason
from customers.importing.register import NOUNS
from customers.importing.told import Told, read_as_told
from customers.importing.working import work_on
from customers.models import ImportRow, ImportRun
from lib.days import today

BLOCK = 1 << 20
SHOWN = 20
OPTIONS = ("date_order", "decimal_mark", "currency")


class Command(BaseCommand):
    help = "Import a CSV or Excel file: look at it, check it and, unless --dry-run, save it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--noun", required=True, choices=sorted(NOUNS))
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=COLUMN",
            help="which column is which; an empty column leaves the field out",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day the file was made, as 2026-12-31"
        )
        parser.add_argument("--date-order", choices=["dmy", "mdy"])
        parser.add_argument("--decimal-mark", choices=[".", ","])
        parser.add_argument("--currency", default="", help="for rows that name none")
        parser.add_argument("--encoding", default="")
        parser.add_argument("--delimiter", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = self._arrive(options)
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        run.start_checking()
        self._finish(run, SHOWN if options["verbosity"] else 0)
        if options["dry_run"]:
            self.stdout.write("Nothing was saved (--dry-run).")
            return
        if not (run.counts.get("new") or run.counts.get("changed")):
            self.stdout.write("There is nothing to save.")
            return
        run.start_saving(run.preview_token())
        # What was rejected was shown by the check.
        self._finish(run, 0)
        self.stdout.write(f"Saved as import {run.pk}.")

    def _arrive(self, options: dict[str, Any]) -> ImportRun:
        path: Path = options["path"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        as_of = options["as_of"] or today()
        with path.open("rb") as file:
            blocks = iter(lambda: file.read(BLOCK), b"")
            run = receive(options["noun"], path.name, blocks, user=None, as_of=as_of)
        told = Told(
            options["encoding"], options["delimiter"], columns=options["map"],
            options={name: options[name] or "" for name in OPTIONS},
        )  # fmt: skip
        try:
            read_as_told(run, told, as_of)
        except FileRefused as refusal:
            columns = ", ".join(run.header)
            way = f" Write --map FIELD=COLUMN; the columns are {columns}."
            is_lacking = refusal.code == "column_missing"
            raise CommandError(f"{refusal}{way if is_lacking else ''}") from refusal
        return run

    def _finish(self, run: ImportRun, shown: int) -> None:
        """Work here and now; if this process dies, a worker goes on with it."""
        while not work_on(run.pk):
            pass
        run.refresh_from_db()
        if run.state == ImportRun.State.FAILED:
            raise CommandError(file_reason(run.failure["code"], run.failure["params"]))
        verdicts = [f"{run.counts.get(v, 0)} {v.label}" for v in ImportRow.Verdict]
        self.stdout.write(f"{run.get_state_display()}: {', '.join(verdicts)}")
        rejected = run.rows.filter(verdict=ImportRow.Verdict.REJECTED).order_by("number")
        for row in rejected[:shown]:
            for problem in row.problems or []:
                reason = row_reason(problem["code"], problem["params"])
                self.stdout.write(f"  row {row.number} {problem['column']}: {reason}")
