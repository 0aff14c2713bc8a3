"""What gunicorn loads: Django, with an end to waiting for bodies that do not come, or drip."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from gunicorn.http.errors import ParseException

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Environ = dict[str, Any]


# So many bytes must come in BODY_TIMEOUT_SECONDS, or what is left of the body.
PIECE = 65_536


class Watchman:
    """Looks at the clock for all bodies that are being read; one thread for the process.

    The time-out of a socket begins anew with each byte, so somebody else must look. A timer for
    each piece of a body would do it too, but is a thread for each piece.
    """

    def __init__(self) -> None:
        self._deadlines: dict[PatientBody, float] = {}
        self._thread: threading.Thread | None = None

    def expect(self, body: "PatientBody") -> None:
        """From now on the next piece is waited for."""
        self._deadlines[body] = time.monotonic() + settings.BODY_TIMEOUT_SECONDS
        # No thread outlives a fork. Two may begin at once, and that does no harm.
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._watch, name="watchman", daemon=True)
            self._thread.start()

    def is_here(self, body: "PatientBody") -> None:
        """The piece came, or there is none."""
        self._deadlines.pop(body, None)

    def _watch(self) -> None:
        while True:
            time.sleep(min(1.0, settings.BODY_TIMEOUT_SECONDS / 10))
            now = time.monotonic()
            for body, deadline in self._deadlines.copy().items():
                # Whoever takes it out has the say: a piece that came just now, or the clock.
                if deadline < now and self._deadlines.pop(body, None) is not None:
                    body.give_up()


watchman = Watchman()


class PatientBody:
    """The body of a request. A client that falls silent, drips or breaks off is an OSError."""

    def __init__(self, body: Any, connection: socket.socket) -> None:
        self.body, self.connection = body, connection
        self.is_given_up = False

    def read(self, size: int = -1) -> bytes:
        pieces: list[bytes] = []
        while size != 0:
            wanted = PIECE if size < 0 else min(PIECE, size)
            pieces.append(self._in_time(self.body.read, wanted))
            if len(pieces[-1]) < wanted:
                break
            size -= wanted if size > 0 else 0
        return b"".join(pieces)

    def readline(self, size: int = -1) -> bytes:
        return self._in_time(self.body.readline, size if size >= 0 else None)

    def _in_time(self, read: Callable[[int | None], bytes], size: int | None) -> bytes:
        # Only while reading: an answer may take its time to be fetched.
        watchman.expect(self)
        try:
            piece = read(size)
        except ParseException as error:  # chunks that are none
            raise OSError(str(error)) from error
        finally:
            watchman.is_here(self)
        if self.is_given_up:
            raise TimeoutError
        return piece

    def give_up(self) -> None:
        self.is_given_up = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RD)


class PatientReading:
    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            environ["wsgi.input"] = PatientBody(environ["wsgi.input"], connection)
        return self.application(environ, start_response)


application = PatientReading(get_wsgi_application())
