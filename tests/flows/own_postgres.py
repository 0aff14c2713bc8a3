"""A PostgreSQL of a test's own, which it may crash: a copy of the test database, lived in for a
while."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, connections

from config.embedded.servers import Postgres
from tests.flows.crew import database_url, wait_until


class OwnPostgres(Postgres):
    """Durable, unlike the server of the test run, so that a crash is a fair one."""

    def take_over(self, url: str) -> None:
        """Everything that stands in another database, by the tools of PostgreSQL."""
        dump = subprocess.Popen([self.binaries / "pg_dump", url], stdout=subprocess.PIPE)
        fill = [
            self.binaries / "psql",
            "--quiet",
            "--single-transaction",
            "--set",
            "ON_ERROR_STOP=on",
            self.url,
        ]
        subprocess.run(fill, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
        assert dump.wait() == 0

    def crash(self) -> None:
        """No checkpoint, no good-bye."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def recover(self) -> None:
        """To be called by the test itself: the server ends with the thread that started it."""
        self.start()
        connections.close_all()

    def kill_a_backend(self, of: int) -> None:
        """kill -9 of one session; the server throws out all others and recovers by itself."""
        os.kill(of, signal.SIGKILL)
        connections.close_all()
        # Until the server has buried it, it takes newcomers and throws them out a moment later.
        assert wait_until(lambda: not Path(f"/proc/{of}").exists())
        assert wait_until(self._is_ready)


@contextmanager
def living_in_own_postgres(folder: Path) -> Iterator[OwnPostgres]:
    """Django, and whoever is forked from here, uses it instead of the test database."""
    server, kept = OwnPostgres(folder), connection.settings_dict.copy()
    server.start()
    try:
        server.take_over(database_url())
        connections.close_all()
        connection.settings_dict |= {
            "NAME": "enishi", "USER": "postgres", "PASSWORD": "", "HOST": "", "PORT": "",
            "OPTIONS": kept["OPTIONS"] | {"host": str(server.socket_folder)},
        }  # fmt: skip
        yield server
    finally:
        connections.close_all()
        connection.settings_dict |= kept
        server.stop()
