"""Each import contract bites: a forbidden import is refused, and the guilty line is named."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.sources import APPS, ROOT, python_files, short

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


WAYS_IN = {"views", "api", "urls", "sign_in_urls", "admin", "forms", "templatetags", "management"}


def pages_known_to(source: str) -> list[str]:
    known = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            known += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            known += [f"{node.module}.{alias.name}" for alias in node.names]
    parts = {name: name.split(".") for name in known}
    return [
        name
        for name, (app, *rest) in parts.items()
        if app in APPS and rest[:1] and rest[0] in WAYS_IN
    ]


def test_no_rule_knows_the_pages_of_its_own_app():
    """The linter's contract passes over pages that lie in the same app as the rule."""
    rules = [f for f in python_files(*APPS) if not WAYS_IN & {*f.relative_to(ROOT).parts, f.stem}]

    found = {short(file): pages_known_to(file.read_text()) for file in rules}

    assert {file: pages for file, pages in found.items() if pages} == {}


def test_a_rule_that_knows_a_page_would_be_found():
    assert pages_known_to("from metrics.views import overview") == ["metrics.views.overview"]
    assert pages_known_to("from metrics import views") == ["metrics.views"]
