"""A real web server that is killed as a whole: gunicorn's master and the process that answers.

It is a fork of the test, so it is there at once, with the test's settings and database, and a test
may change it before it starts: let it die at the worst moment, or take a protection away.
"""

import contextlib
import http.client
import os
import signal
import threading
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlencode

from celery.platforms import set_pdeathsig
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from gunicorn.app.base import BaseApplication

from config.celery import app
from config.embedded.servers import free_port
from tests import processes
from tests.flows.crew import wait_until

TOKEN = "c" * 32


def die(*_args: object, **_kwargs: object) -> NoReturn:
    """The whole server at once, as when its machine loses power."""
    os.killpg(0, signal.SIGKILL)
    threading.Event().wait()
    raise AssertionError


def as_it_is() -> None:
    pass


class Gunicorn(BaseApplication):
    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": f"127.0.0.1:{self.port}", "worker_class": "gthread", "threads": 2,
            "control_socket_disable": True, "loglevel": "critical",
        }.items():  # fmt: skip
            self.cfg.set(name, value)

    def load(self):
        return get_wsgi_application()


class Web:
    """A server that runs, and a browser in which somebody is logged in."""

    def __init__(self, user, *, broker: str = "", changed: Callable[[], None] = as_it_is) -> None:
        browser = Client()
        browser.force_login(user)
        self.session = browser.session.session_key
        self.port, self.broker, self.changed = free_port(), broker, changed
        self.process = processes.start(self._serve)
        assert wait_until(self.answers)

    def _serve(self) -> None:
        os.setsid()
        set_pdeathsig("SIGKILL")
        app._after_fork()
        # Nobody hears a bell where no broker is said.
        broker = self.broker or f"redis://127.0.0.1:{free_port()}"
        app.conf.update(broker_url=f"{broker}/0", task_always_eager=False)
        self.changed()
        Gunicorn(self.port).run()

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.ask("GET", "/health/live/") == 200
        return False

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> int:
        session, csrf = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
        cookies = f"{session}={self.session}; {csrf}={TOKEN}"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request(method, path, body, {"Cookie": cookies, "X-CSRFToken": TOKEN, **headers})
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status

    def press(self, path: str, **fields: object) -> int | None:
        """The status; None where the server died before it answered."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("POST", path, urlencode(fields).encode(), **form)
        return None

    def upload(self, path: str, content: bytes, **fields: str) -> int | None:
        parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        parts.append(b'name="file"; filename="f.csv"\r\n\r\n' + content)
        body = b"".join(
            b"--cut\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts
        )
        form = {"Content-Type": "multipart/form-data; boundary=cut"}
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("POST", path, body + b"--cut--\r\n", **form)
        return None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.join()
