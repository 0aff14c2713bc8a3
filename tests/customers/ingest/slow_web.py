"""The web server of the kill tests: ours, with a pause that makes the bad moment long.

Two of the three lack a protection, to prove that the test would notice.
"""

import io
import threading
import time
import uuid

from config.wsgi import application as ours
from customers.ingest import receiving

PAUSE = 0.05


def after_commit(environ, start_response):
    """Everything is stored and nothing is answered: whoever dies now makes the client repeat."""
    answer = ours(environ, start_response)
    time.sleep(PAUSE)
    return answer


def before_commit(environ, start_response):
    """Careless: answers before anything is stored."""
    body = environ["wsgi.input"].read()
    later = {**environ, "wsgi.input": io.BytesIO(body)}
    threading.Timer(PAUSE, lambda: list(ours(later, lambda *_args: None))).start()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"{}"]


def keyless(environ, start_response):
    """Careless: gives a message a new key each time."""
    receiving.event_id_of = lambda _source, _message: uuid.uuid4().hex
    return after_commit(environ, start_response)
