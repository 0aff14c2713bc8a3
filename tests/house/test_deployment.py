"""Django's own check of a deployment finds nothing to say about the shipped compose file."""

import os
import re
import subprocess
import sys

import yaml

from tests.house.sources import ROOT

SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ["migrate", "web", "worker", "reports", "beat"]
# What somebody writes into `.env`, as the head of the compose file asks.
WRITTEN = {
    "SECRET_KEY": "z8Kq0vN2mX7cB4wL9pR5tY1uH6jG3fD-aS_eWqQ2-mN4bV6cX8z",
    "PUBLIC_URL": "https://cs.example.com",
    "ALLOWED_HOSTS": "cs.example.com",
    "POSTGRES_PASSWORD": "zebra4711",
    "REDIS_PASSWORD": "yak4711",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}")


def environment_of(name: str, **changes: str) -> dict[str, str]:
    """As the engine would hand it over; a variable that is asked for and not written fails."""
    written = WRITTEN | changes

    def value(found: re.Match[str]) -> str:
        variable, default = found.groups()
        return written[variable] if default is None else written.get(variable, default)

    return {
        variable: VARIABLE.sub(value, str(text))
        for variable, text in SERVICES[name]["environment"].items()
    }


def check(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        command, check=False, cwd=ROOT, env=inherited | env, capture_output=True, text=True
    )


def test_the_check_of_a_deployment_finds_nothing():
    """All of ours share one environment but for the figures of their connections."""
    done = check(environment_of("web"))

    assert (done.returncode, done.stdout) == (
        0, "System check identified no issues (0 silenced).\n"
    ), done.stderr  # fmt: skip


def test_all_of_ours_are_given_the_same_secrets_and_addresses():
    every = [environment_of(name) for name in OURS]
    shared = set.intersection(*(set(environment) for environment in every))

    assert {"SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"} <= shared
    assert all({name: env[name] for name in shared} == {
        name: every[0][name] for name in shared} for env in every)  # fmt: skip


def test_the_check_bites():
    """The negative twin: an address without https, and a key that anybody could guess."""
    done = check(environment_of("web", PUBLIC_URL="http://cs.example.com", SECRET_KEY="a" * 60))

    assert done.returncode == 1
    assert "security.W008" in done.stderr
    assert "security.W009" in done.stderr
