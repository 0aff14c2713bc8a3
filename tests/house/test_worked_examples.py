"""Each worked example of the numbers has a test that names it.

A test names an example in its name, its docstring or the ids of its parameters.
"""

import ast
import re

from tests.house.sources import ROOT

# How many examples each group has, numbered from 001. Without a number: those that there are.
EXAMPLES: dict[str, int | tuple[int, ...]] = {
    "csat": 5, "nps": (1, 2, 3, 4, 5, 6, 8), "ces": 3, "rsp": 4,
    "gen": 1, "mrr": 8, "mvt": 15, "arr": 2, "arpa": 2, "churn": 8, "ret": 2, "nrr": 3, "grr": 3,
    "quick": 3, "renew": 2, "coh": 5,
    "crc": 3, "cac": 2, "pay": 3, "ltvcac": 2,
    "ltv": 7, "sbg": 4, "bgnbd": 2, "gg": 2, "km": 2,
    "eng": 10,
}  # fmt: skip
# Examples of other chapters: health scores have tests of their own, churn is not predicted yet.
ELSEWHERE = {"hlth": "tests/metrics/test_health.py", "pred": None}


def wanted() -> set[str]:
    found = set()
    for group, numbers in EXAMPLES.items():
        every = range(1, numbers + 1) if isinstance(numbers, int) else numbers
        found |= {f"{group}-{number:03}" for number in every}
    return found


def named_by(test: ast.FunctionDef) -> set[str]:
    decorators = [
        node.value
        for decorator in test.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    said = [test.name.replace("_", "-"), ast.get_docstring(test) or "", *decorators]
    return {found for text in said for found in re.findall(r"[a-z]+-\d{3}(?!\d)", text)}


def named(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found |= named_by(node)
    return found


def test_each_worked_example_has_a_test_that_names_it():
    files = (ROOT / "tests").rglob("test_*.py")
    there = set().union(*(named(path.read_text()) for path in files))

    assert sorted(wanted() - there) == []
    assert all(path is None or (ROOT / path).exists() for path in ELSEWHERE.values())


def test_an_example_that_only_a_helper_or_a_comment_names_has_no_test():
    source = '# mrr-001\ndef helper():\n    """mrr-002"""\n\n\ndef test_it():\n    """mrr-003"""\n'

    assert named(source) == {"mrr-003"}
