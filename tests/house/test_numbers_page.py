"""docs/numbers.md says of every metric what the catalogue says."""

import re
from pathlib import Path

from django.conf import settings

from metrics.catalogue import METRICS
from metrics.management.commands.describe_numbers import MARK, PAGE, described
from tests.house.test_bad_input_list import named_by_kind


def test_the_page_of_numbers_is_up_to_date():
    page = (Path(settings.BASE_DIR) / PAGE).read_text(encoding="utf-8")

    written = page.partition(MARK)[2].strip()

    assert written == described().strip(), "run: manage.py describe_numbers"


def test_every_rule_that_a_metric_names_has_its_section():
    page = (Path(settings.BASE_DIR) / PAGE).read_text(encoding="utf-8").partition(MARK)[0]
    told = set()
    for heading in re.findall(r"^### (.*)$", page, re.MULTILINE):
        told |= set(re.findall(r"[A-Z]+-\d+", heading))
        for group, first, last in re.findall(r"([A-Z]+)-(\d+) to [A-Z]+-(\d+)", heading):
            told |= {f"{group}-{number}" for number in range(int(first), int(last) + 1)}

    assert {metric.rule for metric in METRICS} - told == set()


def test_no_two_metrics_share_a_code_or_a_name():
    assert len({metric.code for metric in METRICS}) == len(METRICS)
    assert len({str(metric.name) for metric in METRICS}) == len(METRICS)


def test_what_always_holds_has_its_tests():
    page = (Path(settings.BASE_DIR) / PAGE).read_text(encoding="utf-8")
    lines = named_by_kind(page)
    there = {
        file: (Path(settings.BASE_DIR) / file).read_text(encoding="utf-8")
        for tests in lines.values()
        for file, _name in tests
    }

    assert list(lines) == [str(number) for number in range(1, 9)]
    assert all(f"def {name}(" in there[file] for tests in lines.values() for file, name in tests)
