"""docs/bad-input.md names a test for each kind of bad input, and each of these tests exists."""

import re

import pytest

from tests.house.sources import ROOT

LIST = ROOT / "docs" / "bad-input.md"
KINDS = {"LG": 15, "AP": 27, "EV": 14, "IM": 17, "SV": 8, "NU": 13}
# Pictures, shared filters and merging are not built yet.
OTHERS = {"UI1", "UI3", "UI4", "UI5"}
LINE = re.compile(r"^\| ((?:[A-Z]{2})?\d+) \|[^|]*\| (.+) \|$", re.MULTILINE)


def named_by_kind(text: str) -> dict[str, list[tuple[str, str]]]:
    """File and function of the tests of each kind."""
    found = {}
    for kind, cell in LINE.findall(text):
        places = [place.partition(": ") for place in cell.split("; ")]
        found[kind] = [
            (file.rpartition(" ")[2].strip("`"), name)
            for file, _colon, names in places
            for name in re.findall(r"`(test_\w+)`", names)
        ]
    return found


def missing(text: str) -> list[str]:
    """Kinds without a line or a test, and tests that are not there."""
    found = named_by_kind(text)
    wanted = {f"{kind}{n}" for kind, most in KINDS.items() for n in range(1, most + 1)} | OTHERS
    without = [kind for kind in wanted if not found.get(kind)]
    gone = [
        f"{file}: {name}"
        for tests in found.values()
        for file, name in tests
        if f"def {name}(" not in (ROOT / file).read_text()
    ]
    return sorted(without + gone)


def test_each_kind_of_bad_input_has_its_test():
    assert missing(LIST.read_text()) == []


@pytest.mark.parametrize(
    ("before", "after"), [("| LG7 |", "| LG99 |"), ("test_a_code_works_once", "test_a_ghost")]
)
def test_a_missing_line_or_test_is_noticed(before, after):
    assert len(missing(LIST.read_text().replace(before, after))) == 1
