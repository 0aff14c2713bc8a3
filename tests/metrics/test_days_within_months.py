"""A figure asked as of a day within a month that is over: what is stored of the month is not it."""

from datetime import date
from decimal import Decimal

import pytest

from lib.days import days_between
from lib.periods import period_of
from metrics.catalogue import BY_CODE
from metrics.question import Question
from metrics.revenue.ledger import rebuild_movements
from metrics.revenue.months import rebuild_months
from tests.metrics.test_revenue_figures import pays

pytestmark = pytest.mark.django_db
FIGURES = (
    "mrr", "paying_customers", "arpa", "new_mrr", "expansion_mrr", "churned_mrr", "nrr", "grr",
    "gross_revenue_churn", "quick_ratio", "logo_churn", "early_churn",
)  # fmt: skip
THROUGH = date(2025, 4, 30)


@pytest.fixture
def company(settings) -> None:
    """Somebody grew in the middle of January, one left, one came, and so in February."""
    settings.FISCAL_YEAR_STARTS_IN_MONTH = 1
    pays(("2024-11-01", 100), ("2025-01-16", 160))
    pays(("2024-11-01", 80), ("2025-01-20", 0))
    pays(("2025-01-10", 50), ("2025-02-10", 0))
    pays(("2025-02-12", 70), ("2025-02-20", 30))
    rebuild_movements(through=THROUGH)
    rebuild_months(through=THROUGH)


def answered(code: str, period: str, day: date) -> tuple[Decimal | None, Decimal | None]:
    question = Question(period=period_of(period), today=date(2025, 5, 1), as_of=day)
    figure = BY_CODE[code].answer(question)
    return figure.value, figure.numerator


@pytest.mark.usefixtures("company")
def test_a_day_within_a_month_leaves_the_rest_of_the_month_out() -> None:
    day = date(2025, 1, 15)

    mrr, grown, won = (answered(c, "2025-01", day)[0] for c in ("mrr", "expansion_mrr", "new_mrr"))

    assert (mrr, grown, won) == (230, 0, 50)


@pytest.mark.usefixtures("company")
def test_a_month_of_a_quarter_leaves_the_later_months_out() -> None:
    assert answered("new_mrr", "2025-Q1", date(2025, 1, 31))[0] == 50


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("code", FIGURES)
def test_a_period_up_to_a_day_is_the_span_of_its_days(code: str) -> None:
    """A span of days is counted from the ledger."""
    for day in days_between(date(2025, 1, 8), date(2025, 3, 3)):
        for period, start in (("2025-Q1", "2025-01-01"), (f"{day:%Y-%m}", f"{day:%Y-%m}-01")):
            span = f"{start}..{day.isoformat()}"
            assert answered(code, period, day) == answered(code, span, day), (period, day)
