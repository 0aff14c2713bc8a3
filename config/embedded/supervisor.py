"""`make run`: starts everything, brings back what dies, and stops what it started by pid."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import FrameType

import environ

from config.embedded.kept_environment import forget_environment, keep_environment
from config.embedded.processes import (
    EmbeddedServerError,
    end_of,
    ended_with_us,
    free_port,
    only_one_in,
    port_is_free,
    start_process,
    stop_process,
)
from config.embedded.servers import Postgres, Valkey
from config.hearing import Ear, Servers

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
DEFAULT_PORT = 8000
LOOK_EVERY = 0.5
RESTART_PAUSE = 2.0
WEB_SECONDS = 60
# With a pool comes the patience of a web server: seconds, where a worker may count for a minute.
WEB_ONLY = {"DATABASE_POOL_SIZE": "8"}
# On SIGTERM the worker hands its jobs back after a while instead of finishing them.
WORKER_ONLY = {"REMAP_SIGTERM": "SIGQUIT"}
# `make_ready` has made all checks a moment ago.
JOBS_ONLY = {"CELERY_SKIP_CHECKS": "1"}
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop, by Ctrl-C, by kill or by closing the terminal."""

    def __init__(self, sign: int) -> None:
        self.sign = sign


def listen_to_signals() -> None:
    """Not by a mask, which children would inherit, and be deaf to our own SIGTERM."""

    def stop(sign: int, _frame: FrameType | None) -> None:
        raise Stopped(sign)

    for sign in STOPPING:
        signal.signal(sign, stop)


def listen_no_more() -> None:
    for sign in STOPPING:
        signal.signal(sign, signal.SIG_IGN)


@dataclass
class Child:
    """A process we keep alive: its command, and how gently it is stopped."""

    name: str
    command: list[str]
    env: dict[str, str]
    patience: float = 25
    # For one that may live on and do nothing.
    ear: Ear | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self, logs: Path) -> None:
        command = [*ended_with_us(signal.SIGTERM), *self.command]
        self.process = start_process(command, logs / f"{self.name}.log", self.env)

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def is_deaf(self) -> bool:
        if self.ear is None or self.process is None or self.has_died():
            return False
        return self.ear.is_deaf(self.process.pid)

    def kill(self) -> None:
        """With all it started: a deaf one would not hear a request."""
        if self.process and not self.has_died():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def ask_to_stop(self) -> None:
        if self.process and not self.has_died():
            self.process.terminate()

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

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def is_demo(self) -> bool:
        return self.env["DEMO_MODE"].lower() in {"on", "true", "1", "yes"}

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
        """What is not said, or said to be empty, gets a value that works here."""
        self.web_port = _web_port(self.env.get("PORT", ""))
        if not self.env.get("EMAIL_URL"):
            self.mail_port = free_port()
            self.env["EMAIL_URL"] = f"smtp://127.0.0.1:{self.mail_port}"
            self.env["MAILBOX_DIR"] = str(self.folder / "mail")
        ours = {
            "SECRET_KEY": self._kept_secret(),
            "PUBLIC_URL": f"http://127.0.0.1:{self.web_port}",
            "DEMO_MODE": "on",
            "PYTHONUNBUFFERED": "1",
            "MEDIA_ROOT": str(self.folder / "media"),
        }
        self.env |= {name: value for name, value in ours.items() if not self.env.get(name)}

    def _kept_secret(self) -> str:
        file = self.folder / "secret_key"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(60))
        return file.read_text()

    def plan_children(self) -> None:
        celery = [PYTHON, "-m", "celery", "-A", "config"]
        quietly = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "info"]
        worker = [*celery, "worker", "-c", "2", "-Q", "default,mail", *quietly]
        # Memory that drawing took is given back only by a process that ends.
        reports = [*celery, "worker", "-n", "reports@%h", "-c", "1", "-Q", "reports,bulk",
                   "--max-tasks-per-child", "20", *quietly]  # fmt: skip
        supervised = self.env | JOBS_ONLY | {"SUPERVISED_BY": str(os.getpid())}
        jobs = supervised | WORKER_ONLY
        web = [PYTHON, "-m", "gunicorn", "--config", "config/web_server.py", "--bind",
               f"127.0.0.1:{self.web_port}", "--workers", "1", "config.wsgi"]  # fmt: skip
        beat = [*celery, "beat", "-s", str(self.folder / "beat-schedule")]
        self.children = [
            Child("web", web, self.env | WEB_ONLY),
            Child("worker", worker, jobs, ear=self._ear("celery")),
            Child("reports", reports, jobs, ear=self._ear("reports")),
            Child("beat", beat, supervised, patience=5),
        ]
        if self.mail_port:
            catcher = [PYTHON, "-m", "config.embedded.mail_catcher", str(self.mail_port),
                       self.env["MAILBOX_DIR"]]  # fmt: skip
            self.children.insert(0, Child("mail", catcher, self.env, patience=5))

    def _ear(self, worker: str) -> Ear:
        database = environ.Env.db_url_config(self.env["DATABASE_URL"])
        every = float(self.env.get("WORKER_SIGN_SECONDS") or 10)
        servers = Servers(database, self.env["REDIS_URL"])
        return Ear(servers, f"{worker}@{socket.gethostname()}", every)

    def manage(self, *words: str) -> None:
        command = [PYTHON, "manage.py", *words]
        done = subprocess.run(command, check=False, cwd=ROOT, env=self.env, start_new_session=True)
        if done.returncode:
            raise EmbeddedServerError(f"`manage.py {' '.join(words)}` failed; see above.")

    def start(self) -> None:
        self.start_servers()
        self.complete_environment()
        keep_environment(self.folder, self.env, ROOT / "config")
        self.manage("make_ready", *(["--demo"] if self.is_demo else []))
        self.plan_children()
        for child in self.children:
            child.start(self.logs)
        _wait_for_web(self)

    def bring_back(self) -> None:
        """Start again whoever died, the servers first."""
        for server in (self.postgres, self.valkey):
            if server and server.process and server.process.poll() is not None:
                print(f"{type(server).__name__} died and is started again.", flush=True)
                with contextlib.suppress(EmbeddedServerError):
                    server.start()
        for child in self.children:
            if child.is_deaf():
                print(f"{child.name} takes no jobs and is killed.", flush=True)
                child.kill()
            if child.has_died():
                print(f"{child.name} died and is started again.", flush=True)
                time.sleep(RESTART_PAUSE)
                child.start(self.logs)

    def stop(self) -> None:
        """Everybody is asked at once, so that the slowest decides and not the sum."""
        forget_environment(self.folder)
        for child in self.children:
            child.ask_to_stop()
        for child in reversed(self.children):
            child.stop()
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()


def serve(var: Path) -> int:
    """Run until Ctrl-C or SIGTERM. The exit status is 0 when all of it was stopped on request."""
    folder = var / "run"
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    environ.Env.read_env(ROOT / ".env")
    with only_one_in(folder):
        installation = Installation(folder)
        listen_to_signals()
        try:
            installation.start()
            print(_banner(installation), flush=True)
            while True:
                time.sleep(LOOK_EVERY)
                installation.bring_back()
        except Stopped:
            return 0
        finally:
            listen_no_more()
            print("Stopping …", flush=True)
            installation.stop()


def _web_port(wanted: str) -> int:
    if wanted and not (wanted.isascii() and wanted.isdigit() and 0 < int(wanted) < 65536):
        raise EmbeddedServerError(f"PORT is {wanted!r}; it must be a number from 1 to 65535.")
    port = int(wanted or DEFAULT_PORT)
    if port_is_free(port):
        return port
    if wanted:
        raise EmbeddedServerError(f"Port {port} is taken. Choose another one, or set none.")
    return free_port()


def _wait_for_web(installation: Installation) -> None:
    deadline = time.monotonic() + WEB_SECONDS
    address = f"http://127.0.0.1:{installation.web_port}/health/ready/"
    web = next(child for child in installation.children if child.name == "web")
    while time.monotonic() < deadline and not web.has_died():
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError as refusal:
            # Alive, but ALLOWED_HOSTS knows only the public name.
            if refusal.code == HTTPStatus.BAD_REQUEST:
                return
        except OSError:
            pass
        time.sleep(0.1)
    said = end_of(installation.logs / "web.log")
    raise EmbeddedServerError(f"The web server did not answer. Its log ends with:\n{said}")


def _banner(installation: Installation) -> str:
    env = installation.env
    mail = (
        f"kept in {env['MAILBOX_DIR']}, to be read at {env['PUBLIC_URL']}/mailbox/ (admin)"
        if env.get("MAILBOX_DIR")
        else "sent by the server of EMAIL_URL"
    )
    people = """\
  Log in as              ana@example.com (CSM), lea@example.com (lead), admin@example.com (admin)
  Password               enishi-demo-2026"""
    if not installation.is_demo:
        people = """\
  Make the first user    .venv/bin/python -m config.embedded manage createsuperuser"""
    return f"""
  Enishi is running at   {env["PUBLIC_URL"]}
{people}
  Run commands by        .venv/bin/python -m config.embedded manage COMMAND
  Mail is                {mail}
  Logs are in            {installation.logs}
  Stop with              Ctrl-C
"""
