"""Each import contract bites: a forbidden import is refused, and the guilty line is named."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.sources import APPS, ROOT

GUILTY = [
    ("lib/days.py", "import accounts.models", "lib.days -> accounts.models"),
    ("customers/models/task.py", "from metrics.models import Alert",
     "customers.models.task -> metrics.models"),
    ("outreach/models/topic.py", "from surveys.models import Survey",
     "outreach.models.topic -> surveys.models"),
    ("accounts/permissions.py", "from accounts.views import profile",
     "accounts.permissions -> accounts.views"),
    ("customers/views/today.py", "from surveys.views import survey_list",
     "customers.views.today -> surveys.views"),
    ("customers/views/today.py", "from config import schedule", "customers.views.today -> config"),
]  # fmt: skip


def copied_house(folder: Path) -> Path:
    for name in [*APPS, "lib", "config"]:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)


def test_the_house_as_it_stands_keeps_every_contract(tmp_path):
    said = lint(copied_house(tmp_path))

    assert said.returncode == 0, said.stdout
    assert " 0 broken" in said.stdout


def test_each_forbidden_import_is_refused_and_named_with_its_line(tmp_path):
    house = copied_house(tmp_path)
    wanted = []
    for file, line, guilt in GUILTY:
        source = house / file
        source.write_text(source.read_text() + f"\n{line}\n")
        number = source.read_text().count("\n")
        wanted.append(rf"{re.escape(guilt)}[\w.]* \(l\.{number}\)")

    said = lint(house)

    assert said.returncode == 1
    report = " ".join(said.stdout.split())
    assert [guilt for guilt in wanted if not re.search(guilt, report)] == []
