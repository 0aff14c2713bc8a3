"""The pictures of each report: those of the page it stands for."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils.translation import gettext as _

from lib.days import add_months, month_start
from lib.periods import trailing_months
from metrics import engagement_charts, overview_charts, revenue_charts, worth_charts
from metrics.charts import Chart
from metrics.company import company_trend
from metrics.engagement_figures import engaged
from metrics.loyalty import pictures as loyalty
from metrics.loyalty.answers import CES, CSAT, NPS
from metrics.loyalty.series import by_month
from metrics.loyalty.tallies import scores_of
from metrics.models import CustomerValue
from metrics.models.report import Subject
from metrics.periods_in_words import period_in_words
from metrics.question import Question
from metrics.retention.survival import survival_curve
from metrics.retention.trend import start_sets_by_month
from metrics.retention_charts import churn_chart, kept_revenue_chart, survival_chart
from metrics.revenue.moves import sums_by, waterfall
from metrics.revenue.rates import money_of
from metrics.revenue.stock import stocks_by_month

TREND_DAYS, TREND_MONTHS = 366, 12
Charts = list[Chart | None]


def overview(question: Question) -> Charts:
    trend = company_trend(question.end - timedelta(days=TREND_DAYS), question.end)
    drawn: Charts = [steps(question), mrr_by_month(question)]
    if trend and not (question.is_narrowed or question.clock):
        drawn += [overview_charts.health_trend_chart(trend),
                  overview_charts.nps_trend_chart(trend)]  # fmt: skip
    return drawn


def steps(question: Question) -> Chart:
    words = period_in_words(question.period)
    factor, currency = money_of(question)
    return revenue_charts.waterfall_chart(waterfall(question).times(factor), words, currency)


def mrr_by_month(question: Question) -> Chart:
    months = latest_months(question)
    stocks = stocks_by_month(question.about(as_of=None), months)
    factor, currency = money_of(question)
    mrr = {month: stock.mrr * factor for month, stock in stocks.items()}
    return revenue_charts.mrr_chart(mrr, currency)


def latest_months(question: Question) -> list[date]:
    last = month_start(max(question.start, question.day))
    return [add_months(last, n - TREND_MONTHS + 1) for n in range(TREND_MONTHS)]


def revenue(question: Question) -> Charts:
    last = max(question.start, question.day)
    year = question.about(period=trailing_months(last, TREND_MONTHS), as_of=None)
    months = latest_months(question)
    factor, currency = money_of(question)
    moved = {
        (month, kind): sums.amount / 12 * factor
        for (month, kind), sums in sums_by(year, "month", "kind").items()
    }
    return [steps(question), revenue_charts.months_chart(months, moved, currency),
            mrr_by_month(question)]  # fmt: skip


def retention(question: Question) -> Charts:
    kept = kept_revenue_chart(start_sets_by_month(question, window=12))
    return [kept, survival(question)]


def survival(question: Question) -> Chart | None:
    curve = survival_curve(question)
    return survival_chart(curve) if curve else None


def churn(question: Question) -> Charts:
    return [churn_chart(start_sets_by_month(question))]


def satisfaction(question: Question) -> Charts:
    names = ((NPS, _("NPS")), (CSAT, _("CSAT")), (CES, _("CES")))
    drawn: Charts = [
        loyalty.months_chart(scale, name, by_month(scale, question)) for scale, name in names
    ]
    return [*drawn, loyalty.distribution_chart(NPS, scores_of(NPS, question))]


def value(question: Question) -> Charts:
    values = question.narrowed(CustomerValue.objects.all(), question.day)
    shown = worth_charts.most_valuable(values)
    return [worth_charts.spending_chart(question), worth_charts.worth_chart(shown, question)]


def engagement(question: Question) -> Charts:
    points, found = engagement_charts.trend_of(question), engaged(question)
    drawn: Charts = [
        engagement_charts.people_chart(points), engagement_charts.stickiness_chart(points)
    ]  # fmt: skip
    if found.day:
        drawn += [engagement_charts.seats_chart(question, found.day),
                  engagement_charts.sessions_chart(found)]  # fmt: skip
    return drawn


def board(question: Question) -> Charts:
    """One or two of each page: what a board asks first. By parent those that are counted so."""
    money = [*revenue(question), *churn(question), *retention(question)]
    if question.by_parent:
        return money
    return [*money, satisfaction(question)[0], value(question)[0], *engagement(question)[:1]]


PICTURES: dict[str, Callable[[Question], Charts]] = {
    Subject.BOARD: board,
    Subject.OVERVIEW: overview,
    Subject.REVENUE: revenue,
    Subject.RETENTION: retention,
    Subject.CHURN: churn,
    Subject.LOYALTY: satisfaction,
    Subject.VALUE: value,
    Subject.ENGAGEMENT: engagement,
}
