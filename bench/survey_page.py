"""The answer page, asked for as scanners do: beside an empty Django view, through one web process.

The yardstick is an empty view behind the middleware of the house, on the same server in the same
run. Every request is for another contact's link, so nothing is answered from a memory. `work` is
the processor time of the web process for each: waiting for a free processor is not in it.
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from accounts.models import User
from bench.rows import Row, median
from bench.serving import wait_for
from config.embedded.processes import free_port
from customers.models import Contact, Customer
from outreach.links import Purpose, token_for
from outreach.models import Message
from surveys.inviting import new_wave, plan_wave
from surveys.models import Survey
from surveys.writing import new_survey, publish

LINKS = 2000
ROUNDS = 5
REQUESTS = 400


def run(scale: float) -> list[Row]:
    """Server and client share this machine; the ratio is of medians of the same rounds."""
    links = _links(max(200, int(LINKS * scale)))
    with _web() as web:
        empty, page, work_of_empty, work_of_page = [], [], [], []
        for _round in range(ROUNDS):
            before = web.work()
            empty.append(_milliseconds(web.port, ["/bench/empty/"] * REQUESTS))
            between = web.work()
            page.append(_milliseconds(web.port, [next(links) for _n in range(REQUESTS)]))
            work_of_empty.append((between - before) / REQUESTS)
            work_of_page.append((web.work() - between) / REQUESTS)
    note = f"work {median(work_of_page):.2f} beside {median(work_of_empty):.2f}"
    name = "survey page, GET, beside an empty view"
    return [Row(name, median(page), median(empty), "ms", 3.0, note=note)]


def _links(how_many: int) -> Iterator[str]:
    author = User.objects.get_or_create(email="author@example.com")[0]
    survey = new_survey(name="Bench", kind=Survey.Kind.NPS, brand="Bench", by=author)
    version = survey.latest_version()
    assert version is not None  # noqa: S101 - it was made a line above
    publish(version)
    customer = Customer.objects.create(
        external_id=f"survey-bench-{survey.pk}", name="Survey bench", segment=f"bench-{survey.pk}"
    )
    Contact.objects.bulk_create(
        Contact(customer=customer, external_id=f"survey-bench-{survey.pk}-{n}",
                email=f"survey{survey.pk}-{n}@bench.example", language="ja" if n % 2 else "en")
        for n in range(how_many)
    )  # fmt: skip
    wave = new_wave(version, {"segment": customer.segment}, name="Bench", days=14, by=None)
    plan_wave(wave)
    uuids = list(Message.objects.filter(mailing=wave.mailing).values_list("uuid", flat=True))
    while True:
        for number, message in enumerate(uuids):
            yield f"/s/{token_for(Purpose.ANSWER, message)}?s={number % 11}"


class _web:  # noqa: N801 - a context manager, used like a function
    """One gunicorn worker with the settings of the installation."""

    def __enter__(self) -> "_web":
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--config", "config/web_server.py", "--bind",
                   f"127.0.0.1:{self.port}", "--workers", "1", "--log-level", "error",
                   "bench.survey_page_app:application"]  # fmt: skip
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_POOL_SIZE": "8"}
        self.process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=env, stderr=subprocess.DEVNULL
        )
        wait_for(self.port)
        return self

    def work(self) -> float:
        """Milliseconds of processor time the web worker took so far."""
        master = self.process.pid
        worker = Path(f"/proc/{master}/task/{master}/children").read_text().split()[0]
        fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __exit__(self, *_exception: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def _milliseconds(port: int, addresses: list[str]) -> float:
    """The median time of one answer over one kept connection."""
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for address in addresses:
        start = time.perf_counter()
        connection.request("GET", address, headers={"Accept-Language": "ja"})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for a page of the bench")
    connection.close()
    return median(times)
