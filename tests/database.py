"""One migrated database for all processes of a test run; each works in a copy of its own.

To migrate takes some ten seconds of CPU, to copy what was migrated less than half a second.
"""

import fcntl
from collections.abc import Callable
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
        creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        furnish()
        connection.close()
        (folder / "database.made").write_text(connection.settings_dict["NAME"])


def make_copy(folder: Path, name: str, furnish: Callable[[], None]) -> None:
    """`name` is the process's own. It stays behind as the pattern does."""
    make_pattern(folder, furnish)
    creation = connection.creation
    with (folder / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection.settings_dict["NAME"] = (folder / "database.made").read_text()
        creation.clone_test_db(suffix=name, verbosity=0, autoclobber=True)
    connection.settings_dict.update(creation.get_test_db_clone_settings(name))
