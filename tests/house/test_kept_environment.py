"""`python -m config.embedded manage …` reaches what `serve` started."""

import json
import os
import stat
import subprocess
import sys

from config.embedded.kept_environment import forget_environment, keep_environment
from tests.house.sources import ROOT

MADE_BY_SERVE = {
    "DATABASE_URL": "postgres://postgres@/enishi?host=/x", "REDIS_URL": "redis://:pw@localhost:7",
    "SECRET_KEY": "k" * 50, "REPORTING_CURRENCY": "EUR", "MEDIA_ROOT": "/x/media",
    "EMAIL_URL": "smtp://127.0.0.1:9", "MAILBOX_DIR": "/x/mail", "PUBLIC_URL": "http://x",
    "DEMO_MODE": "off",
}  # fmt: skip


def test_what_serve_made_is_kept_for_its_owner_alone_and_goes_with_it(tmp_path):
    keep_environment(tmp_path, {**MADE_BY_SERVE, "MY_BANK": "secret"}, ROOT / "config")

    file = tmp_path / "environment.json"
    assert json.loads(file.read_text()) == MADE_BY_SERVE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    forget_environment(tmp_path)
    assert not file.exists()


def test_a_command_has_the_settings_of_what_runs_there_or_is_told_that_nothing_does(tmp_path):
    keep_environment(tmp_path, MADE_BY_SERVE, ROOT / "config")
    become = (
        "import sys; from pathlib import Path; from config.embedded import kept_environment as k;"
        f"k.become_manage(Path(sys.argv[1]), Path({str(ROOT)!r}), ['diffsettings'])"
    )
    bare = {k: v for k, v in os.environ.items() if k not in MADE_BY_SERVE}

    there, nowhere = (
        subprocess.run(
            [sys.executable, "-c", become, str(folder)], cwd=ROOT, env=bare,
            capture_output=True, text=True, check=False,
        )
        for folder in (tmp_path, tmp_path / "empty")
    )  # fmt: skip

    assert "REPORTING_CURRENCY = 'EUR'" in there.stdout, there.stderr
    assert "Start it first: make run" in nowhere.stderr
