"""The long files first, so that no process of a run is left alone with one at the end.

A run hands whole files to its processes, in this order. The first needs no database, so that one
process has work while the other makes it (tests/database.py). The long ones that work and the long
ones that wait for something take turns. Of the others, those that start servers or browsers and
wait for them come one at a time between some that work.
"""

from itertools import islice
from pathlib import Path

import pytest

# So many files that work are handed out after each that waits.
WORK_BESIDE = 2

LONG = (
    "house/test_embedded.py",
    "customers/importing/test_real_files.py",
    "flows/test_night_faults.py",
    "browser/test_the_day.py",
    "flows/test_postgres_restart.py",
    "access/test_pages.py",
    "flows/test_import_faults.py",
    "browser/test_story.py",
    "flows/test_deaf_worker.py",
    "access/test_back_office.py",
    "outreach/test_killed_workers.py",
    "api/test_fuzz.py",
    "flows/test_redis_down.py",
)


def arranged(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests in the order in which a run hands out their files."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    long = sorted(filter(rank, files), key=rank)
    waiting = [path for path in files if not rank(path) and waits(files[path])]
    working = iter(path for path in files if not rank(path) and path not in waiting)
    mixed = [each for path in waiting for each in (path, *islice(working, WORK_BESIDE))]
    return [item for path in (*long, *mixed, *working) for item in files[path]]


def rank(path: Path) -> int:
    """From 1 on; 0 of a file that is not long."""
    found = (n for n, name in enumerate(LONG, start=1) if path.as_posix().endswith(name))
    return next(found, 0)


def waits(tests: list[pytest.Item]) -> bool:
    return "browser" in tests[0].path.parts or any(map(is_live, tests))


def is_live(test: pytest.Item) -> bool:
    return test.get_closest_marker("live") is not None
