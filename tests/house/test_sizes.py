"""Small by budget: what grows past these figures is parted, not excused."""

import ast
import subprocess
import sys

import pytest

from tests.house.sources import ROOT, python_files, short, templates

FUNCTION, TEST_FUNCTION, JOB, FILE, TEMPLATE = 60, 40, 30, 500, 250
DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef


def too_long_functions(source: str, limit: int) -> list[str]:
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, DEFINITIONS)]
    return [node.name for node in nodes if node.end_lineno - node.lineno >= limit]


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        (python_files(), FUNCTION),
        (python_files("tests"), TEST_FUNCTION),
        ([file for file in python_files() if file.name == "jobs.py"], JOB),
    ],
    ids=["functions", "test functions", "jobs"],
)
def test_functions_keep_to_their_size(files, limit):
    found = {short(file): too_long_functions(file.read_text(), limit) for file in files}

    assert {file: names for file, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("files", "limit"),
    [(python_files() + python_files("tests"), FILE), (templates(), TEMPLATE)],
    ids=["files", "templates"],
)
def test_files_keep_to_their_size(files, limit):
    lengths = {short(file): file.read_text().count("\n") for file in files}

    assert {file: length for file, length in lengths.items() if length > limit} == {}


def test_a_long_function_would_be_found():
    body = "\n".join("    x = 1" for _ in range(60))

    assert too_long_functions(f"def grown():\n{body}\n", FUNCTION) == ["grown"]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("def f(a, b, c, d, e, g, h, i) -> None: ...\n", "PLR0913"),
        ("def f(a: int) -> None:\n" + "    if a: print(a)\n" * 9, "C901"),
    ],
    ids=["arguments", "complexity"],
)
def test_the_linter_refuses_what_grows_in_other_ways(source, rule):
    command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", "lib/new.py", "-"]

    said = subprocess.run(
        command, check=False, input=source, cwd=ROOT, capture_output=True, text=True
    )

    assert said.returncode == 1
    assert rule in said.stdout
