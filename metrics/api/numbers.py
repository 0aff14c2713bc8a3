"""/numbers/: every metric with its definition, and any figure with all that makes it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filtering import refuse_strangers
from accounts.api.problem import ParameterError
from accounts.api.viewsets import Resource
from accounts.permissions import Permission
from lib import days
from lib.paging import page_number
from metrics.api.number_shapes import MetricSerializer, NumberRowsSerializer, NumberSerializer
from metrics.catalogue import BY_CODE, METRICS
from metrics.figure import Figure
from metrics.grouping import GROUPINGS, TooManyGroupsError, groups_of
from metrics.intervals import Interval
from metrics.loyalty.verdicts import COMPARED
from metrics.metric import Metric
from metrics.once import page_of_figures
from metrics.question import READERS, Question, QuestionUnclearError, question_of
from metrics.retention.cohorts import MEASURES
from metrics.revenue.two_clocks import TooMuchToRecallError
from metrics.rows import Row, Rows
from metrics.settings_used import settings_used

NOT_A_GROUPING = _("This figure can be grouped by: %(names)s.")
TOO_MANY_GROUPS = _("These are too many groups. Narrow the question or the period first.")
HELP = {
    "period": "A month `2026-10`, quarter `2026-Q3` or year `2026` (fiscal, named after the "
              "calendar year it begins in: `2026-Q1` is April to June if it starts in April), or "
              "days `2026-10-01..2026-10-31`. The running month without it.",
    "day": "The last day that counts, within the period; without a period in its month.",
    "known": "The day as of which facts were known. All that is known today without it.",
    "view": "`reported`: as the closed month was reported.",
    "roll_up": "`parent`: figures of revenue count a family, the parent above all others with all "
               "below it, as one customer. Each customer as it is billed without it; not with "
               "`view`.",
    "segment": "Customers of this segment; `~` for those without one.",
    "csm": "Customers of the user with this number; `~` for those of nobody.",
    "touch": "Customers of this touch tier: high, low or tech.",
    "plan": "Customers whose largest subscription is on this plan.",
    "currency": "Amounts in this currency, at the rate of the period's last month.",
}  # fmt: skip
ASKED = [OpenApiParameter(name, OpenApiTypes.STR, description=HELP[name]) for name in READERS
         if name in HELP]  # fmt: skip
BY = OpenApiParameter("by", OpenApiTypes.STR, enum=GROUPINGS, description="One figure a group.")
PAGE = OpenApiParameter("page", OpenApiTypes.INT, description="Pages of 50 rows, from 1.")


@contextmanager
def in_reach() -> Iterator[None]:
    """Around rows: a figure says why there is none, rows are refused for it."""
    try:
        yield
    except TooMuchToRecallError as error:
        raise ParameterError({error.asked: [str(error.in_words)]}) from None


class NumberViewSet(Resource):
    """Figures are computed from the customers of the whole company; rows are one's own."""

    scope = "metrics"
    may_read = Permission.VIEW_NUMBERS
    serializer_class = NumberSerializer
    pagination_class = None
    http_method_names = ["get", "head"]

    @extend_schema(responses=MetricSerializer(many=True), filters=False)
    def list(self, request: Request) -> Response:
        refuse_strangers(request, set())
        return Response([described(metric) for metric in METRICS])

    @extend_schema(responses=NumberSerializer, parameters=[*ASKED, BY])
    @page_of_figures
    def retrieve(self, request: Request, code: str) -> Response:
        """One figure: value, operands, count, range, reason; with `by` one for each group too."""
        refuse_strangers(request, {*READERS, "by"})
        metric, question = asked_for(code), asked(request)
        body = shown(request, metric, question, metric.in_full(question))
        if by := request.query_params.get("by"):
            body["groups"] = grouped(request, metric, question, by)
        return Response(body)

    @extend_schema(responses=NumberRowsSerializer, parameters=[*ASKED, PAGE])
    @in_reach()
    def rows(self, request: Request, code: str) -> Response:
        """What the figure is counted from. Totals are of all rows, shown are one's own."""
        refuse_strangers(request, {*READERS, "page"})
        metric, question = asked_for(code), asked(request)
        if metric.rows is None:
            raise Http404
        rows, number = metric.rows(question), page_number(request.query_params.get("page", ""))
        return Response(opened(request, metric.code, rows, number))


def as_range(interval: Interval | None) -> dict[str, float] | None:
    if interval is None:
        return None
    return {"low": interval.low, "high": interval.high, "level": 0.95}


def opened(request: Request, code: str, rows: Rows, number: int) -> dict[str, Any]:
    page, totals = rows.opened(request.user, number)  # type: ignore[arg-type]
    return {
        "metric": code,
        "kind": rows.kind,
        "numerator": text(totals.numerator),
        "denominator": text(totals.denominator),
        "n": totals.n,
        "page": number,
        "has_next": page.has_next,
        "results": [as_row(row) for row in page.rows],
    }


def asked_for(code: str) -> Metric:
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def asked(request: Request) -> Question:
    given: Mapping[str, str] = request.query_params.dict()
    try:
        return question_of(given, days.today())
    except QuestionUnclearError as unclear:
        raise ParameterError({name: [str(why)] for name, why in unclear.faults.items()}) from None


def grouped(request: Request, metric: Metric, question: Question, by: str) -> list[dict[str, Any]]:
    if by not in metric.groupings:
        message = NOT_A_GROUPING % {"names": ", ".join(metric.groupings) or "-"}
        raise ParameterError({"by": [message]})
    try:
        groups = groups_of(question, by)
    except TooManyGroupsError:
        raise ParameterError({"by": [TOO_MANY_GROUPS]}) from None
    return [
        {"key": key, "name": str(name)} | shown(request, metric, part, metric.in_full(part))
        for key, name, part in groups
    ]


def described(metric: Metric) -> dict[str, Any]:
    return {
        "metric": metric.code,
        "name": str(metric.name),
        "chapter": metric.chapter,
        "rule": metric.rule,
        "unit": metric.unit,
        "definition": str(metric.definition),
        "formula": str(metric.formula),
        "definition_version": metric.version,
        "groupings": list(metric.groupings),
        "has_rows": metric.rows is not None,
        "has_change": metric.code in COMPARED,
        "has_cohorts": metric.code in MEASURES,
    }


def shown(request: Request, metric: Metric, question: Question, figure: Figure) -> dict[str, Any]:
    return {
        "metric": metric.code,
        "unit": metric.unit,
        "currency": question.money if metric.unit == "money" else None,
        "formula": str(metric.formula),
        "definition_version": metric.version,
        "period": {"start": question.start.isoformat(), "end": question.period.end.isoformat()},
        "day": question.day.isoformat(),
        "asked": question.parameters(),
        "value": text(figure.value),
        "numerator": text(figure.numerator),
        "denominator": text(figure.denominator),
        "n": figure.n,
        "interval": as_range(figure.interval),
        "reason": figure.reason or None,
        "reason_in_words": str(figure.reason_in_words) or None,
        "flag": figure.flag or None,
        "parts": {name: text(value) for name, value in figure.parts.items()},
        "settings": {
            name: text(value) if isinstance(value, Decimal) else value
            for name, value in settings_used(metric, question).items()
        },
        "rows": rows_address(request, metric, question),
    }


def rows_address(request: Request, metric: Metric, question: Question) -> str | None:
    if metric.rows is None:
        return None
    path = reverse("api:number-rows", args=[metric.code])
    return request.build_absolute_uri(f"{path}?{question.address}")


def as_row(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "customer": row.customer_id,
        "label": row.label,
        "numerator": text(row.numerator),
        "denominator": text(row.denominator),
        "note": row.note or None,
    }


def text(value: Decimal | float | None) -> str | None:
    """Exact figures as text, so that no program rounds them on the way."""
    if value is None:
        return None
    if isinstance(value, float):
        return repr(value)
    exact = Decimal(value)
    return f"{exact.normalize():f}" if exact else "0"
