"""A program from outside loads a random company from files, asks for each figure, and checks us.

The references in `outside/` know nothing of Enishi: they walk over the rows of the files. What
they check and what not is said below, and a metric that is in neither list fails.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from customers.importing.register import NOUNS
from customers.models import ImportRow
from tests.factories import NOON
from tests.metrics.outside.company import Files, Inventor, write
from tests.metrics.outside.costs import as_decimal, costs, values
from tests.metrics.outside.money import Books, cohorts, money, survival, triangles
from tests.metrics.outside.using import using
from tests.metrics.outside.voices import ranges, voices

pytestmark = pytest.mark.django_db
Range = tuple[float, float] | None
LAST_NIGHT = date(2026, 6, 14)
# Figures of use exist for ends of months and for the newest night.
WINDOWS = {"2026-05": date(2026, 5, 31), "2026-06": LAST_NIGHT}
# Why a program from outside cannot check these from files, and what checks them instead.
NOT_CHECKED = {
    "renewal_rate": "needs terms of contracts (slow twin in tests/metrics/retention)",
    "renewal_rate_gross": "as above",
    "renewal_rate_net": "as above",
    "modelled_survival_60": "a fit, shown from 100 customers on (published tables in tests/value)",
    "ltv_modelled": "the same fit as a value",
    "ltv_purchases": "a fit, shown from 100 buyers on (published tables in tests/value)",
}


@pytest.fixture
def load(ana, lea, tmp_path, settings):
    """Everything there is in files, imported by command, and one night closed."""
    settings.MEDIA_ROOT = tmp_path / "media"

    def everything(files: Files) -> None:
        for noun in NOUNS:
            if noun in files:
                path = tmp_path / f"{noun}.csv"
                write(files[noun], path)
                call_command("import_file", str(path), "--noun", noun, verbosity=0)
        assert not ImportRow.objects.filter(verdict="rejected").exists()
        call_command("close_day", LAST_NIGHT.isoformat(), stdout=StringIO())

    return everything


def expected_of(files: Files, asked: list[date]) -> dict[tuple[str, str], tuple[Any, Range]]:
    """By period and metric: the figure, and its range where that is checked."""
    books = Books(files)
    found: dict[tuple[str, str], tuple[Any, Range]] = {}
    for month in asked:
        figures = money(books, month) | cohorts(books, month) | survival(books, month)
        figures |= voices(files, books, month) | costs(files, books, month)
        figures |= values(files, books, month)
        spans = ranges(files, books, month)
        for code, figure in figures.items():
            found[f"{month:%Y-%m}", code] = figure, spans.get(code)
    for period, last in WINDOWS.items():
        for code, figure in using(files, books, last).items():
            found[period, code] = figure, None
    return found


@pytest.mark.parametrize(
    ("seed", "asked"),
    [(1, [date(2026, 1, 1), date(2026, 5, 1)]), (4, [date(2026, 4, 1)])],
)
@time_machine.travel(NOON, tick=False)
def test_every_figure_agrees_with_the_files(seed, asked, load, api_of, lea):
    files, client, differences = Inventor(seed).company(), api_of(lea), {}
    load(files)

    expected = expected_of(files, asked)
    for (period, code), (figure, span) in expected.items():
        answer = client.get(f"/api/v1/numbers/{code}", {"period": period}).json()
        if not (agree(figure, answer["value"]) and covers(span, answer["interval"])):
            shown = None if figure is None else float(figure)
            differences[period, code] = (shown, span, answer)

    assert differences == {}
    assert_triangles_agree(client, Books(files), asked[-1])
    checked = {code for _period, code in expected}
    every = {metric["metric"] for metric in client.get("/api/v1/numbers").json()}
    assert checked.isdisjoint(NOT_CHECKED)
    assert every == checked | NOT_CHECKED.keys()


def assert_triangles_agree(client: Any, books: Books, month: date) -> None:
    """Every cell of the six triangles, and none besides."""
    expected, found = triangles(books, month), {}
    for code, variant in {(code, variant) for code, variant, _cohort, _age in expected}:
        asked = {"period": f"{month:%Y-%m}", "variant": variant}
        for line in client.get(f"/api/v1/numbers/{code}/cohorts", asked).json()["cohorts"]:
            for age, cell in enumerate(line["cells"]):
                if cell:
                    found[code, variant, line["cohort"], age] = cell["value"]

    assert found.keys() == expected.keys()
    assert not {cell for cell, figure in expected.items() if not agree(figure, found[cell])}


def agree(figure: Fraction | float | None, text: str | None) -> bool:
    if figure is None or text is None:
        return figure is text
    exact, value = as_decimal(figure), Decimal(text)
    return abs(exact - value) <= Decimal("1e-9") * max(1, abs(exact))


def covers(span: Range, interval: dict[str, float] | None) -> bool:
    """Where a range is checked it is this one."""
    if span is None:
        return True
    return interval is not None and (interval["low"], interval["high"]) == pytest.approx(
        span, abs=1e-6
    )
