"""What gunicorn loads: Django, with an end to waiting for bodies that do not come."""

import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from gunicorn.http.errors import ParseException

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Environ = dict[str, Any]


class PatientBody:
    """The body of a request. A client that falls silent, or breaks off, is an OSError."""

    def __init__(self, body: Any, connection: socket.socket) -> None:
        self.body, self.connection = body, connection

    def read(self, size: int = -1) -> bytes:
        return self._in_time(self.body.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._in_time(self.body.readline, size)

    def _in_time(self, read: Callable[[int | None], bytes], size: int) -> bytes:
        # Only while reading: an answer may take its time to be fetched.
        self.connection.settimeout(settings.BODY_TIMEOUT_SECONDS)
        try:
            return read(size if size >= 0 else None)
        except ParseException as error:  # chunks that are none
            raise OSError(str(error)) from error
        finally:
            self.connection.settimeout(None)


class PatientReading:
    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            environ["wsgi.input"] = PatientBody(environ["wsgi.input"], connection)
        return self.application(environ, start_response)


application = PatientReading(get_wsgi_application())
