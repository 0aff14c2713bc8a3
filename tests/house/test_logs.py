"""Nothing that opens a door or names a person reaches a log: canaries in every place they leak."""

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from config.logs import masked

TOKEN = "kZ3vQ9pLm2Xw8RtY4bNc7d"
CANARIES = ["canary-person", TOKEN, "canary-secret"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"GET /s/{TOKEN}/?s=9", "GET /s/…/?…"),
        ("GET /customers/?q=canary-person&page=2", "GET /customers/?…"),
        ("no user canary-person@example.co.jp here", "no user …@… here"),
        ("Authorization: Bearer canary-secret", "Authorization: Bearer …"),
        ("key enk_abcdefghij_canary-secret refused", "key enk_abcdefghij_… refused"),
        ("postgres://enishi:canary-secret@db/enishi", "postgres://…@db/enishi"),
        ("twice\nDETAIL:  Key (name)=(canary-person) already exists.", "twice\nDETAIL: …"),
        ("Done? Yes: customers/12/ of v1/batch", "Done? Yes: customers/12/ of v1/batch"),
    ],
)  # fmt: skip
def test_a_text_is_masked_and_stays_readable(said, kept):
    assert masked(said) == kept


def line_of(log, *args, **kwargs) -> str:
    """What the handler of the installation writes for one call."""
    written = []
    handler = logging.getLogger().handlers
    formatter = next(h.formatter for h in handler if type(h) is logging.StreamHandler)

    class Catcher(logging.Handler):
        def emit(self, record):
            written.append(formatter.format(record))

    logger = logging.getLogger("tests.canary")
    catcher = Catcher()
    logger.addHandler(catcher)
    try:
        getattr(logger, log)(*args, **kwargs)
    finally:
        logger.removeHandler(catcher)
    return written[0]


@pytest.mark.django_db
def test_a_database_error_is_logged_without_the_row_it_quotes(ana):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_team (name) VALUES ('canary-person'), ('canary-person')"
            )
    except IntegrityError:
        line = line_of("exception", "could not save")

    assert "IntegrityError" in line
    assert "canary-person" not in line


def test_local_variables_are_never_printed():
    secret_of_a_frame = "canary-secret"

    try:
        int(len(secret_of_a_frame) and "x")
    except ValueError:
        line = line_of("exception", "went wrong")

    assert "ValueError" in line
    assert "canary-secret" not in line


def test_ui5_what_people_type_forges_no_line_and_colours_no_terminal():
    name = 'x\r\n{"event": "forged"}\x1b[31m'

    line = line_of("warning", "no user %s here", name)

    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line
    assert "forged" in json.loads(line)["event"]


def test_a_line_is_json_with_a_moment_and_a_level():
    line = json.loads(line_of("warning", "import %s: %s rows", 7, 3))

    assert line["event"] == "import 7: 3 rows"
    assert line["level"] == "warning"
    assert line["timestamp"].endswith("Z")


def answered(port: int, path: str) -> int | None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        headers={"Authorization": "Bearer canary-secret", "User-Agent": "canary-person",
                 "Referer": f"http://127.0.0.1/s/{TOKEN}/"},
    )  # fmt: skip
    with contextlib.suppress(OSError):
        try:
            return urllib.request.urlopen(request, timeout=30).status
        except urllib.error.HTTPError as error:
            return error.code
    return None


@pytest.mark.django_db(transaction=True)
def test_the_web_server_writes_no_canary(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "web.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "config/web_server.py", "--bind",
               f"127.0.0.1:{port}", "--workers", "1", "config.wsgi"]  # fmt: skip
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=out, stderr=out)
    try:
        while answered(port, "/health/live/") != 200:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
        statuses = [answered(port, f"/nowhere/{TOKEN}/?mail=canary-person@example.com"),
                    answered(port, "/health/live/?q=canary-person")]  # fmt: skip
    finally:
        server.terminate()
        server.wait(20)

    written = log.read_text()
    assert statuses == [404, 200]
    assert written.count('"request_finished"') >= 3
    assert [canary for canary in CANARIES if canary in written] == []
