"""The settings of an installation with an https address, read by a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as current_settings

NAMES = [
    "ALLOWED_HOSTS", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD",
    "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE",
]  # fmt: skip
PRINT = "import json; from config import settings as s;" + (
    f"print(json.dumps({{name: getattr(s, name) for name in {NAMES}}}))"
)
HOST = "cs.example.com"
ORIGIN = f"https://{HOST}"


@pytest.fixture(scope="session")
def values_of_a_shipped_site() -> dict[str, object]:
    env = {**os.environ, "PUBLIC_URL": ORIGIN, "ALLOWED_HOSTS": HOST}
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        check=True, env=env, cwd=current_settings.BASE_DIR, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.fixture
def site(values_of_a_shipped_site, settings):
    for name, value in values_of_a_shipped_site.items():
        setattr(settings, name, value)
    return settings
