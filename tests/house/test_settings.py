"""Every variable is read in one place, named in the example, and known to the compose file."""

import re
import runpy
from importlib import import_module

import pytest
from celery import current_app
from django.conf import settings

from config.cookies import cookie_name
from config.schedule import TIMETABLE
from tests.house.sources import APPS, PACKAGES, ROOT, python_files, short

READ = re.compile(r"""\benv(?:\.\w+)?\(\s*["']([A-Z_]+)["']""")
EXAMPLE = re.compile(r"^#?([A-Z][A-Z_]+)=", re.MULTILINE)


def variables_read() -> set[str]:
    return set(READ.findall((ROOT / "config" / "settings.py").read_text()))


def test_the_example_names_every_variable_and_no_other():
    named = set(EXAMPLE.findall((ROOT / ".env.example").read_text()))

    assert named == variables_read()


def test_the_search_for_variables_finds_them():
    assert {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "STATEMENT_TIMEOUT_MS"} <= variables_read()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"DATABASE_POOL_SIZE": "8"}, ("5000", "3s", "30s", 2)),
        ({"DATABASE_POOL_SIZE": "1"}, ("5000", "3s", "30s", 1)),
        ({"DATABASE_POOL_SIZE": "8", "STATEMENT_TIMEOUT_MS": "9000"}, ("9000", "3s", "30s", 2)),
        ({}, ("60000", "5s", "60s", None)),
    ],
)
def test_a_web_server_is_less_patient_with_the_database_than_a_worker(given, expected, monkeypatch):
    for name in ("DATABASE_POOL_SIZE", "STATEMENT_TIMEOUT_MS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    options = runpy.run_path(str(ROOT / "config" / "settings.py"))["DATABASES"]["default"][
        "OPTIONS"
    ]

    said = dict(re.findall(r"-c (\w+)=(\w+)", options["options"]))
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    pool = options.get("pool", {}).get("min_size")
    assert (*(said[name] for name in names), pool) == expected


def test_no_way_to_run_it_overrules_the_patience_of_a_web_server():
    ways = ("docker-compose.yml", "config/embedded/supervisor.py", "docs/self-hosting.md")

    assert [way for way in ways if "STATEMENT_TIMEOUT_MS" in (ROOT / way).read_text()] == []


def test_two_installations_on_one_machine_have_cookies_of_their_own():
    names = {cookie_name("session", f"http://127.0.0.1:{port}") for port in (8000, 8001)}

    assert len(names) == 2
    assert cookie_name("session", "https://cs.example.com") == "__Host-session"
    assert cookie_name("session", settings.PUBLIC_URL) == settings.SESSION_COOKIE_NAME


def test_only_the_settings_read_the_environment():
    reads = re.compile(r"os\.environ\b(?!\.setdefault)|getenv\(")
    allowed = ("config/settings", "config/embedded/", "config/settings_test", "bench/")
    guilty = [
        short(file)
        for file in python_files(*PACKAGES)
        if reads.search(file.read_text()) and not short(file).startswith(allowed)
    ]

    assert guilty == []


@pytest.mark.parametrize("entry", TIMETABLE)
def test_every_line_of_the_timetable_names_a_job_that_exists(entry):
    module, name = TIMETABLE[entry]["task"].rsplit(".", 1)

    job = getattr(import_module(module), name)

    assert job.name == TIMETABLE[entry]["task"]
    assert job.name in current_app.tasks


def test_every_job_is_reachable_by_its_file_name():
    jobs = [file for app in APPS for file in (ROOT / app).rglob("jobs.py")]
    strays = [
        short(file)
        for file in python_files(*APPS)
        if "@shared_task" in file.read_text() and file not in jobs
    ]

    assert strays == []


def test_jobs_survive_the_death_of_their_worker():
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    visibility = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    assert visibility >= settings.CELERY_TASK_TIME_LIMIT * 3


def test_only_json_travels_to_workers():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_SERIALIZER == "json"
