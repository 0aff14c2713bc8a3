"""One migrated database for all processes of a test run; each works in a copy of its own.

To migrate takes some ten seconds of CPU, to copy what was migrated less than half a second.
"""

import fcntl
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


def make_pattern(folder: Path, furnish: Callable[[], None]) -> None:
    """Once for the processes of a run, which share `folder`: others wait until it is made.

    It stays behind on a server that is not thrown away, and the next run replaces it.
    """
    creation = connection.creation
    with (folder / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "database.made").exists():
            return
        with no_collecting():
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            furnish()
        connection.close()
        (folder / "database.made").write_text(connection.settings_dict["NAME"])


def make_copy(folder: Path, name: str, furnish: Callable[[], None]) -> None:
    """`name` is the process's own."""
    make_pattern(folder, furnish)
    creation = connection.creation
    with (folder / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection.settings_dict["NAME"] = (folder / "database.made").read_text()
        creation.clone_test_db(suffix=name, verbosity=0, autoclobber=True)
    connection.settings_dict.update(creation.get_test_db_clone_settings(name))


def drop_copy() -> None:
    """With the session of a process that a test has just killed, which may still be there."""
    copy = connection.ops.quote_name(connection.settings_dict["NAME"])
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")


@contextmanager
def no_collecting() -> Iterator[None]:
    """Migrations make and forget thousands of classes; looking for garbage takes a third of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
