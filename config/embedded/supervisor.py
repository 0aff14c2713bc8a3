"""`make run`: starts everything, brings back what dies, and stops what it started by pid."""

import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.servers import (
    EmbeddedServerError,
    Postgres,
    Valkey,
    free_port,
    port_is_free,
    start_process,
    stop_process,
)

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
DEFAULT_PORT = 8000
RESTART_PAUSE = 2.0


@dataclass
class Child:
    """A process we keep alive: its command, and how gently it is stopped."""

    name: str
    command: list[str]
    env: dict[str, str]
    patience: float = 25
    process: subprocess.Popen[bytes] | None = None

    def start(self, logs: Path) -> None:
        self.process = start_process(self.command, logs / f"{self.name}.log", self.env)

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        if self.process:
            stop_process(self.process, signal.SIGTERM, self.patience)


@dataclass
class Installation:
    """One running Enishi: its folder, its environment and its processes."""

    folder: Path
    env: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    children: list[Child] = field(default_factory=list)
    mail_port: int = 0
    web_port: int = 0

    def start_servers(self) -> None:
        if not self.env.get("DATABASE_URL"):
            self.postgres = Postgres(self.folder / "postgres")
            self.postgres.start()
            self.env["DATABASE_URL"] = self.postgres.url
        if not self.env.get("REDIS_URL"):
            self.valkey = Valkey(self.folder / "valkey")
            self.valkey.start()
            self.env["REDIS_URL"] = self.valkey.url

    def complete_environment(self) -> None:
        wanted = int(self.env.get("PORT") or DEFAULT_PORT)
        self.web_port = wanted if port_is_free(wanted) else free_port()
        self.env.setdefault("SECRET_KEY", self._kept_secret())
        self.env.setdefault("PUBLIC_URL", f"http://127.0.0.1:{self.web_port}")
        self.env.setdefault("DEMO_MODE", "on")
        self.env.setdefault("PYTHONUNBUFFERED", "1")
        self.env.setdefault("MEDIA_ROOT", str(self.folder / "media"))
        if not self.env.get("EMAIL_URL"):
            self.mail_port = free_port()
            self.env["EMAIL_URL"] = f"smtp://127.0.0.1:{self.mail_port}"
            self.env["MAILBOX_DIR"] = str(self.folder / "mail")

    def _kept_secret(self) -> str:
        file = self.folder / "secret_key"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(60))
        return file.read_text()

    def plan_children(self) -> None:
        celery = [PYTHON, "-m", "celery", "-A", "config"]
        worker = [*celery, "worker", "-c", "2", "-Q", "default,mail", "--without-gossip",
                  "--without-mingle", "--without-heartbeat", "-l", "info"]  # fmt: skip
        web = [PYTHON, "-m", "gunicorn", "--config", "config/web_server.py", "--bind",
               f"127.0.0.1:{self.web_port}", "--workers", "1", "config.wsgi"]  # fmt: skip
        beat_file = str(self.folder / "beat-schedule")
        self.children = [
            Child("web", web, self.env | {"DATABASE_POOL_SIZE": "8"}),
            Child("worker", worker, self.env),
            Child("beat", [*celery, "beat", "-s", beat_file], self.env, patience=5),
        ]
        if self.mail_port:
            catcher = [PYTHON, "-m", "config.embedded.mail_catcher", str(self.mail_port),
                       self.env["MAILBOX_DIR"]]  # fmt: skip
            self.children.insert(0, Child("mail", catcher, self.env, patience=5))

    def manage(self, *words: str) -> None:
        done = subprocess.run([PYTHON, "manage.py", *words], check=False, cwd=ROOT, env=self.env)
        if done.returncode:
            raise EmbeddedServerError(f"`manage.py {' '.join(words)}` failed; see above.")

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()


def serve(var: Path) -> int:
    """Run until Ctrl-C or SIGTERM. The exit status is 0 when all of it was stopped on request."""
    signs = {signal.SIGINT, signal.SIGTERM, signal.SIGCHLD}
    folder = var / "run"
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    with _only_one_here(folder):
        installation = Installation(folder)
        try:
            installation.start_servers()
            installation.complete_environment()
            installation.manage("migrate", "--verbosity", "0")
            if installation.env["DEMO_MODE"].lower() in {"on", "true", "1", "yes"}:
                installation.manage("load_demo", "--unless-loaded")
            installation.plan_children()
            signal.pthread_sigmask(signal.SIG_BLOCK, signs)
            for child in installation.children:
                child.start(folder / "logs")
            _wait_for_web(installation)
            print(_banner(installation), flush=True)
            _watch(installation, signs)
        except KeyboardInterrupt:
            pass
        finally:
            print("Stopping …", flush=True)
            installation.stop()
    return 0


@contextlib.contextmanager
def _only_one_here(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EmbeddedServerError(f"Enishi already runs from {folder}.") from None
        yield


def _watch(installation: Installation, signs: set[signal.Signals]) -> None:
    """Sleep until a signal; bring back whoever died, the servers first."""
    while True:
        got = signal.sigtimedwait(signs, 5)
        if got and got.si_signo in {signal.SIGINT, signal.SIGTERM}:
            return
        for server in (installation.postgres, installation.valkey):
            if server and server.process and server.process.poll() is not None:
                print(f"{type(server).__name__} died and is started again.", flush=True)
                with contextlib.suppress(EmbeddedServerError):
                    server.start()
        for child in installation.children:
            if child.has_died():
                print(f"{child.name} died and is started again.", flush=True)
                time.sleep(RESTART_PAUSE)
                child.start(installation.folder / "logs")


def _wait_for_web(installation: Installation) -> None:
    deadline = time.monotonic() + 60
    address = f"http://127.0.0.1:{installation.web_port}/health/ready/"
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(address, timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise EmbeddedServerError(f"The web server did not answer; see {installation.folder / 'logs'}.")


def _banner(installation: Installation) -> str:
    env = installation.env
    mail = (
        f"kept in {env['MAILBOX_DIR']}, to be read at {env['PUBLIC_URL']}/mailbox/"
        if env.get("MAILBOX_DIR")
        else "sent by the server of EMAIL_URL"
    )
    return f"""
  Enishi is running at   {env["PUBLIC_URL"]}
  Log in as              ana@example.com (CSM), lea@example.com (lead), admin@example.com (admin)
  Password               enishi-demo-2026
  Mail is                {mail}
  Logs are in            {installation.folder / "logs"}
  Stop with              Ctrl-C
"""
