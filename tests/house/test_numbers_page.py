"""docs/numbers.md says of every metric what the catalogue says."""

from pathlib import Path

from django.conf import settings

from metrics.catalogue import METRICS
from metrics.management.commands.describe_numbers import MARK, PAGE, described


def test_the_page_of_numbers_is_up_to_date():
    page = (Path(settings.BASE_DIR) / PAGE).read_text(encoding="utf-8")

    written = page.partition(MARK)[2].strip()

    assert written == described().strip(), "run: manage.py describe_numbers"


def test_no_two_metrics_share_a_code_or_a_name():
    assert len({metric.code for metric in METRICS}) == len(METRICS)
    assert len({str(metric.name) for metric in METRICS}) == len(METRICS)
