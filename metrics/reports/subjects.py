"""What each report is about: which figures, pictures and tables, for whom."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from customers.models import Customer
from lib.days import add_months, month_start
from lib.periods import month_of
from metrics.assumptions import assumptions_on
from metrics.catalogue import BY_CODE, METRICS
from metrics.charts import Chart
from metrics.figure import Figure
from metrics.grouping import names_of
from metrics.headlines import BOARD, OVERVIEW, asked_of
from metrics.metric import Metric
from metrics.models import Assumption
from metrics.models.report import Report, Subject
from metrics.periods_in_words import period_in_words
from metrics.question import Question, question_of
from metrics.reports import briefing
from metrics.reports.content import Content, Measured, Table, Told
from metrics.reports.pictures import PICTURES
from metrics.reports.tables import TABLES
from metrics.revenue.two_clocks import TooMuchToRecallError, as_known, remembering
from metrics.rows import NOTES
from metrics.settings_used import all_used

CHOSEN: dict[str, tuple[str, ...]] = {Subject.BOARD: BOARD, Subject.OVERVIEW: OVERVIEW}
MOST_BY_MONTH = 8
AS_BILLED = {Subject.LOYALTY, Subject.VALUE, Subject.ENGAGEMENT}


def content_of(report: Report, *, today: date) -> Content:
    """Everything a report says, as its owner may see it."""
    question = question_of(asked_words(report), today)
    if report.subject == Subject.CUSTOMER:
        question = question.about(by_parent=False)
        return briefing.content_of(customer_of(report), question, about(report, question))
    if report.subject == Subject.FIGURE:
        return figure_content(report, question)
    with remembering():
        figures = answers(metrics_of(report.subject), question)
        charts, tables = drawn(report, question)
    return Content(
        title=report.get_subject_display(),
        subtitle=period_in_words(question.period),
        question=question,
        figures=figures,
        charts=charts,
        tables=tables,
        about=[*about(report, question), *resting_on(question, figures)],
        versions=versions(figures),
    )


def drawn(report: Report, question: Question) -> tuple[list[Chart], list[Table]]:
    """Pictures and tables on the clock of the figures; none where that takes too long.

    Nor are there any by parent of what is not counted so.
    """
    if question.by_parent and report.subject in AS_BILLED:
        return [], []
    try:
        with as_known(question):
            charts = [chart for chart in PICTURES[report.subject](question) if chart]
            return charts, tables_of(report.subject, question, report.owner)
    except TooMuchToRecallError:
        return [], []


def asked_words(report: Report) -> dict[str, str]:
    return {str(name): str(value) for name, value in report.asked.items()}


def customer_of(report: Report) -> Customer:
    visible = Customer.objects.visible_to(report.owner)
    return get_object_or_404(visible, pk=report.asked.get("customer"))


def metrics_of(subject: str) -> list[Metric]:
    """The choice of the board and of the Overview, or every metric of a page."""
    if subject in CHOSEN:
        return [BY_CODE[code] for code in CHOSEN[subject]]
    page = "metrics:value_and_cost" if subject == Subject.VALUE else f"metrics:{subject}"
    return [metric for metric in METRICS if metric.page == page]


def answers(metrics: list[Metric], question: Question) -> list[Told]:
    told = []
    for metric in metrics:
        about_it, caption = asked_of(metric.code, question)
        told.append(Told(metric, metric.in_full(about_it), about_it, caption))
    return told


def figure_content(report: Report, question: Question) -> Content:
    """One figure and every row behind it that the owner may see."""
    metric = BY_CODE[str(report.asked.get("metric"))]
    tables = []
    if metric.rows is not None:
        rows = metric.rows(question).visible_to(report.owner)
        heads = [_("Row"), _("Note"), _("Above the line"), _("Below the line")]
        lines = (
            (row.label, str(NOTES.get(row.note, row.note)), row.numerator, row.denominator)
            for row in rows.all()
        )
        tables = [Table(_("The rows behind it"), heads, lines)]
    figures = [Told(metric, metric.answer(question), question)]
    return Content(
        title=str(metric.name),
        subtitle=period_in_words(question.period),
        question=question,
        figures=figures,
        tables=tables,
        about=[*about(report, question), *resting_on(question, figures)],
        versions=versions(figures),
    )


def about(report: Report, question: Question) -> list[tuple[Any, Any]]:
    """What was asked: filters, day, clock, roll-up, currency, by whom and when."""
    filters = {"segment": _("Segment"), "csm": _("CSM"), "touch": _("Touch"), "plan": _("Plan")}
    asked = question.parameters()
    return [
        (_("Report"), report.get_subject_display()),
        (_("Period"), period_in_words(question.period)),
        (_("As of the end of"), question.day),
        (_("View"), _("As reported") if question.is_reported else _("Restated: all we know")),
        (_("As known on"), question.known_on or _("all that is known today")),
        (
            _("Customers"),
            _("By parent: a family counts as one") if question.by_parent else _("As billed"),
        ),
        (_("Currency"), question.money),
        *[
            (label, names_of(name, [getattr(question, name)])[getattr(question, name)])
            for name, label in filters.items()
            if name in asked
        ],
        (_("Made"), timezone.localtime().replace(microsecond=0, tzinfo=None)),
        (_("Made for"), str(report.owner)),
    ]


def resting_on(question: Question, figures: list[Told]) -> list[tuple[Any, Any]]:
    """What was set for the figures; where costs or values are told, every assumption of the day."""
    used = all_used((told.metric, told.question) for told in figures)
    if not any(told.metric.chapter in ("cost", "value") for told in figures):
        return list(used.items())
    ruling = assumptions_on(question.day)
    return list(({label: ruling[name] for name, label in Assumption.Name.choices} | used).items())


def versions(figures: list[Told]) -> list[tuple[Any, Any]]:
    words = _("%(rule)s, version %(version)s")
    return [
        (_("Definition of %(name)s") % {"name": told.metric.name},
         words % {"rule": told.metric.rule, "version": told.metric.version})
        for told in figures
    ]  # fmt: skip


def tables_of(subject: str, question: Question, owner: User) -> list[Table]:
    """Months side by side, and the tables of the page."""
    tables = TABLES[subject](question, owner) if subject in TABLES else []
    return [months_table(metrics_of(subject)[:MOST_BY_MONTH], question), *tables]


def months_table(metrics: list[Metric], question: Question) -> Table:
    """The figures of the last six months, one line each."""
    months = [add_months(month_start(question.day), -n) for n in range(5, -1, -1)]
    heads = [_("Figure"), *[f"{month:%Y-%m}" for month in months]]
    rows = []
    for metric in metrics:
        asked = [asked_of(metric.code, replace(question, period=month_of(m))) for m in months]
        name = Told(metric, Figure(None), question, asked[0][1]).name
        found = [measured(metric, metric.answer(about), about) for about, _caption in asked]
        rows.append([name, *found])
    return Table(_("Month by month"), heads, rows)


def measured(metric: Metric, figure: Figure, question: Question) -> Measured | None:
    if figure.value is None or not figure.is_shown:
        return None
    return Measured(metric, figure.value, question)
