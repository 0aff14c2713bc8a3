"""Redis stopped and frozen while people and programs come in: no 5xx, nobody waits, nothing lost.

A real web server and a real Valkey of its own. What is begun stands in its table; the sweeps,
which the test plays, finish it.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis
from django.conf import settings
from django.test import Client

from accounts.jobs import mail_owed_letters
from accounts.models import ApiKey
from config.embedded.servers import Valkey, free_port
from customers.importing.arriving import receive
from customers.importing.working import work_on
from customers.jobs import resume_imports
from customers.models import Customer, UsageEvent
from lib.days import today
from surveys.jobs import resume_waves
from surveys.models import Invitation, Wave
from tests.factories import ContactFactory, InvitationFactory, SurveyVersionFactory
from tests.flows.crew import database_url, wait_until
from tests.surveys.conftest import link_of, nonce_on

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"
TOKEN = "c" * 32
# Of a browser in which nobody is logged in.
STRANGER = {"Cookie": f"{settings.CSRF_COOKIE_NAME}={TOKEN}"}
# Three seconds are promised, on a machine that answers at once while Redis is there.
SLOWEST = 3.0


class Site:
    """A web server, the Redis it was given, and a browser in which Ada is logged in.

    The product is imported once, by gunicorn's master; `begin_anew` gives a test a process of its
    own that remembers nothing, and a Redis that works and is empty.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.valkey, self.port, self.cookies = Valkey(folder / "valkey"), free_port(), {}
        self.valkey.start()
        env = os.environ | environment | {
            "DJANGO_SETTINGS_MODULE": "tests.flows.site_settings", "REDIS_URL": self.valkey.url,
            "DATABASE_URL": database_url(), "DATABASE_POOL_SIZE": "4",
            "MEDIA_ROOT": str(folder / "media"),
        }  # fmt: skip
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "config/web_server.py",
            "--preload",
            "--bind",
            f"127.0.0.1:{self.port}",
            "tests.flows.site:application",
        ]
        self.log = folder / "web.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        assert wait_until(self.is_up), self.log.read_text()[-2000:]

    def begin_anew(self) -> None:
        master = self.process.pid
        for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        if self.valkey.process.poll() is None:
            os.kill(self.valkey.process.pid, signal.SIGCONT)
        else:
            self.valkey.start()
        with redis.Redis.from_url(self.valkey.url) as client:
            client.config_set("maxmemory", "0")
            client.flushall()
        self.log.write_bytes(b"")
        assert wait_until(self.is_up), self.log.read_text()[-2000:]

    def is_up(self) -> bool:
        try:
            return self.ask("GET", "/health/live/")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def ask(self, method: str, path: str, fields: object = None, **headers: str):
        """Status, body and seconds. Fields are a form, or JSON where a header says so."""
        cookies = {settings.CSRF_COOKIE_NAME: TOKEN, **self.cookies}
        said = {"Cookie": urlencode(cookies, safe="=").replace("&", "; "), "X-CSRFToken": TOKEN,
                "Content-Type": "application/x-www-form-urlencoded", **headers}  # fmt: skip
        is_json = said["Content-Type"] == "application/json"
        body = json.dumps(fields) if is_json else urlencode(fields or {})
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request(method, path, body if method == "POST" else None, said)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, text, time.monotonic() - began

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.valkey.process.pid, signal.SIGCONT)
        self.valkey.stop()


@pytest.fixture(scope="module")
def started_site(django_db_setup, tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    site.stop()


@pytest.fixture
def site(started_site, settings):
    settings.MEDIA_ROOT = started_site.log.parent / "media"
    started_site.begin_anew()
    return started_site


@pytest.fixture
def careless_site(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    site = Site(tmp_path, CARELESS="yes")
    yield site
    site.stop()


@pytest.fixture
def ada(ada):
    ada.set_password(PASSWORD)
    ada.save()
    return ada


def log_in_at(site: Site, user) -> None:
    client = Client()
    client.force_login(user)
    site.cookies = {settings.SESSION_COOKIE_NAME: client.session.session_key}


def stop(site: Site) -> None:
    site.valkey.process.kill()
    site.valkey.process.wait()


def freeze(site: Site) -> None:
    os.kill(site.valkey.process.pid, signal.SIGSTOP)


def fill(site: Site) -> None:
    """No room for one more key, as `noeviction` has it."""
    with redis.Redis.from_url(site.valkey.url) as client:
        client.config_set("maxmemory", "1")


def a_checked_import(user):
    file = b"external id,name\nC-1,Bakery\nC-2,Mill\n"
    run = receive("customers", "file.csv", [file], user=user, as_of=today())
    assert run.start_checking()
    assert work_on(run.pk)
    run.refresh_from_db()
    return run


def pages(ada) -> dict[str, tuple]:
    """Every kind of door: name, then method, path, fields and headers."""
    _key, api = ApiKey.issue(owner=ada, name="t", scopes=["customers:read", "customers:write"])
    _key, server = ApiKey.issue(owner=ada, name="s", kind=ApiKey.Kind.SERVER)
    run, version = a_checked_import(ada), SurveyVersionFactory()
    ContactFactory(role="champion")
    track = {"type": "track", "messageId": "m-1", "userId": "pat", "event": "Sent",
             "context": {"groupId": "C-9"}}  # fmt: skip
    wrong = {"login": "ada@example.com", "password": "wrong wrong wrong"}
    as_program = {"Authorization": f"Bearer {api}", "Content-Type": "application/json"}
    return {
        "today": ("GET", "/", None, {}),
        "night": ("POST", "/nights/close/", {}, {}),
        "import": ("POST", f"/imports/{run.pk}/save/", {"preview": run.preview_token()}, {}),
        "wave": ("POST", f"/surveys/{version.survey_id}/send/create/", {"name": "Autumn"}, {}),
        "invite": ("POST", "/settings/users/invite/", {
            "full_name": "Eve", "email": "eve@example.com", "role": "csm", "language": "en",
            "time_zone": "Asia/Tokyo"}, {}),
        "forgotten": ("POST", "/accounts/password/reset/", {"email": "ada@example.com"},
                      STRANGER),
        "log-in": ("GET", "/accounts/login/", None, STRANGER),
        "wrong": ("POST", "/accounts/login/", wrong, STRANGER),
        "right": ("POST", "/accounts/login/", wrong | {"password": PASSWORD},
                  STRANGER),
        "api": ("GET", "/api/v1/customers/", None, as_program),
        "ingest": ("POST", "/v1/batch", {"writeKey": server, "batch": [track]},
                   {"Content-Type": "application/json"}),
        "ready": ("GET", "/health/ready/", None, {}),
    }  # fmt: skip


def answer_a_survey(site: Site, invitation) -> tuple[int, float]:
    link = link_of(invitation)
    _status, html, _took = site.ask("GET", link + "?edit=1", Cookie="")
    status, _html, took = site.ask("POST", link, {"nonce": nonce_on(html), "score": "9"}, Cookie="")
    return status, took


@pytest.mark.parametrize("fault", [stop, freeze, fill])
def test_nobody_who_comes_in_meets_an_error_or_waits(site, ada, fault, mailoutbox):
    invitation = InvitationFactory()
    log_in_at(site, ada)
    doors = pages(ada)
    _cold, *warm = [site.ask("GET", "/accounts/login/", Cookie="")[2] for _n in range(4)]

    fault(site)
    answers = {name: site.ask(*door[:3], **door[3]) for name, door in doors.items()}
    answered, took = answer_a_survey(site, invitation)
    guesses = [site.ask(*doors["wrong"][:3], **doors["wrong"][3])[0] for _ in range(6)]

    statuses = {name: answer[0] for name, answer in answers.items()}
    assert statuses == dict.fromkeys(doors, 200) | dict.fromkeys(
        ["night", "import", "wave", "invite", "forgotten", "right"], 302
    )
    ready = json.loads(answers["ready"][1])
    assert (ready["ready"], ready["workers"]) == (True, 0)
    assert fault is fill or not ready["redis"]
    assert answered == 303
    assert guesses == [200] * 4 + [429] * 2
    assert max(took, *(answer[2] for answer in answers.values())) < SLOWEST + 10 * max(warm)
    assert "was not rung; the timetable rings again" in site.log.read_text()
    the_sweeps_finish_what_was_begun()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["ada@example.com", "eve@example.com"]


def the_sweeps_finish_what_was_begun() -> None:
    resume_imports()
    resume_waves()
    mail_owed_letters()

    assert UsageEvent.objects.count() == 1
    assert Customer.objects.filter(external_id__in=["C-1", "C-2"]).count() == 2
    assert Wave.objects.get(name="Autumn").planned_at
    assert Invitation.objects.filter(wave__name="Autumn").exists()


def test_without_the_protection_the_same_doors_are_errors(careless_site, ada):
    """The negative twin: Django's cache and Celery's task as they come."""
    site = careless_site
    log_in_at(site, ada)
    doors = pages(ada)

    stop(site)
    statuses = {name: site.ask(*doors[name][:3], **doors[name][3])[0] for name in ["wrong", "wave"]}

    assert statuses == {"wrong": 500, "wave": 500}
