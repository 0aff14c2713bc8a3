"""The long files first, so that no process of a run is left alone with one at the end.

A run hands whole files to its processes, in this order. The first needs no database, so that one
process has work while the other makes it (tests/database.py). Files that are not named here and
start servers or browsers come next; within each rank the order stays as it was. The long ones that
work and the long ones that wait for something take turns.
"""

import pytest

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


def place(item: pytest.Item) -> int:
    path = item.path.as_posix()
    for number, name in enumerate(LONG):
        if path.endswith(name):
            return number
    is_live = "/browser/" in path or item.get_closest_marker("live")
    return len(LONG) + (0 if is_live else 1)
