"""What lifetime values take for granted, as of the last day of a question."""

from decimal import Decimal

from metrics.assumptions import Name, assumed
from metrics.question import Question
from metrics.revenue.stock import mrr_figure


def margin_per_customer(question: Question) -> Decimal | None:
    """Margin a month of the average paying customer on the last day; None without customers."""
    mrr = mrr_figure(question)
    if not mrr.n or mrr.value is None:
        return None
    return Decimal(mrr.value) / mrr.n * assumed(Name.GROSS_MARGIN, question.day)


def monthly_discount(question: Question) -> float:
    """What a month is worth less, from the rate of a year."""
    return float((1 + float(assumed(Name.DISCOUNT_RATE, question.day))) ** (1 / 12) - 1)


def horizon_of(question: Question) -> int:
    return int(assumed(Name.HORIZON_MONTHS, question.day))
