"""How the processes of a run begin, so that none does what another one is doing.

The first reads the tests; while they are read, pytest rewrites and Python compiles them. Whoever
waits for that reads what it left behind in half the time. The second makes the database meanwhile,
which takes as long.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Should the first die while it reads, the others read for themselves.
LONGEST_WAIT = 120


@contextmanager
def taken(config: pytest.Config, make_database: Callable[[Path], None]) -> Iterator[None]:
    """Around the reading of tests. A run of one process needs no turns."""
    process = getattr(config, "workerinput", {}).get("workerid")
    if not process:
        yield
        return
    folder = Path(config.option.basetemp).parent
    is_read = folder / "tests.read"
    if process == "gw0":
        try:
            yield
        finally:
            is_read.touch()
        return
    if process == "gw1":
        make_database(folder)
    wait_for(is_read)
    yield


def wait_for(mark: Path) -> None:
    deadline = time.monotonic() + LONGEST_WAIT
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
