"""Waiting for a web process that a part of the bench started."""

import contextlib
import http.client
import time

START_SECONDS = 60


def wait_for(port: int) -> None:
    """Until it answers; a busy machine may need many seconds."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            client.request("GET", "/health/live/")
            if client.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("The web process did not start.")
