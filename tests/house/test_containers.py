"""The compose file and the image, as far as they can be judged without an engine."""

import re
import subprocess
import sys

import pytest
import yaml

from tests.house.sources import ROOT
from tests.house.test_settings import variables_read

COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
OURS = ["migrate", "web", "worker", "reports", "beat"]
# Variables of others: of the images we use, and of Celery's process pool.
FOREIGN = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "REMAP_SIGTERM"}


def test_every_part_of_the_product_is_there():
    assert set(SERVICES) == {"db", "broker", "mail", *OURS}
    assert SERVICES["db"]["image"].startswith("postgres:17")


@pytest.mark.parametrize("name", OURS)
def test_the_settings_know_every_variable_of(name):
    given = set(SERVICES[name]["environment"])

    assert given - FOREIGN <= variables_read()
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ALLOWED_HOSTS"} <= given


def test_no_secret_has_a_default():
    """`${NAME:?why}` stops the start when it is missing; `${NAME:-x}` would invent a secret."""
    used = re.findall(r"\$\{(\w+)(:[?-])?", COMPOSE)
    secrets = {(name, how) for name, how in used if re.search("PASSWORD|SECRET|KEY", name)}

    assert {how for _name, how in secrets} == {":?"}
    assert not re.search(r"(PASSWORD|SECRET_KEY): [\"']?[A-Za-z0-9]", COMPOSE)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_a_long_running_part_comes_back_and_says_whether_it_is_well(name):
    service = SERVICES[name]

    assert service["restart"] == "unless-stopped"
    # The web server's check stands in the image; beat has nothing that could be asked.
    assert "healthcheck" in service or name == "web"


@pytest.mark.parametrize("name", OURS)
def test_our_containers_may_do_little(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_only_this_machine_reaches_what_is_opened():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_workers_of_all_ways_to_run_are_started_alike():
    from config.embedded.supervisor import Installation

    guide = (ROOT / "docs" / "self-hosting.md").read_text()
    installation = Installation(ROOT, env={
        "MAILBOX_DIR": "", "EMAIL_URL": "x", "DATABASE_URL": "postgres://db/x", "REDIS_URL": "x",
    })  # fmt: skip
    installation.plan_children()
    for name in ("worker", "reports"):
        child = next(child for child in installation.children if child.name == name)
        ours = set(SERVICES[name]["command"])

        assert ours - {"celery"} <= set(child.command)
        assert " ".join(SERVICES[name]["command"][2:]) in guide


def queues_of(name: str) -> set[str]:
    command = SERVICES[name]["command"]
    return set(command[command.index("-Q") + 1].split(","))


def test_every_queue_has_a_worker_and_long_jobs_one_of_their_own():
    from celery import current_app

    current_app.loader.import_default_modules()

    def queue_of(job: str) -> str:
        return current_app.amqp.router.route({}, job)["queue"].name

    long_jobs = {"metrics.jobs.make_report", "customers.jobs.work_on_import"}
    used = {queue_of(job): job in long_jobs for job in [*current_app.tasks, *long_jobs]}

    assert queues_of("worker") == {queue for queue, is_long in used.items() if not is_long}
    assert queues_of("reports") == {queue for queue, is_long in used.items() if is_long}


def test_the_image_has_stages_and_no_root():
    assert len(re.findall(r"^FROM ", DOCKERFILE, re.MULTILINE)) == 3
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert "USER enishi" in last
    assert last.index("USER enishi") < last.index("CMD")
    assert "--require-hashes" in DOCKERFILE


def test_the_image_installs_what_make_run_installs_but_for_its_servers():
    """Workers fit models with packages of a list of their own."""
    rule = re.search(r"^\$\(STAMPS\)/runtime: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    lists = {name for name in rule[1].split() if name.startswith("requirements/")}
    copied = re.search(r"^COPY (requirements/.+) requirements/$", DOCKERFILE, re.MULTILINE)[1]

    assert set(copied.split()) == lists - {"requirements/embedded.txt"}
    assert set(re.findall(r"-r (requirements/\S+)", DOCKERFILE)) == set(copied.split())


def test_everything_the_image_copies_is_there_and_secrets_stay_out():
    ignored = (ROOT / ".dockerignore").read_text().split()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)

    assert all((ROOT / name).exists() for line in copied for name in line.split())
    assert {".env", ".git", "var", ".venv", "node_modules"} <= set(ignored)


def test_the_probe_of_the_image_says_no_when_nobody_answers():
    # Not at the image's own port, where on this machine somebody may answer.
    code = "from config import health_probe as p; p.ADDRESS = 'http://127.0.0.1:9/'; exit(p.main())"

    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode != 0
    assert "Connection refused" in done.stderr
