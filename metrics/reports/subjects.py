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
from metrics.figure import Figure
from metrics.metric import Metric
from metrics.models import Assumption
from metrics.models.report import Report, Subject
from metrics.periods_in_words import period_in_words
from metrics.question import Question, question_of
from metrics.reports import briefing
from metrics.reports.content import Content, Measured, Table
from metrics.reports.pictures import PICTURES

BOARD = ("mrr", "arr", "nrr", "grr", "logo_churn", "logo_retention", "quick_ratio", "arpa", "nps",
         "csat", "ltv_subscription", "ltv_to_cac", "crc_share_of_arr", "stickiness")  # fmt: skip


def content_of(report: Report, *, today: date) -> Content:
    """Everything a report says, as its owner may see it."""
    question = question_of(asked_words(report), today)
    if report.subject == Subject.CUSTOMER:
        return briefing.content_of(customer_of(report), question, about(report, question, ()))
    if report.subject == Subject.FIGURE:
        return figure_content(report, question)
    figures = answers(metrics_of(report.subject), question)
    return Content(
        title=report.get_subject_display(),
        subtitle=period_in_words(question.period),
        question=question,
        figures=figures,
        charts=[chart for chart in PICTURES[report.subject](question) if chart],
        tables=tables_of(report.subject, question, report.owner),
        about=about(report, question, [metric for metric, _figure in figures]),
    )


def asked_words(report: Report) -> dict[str, str]:
    return {str(name): str(value) for name, value in report.asked.items()}


def customer_of(report: Report) -> Customer:
    visible = Customer.objects.visible_to(report.owner)
    return get_object_or_404(visible, pk=report.asked.get("customer"))


def metrics_of(subject: str) -> list[Metric]:
    """The board's choice, or every metric of a page."""
    if subject == Subject.BOARD:
        return [BY_CODE[code] for code in BOARD if code in BY_CODE]
    pages = {Subject.VALUE: "metrics:value_and_cost", Subject.OVERVIEW: "metrics:overview"}
    page = pages.get(Subject(subject), f"metrics:{subject}")
    found = [metric for metric in METRICS if metric.page == page]
    return found or [BY_CODE[code] for code in ("mrr", "logo_churn") if code in BY_CODE]


def answers(metrics: list[Metric], question: Question) -> list[tuple[Metric, Figure]]:
    return [(metric, metric.answer(question)) for metric in metrics]


def figure_content(report: Report, question: Question) -> Content:
    """One figure and every row behind it that the owner may see."""
    metric = BY_CODE[str(report.asked.get("metric"))]
    tables = []
    if metric.rows is not None:
        rows = metric.rows(question).visible_to(report.owner)
        heads = [_("Row"), _("Note"), _("Above the line"), _("Below the line")]
        lines = ((row.label, row.note, row.numerator, row.denominator) for row in rows.all())
        tables = [Table(_("The rows behind it"), heads, lines, is_long=True)]
    return Content(
        title=str(metric.name),
        subtitle=period_in_words(question.period),
        question=question,
        figures=answers([metric], question),
        tables=tables,
        about=about(report, question, [metric]),
    )


def about(report: Report, question: Question, metrics: Any) -> list[tuple[Any, Any]]:
    """The sheet that says filters, day, definition versions and assumptions."""
    ruling = assumptions_on(question.day)
    filters = {"segment": _("Segment"), "csm": _("CSM"), "touch": _("Touch"), "plan": _("Plan")}
    asked = question.parameters()
    return [
        (_("Report"), report.get_subject_display()),
        (_("Period"), period_in_words(question.period)),
        (_("As of the end of"), question.day),
        (_("As known on"), question.known_on or _("all that is known today")),
        (_("Currency"), question.money),
        *[(label, asked[name]) for name, label in filters.items() if name in asked],
        (_("Made"), timezone.localtime().replace(microsecond=0, tzinfo=None)),
        (_("Made for"), str(report.owner)),
        *[(label, ruling[name]) for name, label in Assumption.Name.choices],
        *[(_("Definition of %(name)s") % {"name": metric.name},
           _("%(rule)s, version %(version)s") % {"rule": metric.rule, "version": metric.version})
          for metric in metrics],
    ]  # fmt: skip


def tables_of(subject: str, question: Question, owner: User) -> list[Table]:
    """Months side by side, and what the groups come to; the board also sees the latest months."""
    metrics = metrics_of(subject)[:8]
    return [months_table(metrics, question), *rows_tables(subject, question, owner)]


def months_table(metrics: list[Metric], question: Question) -> Table:
    """The figures of the last six months, one line each."""
    months = [add_months(month_start(question.day), -n) for n in range(5, -1, -1)]
    heads = [_("Figure"), *[f"{month:%Y-%m}" for month in months]]
    rows = []
    for metric in metrics:
        asked = [replace(question, period=month_of(month)) for month in months]
        found = [metric.answer(about_month) for about_month in asked]
        rows.append([str(metric.name), *[measured(metric, figure, question) for figure in found]])
    return Table(_("Month by month"), heads, rows)


def measured(metric: Metric, figure: Figure, question: Question) -> Measured | None:
    if figure.value is None or not figure.is_shown:
        return None
    return Measured(metric, figure.value, question)


def rows_tables(subject: str, question: Question, owner: User) -> list[Table]:
    if subject not in (Subject.CHURN, Subject.BOARD):
        return []
    rows = BY_CODE["logo_churn"].rows
    if rows is None:
        return []
    found = rows(question).visible_to(owner)
    lost = [(row.label,) for row in found.all() if row.note == "lost"]
    return [Table(_("Customers who left"), [_("Customer")], lost)]
