"""`make bench`: builds a big installation, measures product and yardstick, prints the ratios.

`make bench ARGS="--only night,pages --scale 0.1"` measures a part of it on a tenth of the data.
"""

import argparse
import importlib
import os
import sys
import time

import django

# Each part leaves the company as the next one needs it; what makes it bigger comes last.
PARTS = [
    "night",
    "pages",
    "survey_page",
    "memory",
    "ingest",
    "imports",
    "ledger",
    "retention",
    "numbers",
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, parted by commas")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is 100,000 customers")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # A line of log for each request and task would drown the table.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    rows = []
    for name in chosen.only.split(","):
        started = time.perf_counter()
        print(f"{name}: load of the machine {_load()}", file=sys.stderr)
        rows += importlib.import_module(f"bench.{name}").run(chosen.scale)
        print(f"{name}: measured in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    print(f"\n{'what':<58} {'figure':>12} {'yardstick':>12} {'ratio':>7} {'limit':>7}")
    for row in rows:
        verdict = "" if row.holds else "  MISSED"
        print(
            f"{row.name:<58} {row.figure:>9.1f} {row.unit:<5}{row.yardstick:>9.1f}"
            f" {row.ratio:>9.2f} {row.limit:>7.2f}{verdict}{row.note and f'  {row.note}'}"
        )
    print(f"\n{os.cpu_count()} processors, load of the machine at the end {_load()}")
    return 0 if all(row.holds for row in rows) else 1


def _load() -> str:
    """Of the last 1, 5 and 15 minutes; what is above the processors waited for one."""
    return ", ".join(f"{figure:.1f}" for figure in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main())
