"""/numbers/<metric>/cohorts: the whole triangle behind a figure of cohorts, and whom it counts."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filtering import refuse_strangers
from accounts.api.problem import ParameterError
from accounts.api.viewsets import Resource
from accounts.permissions import Permission
from lib.days import add_months
from lib.paging import page_number
from lib.periods import PeriodUnreadableError, period_of
from metrics.api.cohort_shapes import TriangleSerializer
from metrics.api.number_shapes import NumberRowsSerializer
from metrics.api.numbers import ASKED, PAGE, as_range, asked, in_reach, opened, text
from metrics.once import page_of_figures
from metrics.question import READERS, Question
from metrics.retention.cohorts import (
    MEASURES,
    Cell,
    Cohort,
    Measure,
    Triangle,
    Variant,
    cell_rows,
    last_finished_month,
    triangle,
)
from metrics.revenue.two_clocks import TooMuchToRecallError

NOT_A_VARIANT = _("This must be “status” or “survival”.")
VARIANTS: dict[str, Variant] = {"status": "status", "survival": "survival"}
VARIANT = OpenApiParameter(
    "variant", OpenApiTypes.STR, enum=list(VARIANTS),
    description="`status` (without it): who comes back counts again. `survival`: a loss is final.",
)  # fmt: skip
OLDEST_AGE = 1200


class CohortViewSet(Resource):
    """Triangles of cohort_retention, cohort_net_revenue and cohort_gross_revenue."""

    scope = "metrics"
    may_read = Permission.VIEW_NUMBERS
    serializer_class = TriangleSerializer
    pagination_class = None
    http_method_names = ["get", "head"]

    @extend_schema(responses=TriangleSerializer, parameters=[*ASKED, VARIANT])
    @page_of_figures
    def cohorts(self, request: Request, code: str) -> Response:
        """Every cohort at every age up to the last month that is over, and the average by age."""
        refuse_strangers(request, {*READERS, "variant"})
        measure, variant, question = measure_of(code), variant_of(request), asked(request)
        found, reason = found_of(question, measure, variant)
        return Response(
            {
                "metric": code,
                "variant": variant,
                "currency": None if measure == "logo" else settings.REPORTING_CURRENCY,
                "day": question.day.isoformat(),
                "asked": question.parameters(),
                "cohorts": [shown(cohort) for cohort in found.cohorts],
                "average": [cell(each) for each in found.average],
                "reason": reason,
            }
        )

    @extend_schema(responses=NumberRowsSerializer, parameters=[*ASKED, VARIANT, PAGE])
    @in_reach()
    def cell(self, request: Request, code: str, month: str, age: int) -> Response:
        """The customers behind one cell. Totals are of all rows, shown are one's own."""
        refuse_strangers(request, {*READERS, "variant", "page"})
        measure, variant, question = measure_of(code), variant_of(request), asked(request)
        cohort = cohort_of(month)
        if age > OLDEST_AGE or add_months(cohort, age) > last_finished_month(question):
            raise Http404
        number = page_number(request.query_params.get("page", ""))
        rows = cell_rows(question, (cohort, cohort), age, measure, variant)
        return Response(opened(request, code, rows, number))


def measure_of(code: str) -> Measure:
    if code not in MEASURES:
        raise Http404
    return MEASURES[code]


def variant_of(request: Request) -> Variant:
    name = request.query_params.get("variant") or "status"
    if name not in VARIANTS:
        raise ParameterError({"variant": [NOT_A_VARIANT]})
    return VARIANTS[name]


def cohort_of(month: str) -> date:
    try:
        period = period_of(month)
    except PeriodUnreadableError:
        raise Http404 from None
    if period.kind != "month":
        raise Http404
    return period.start


def found_of(question: Question, measure: Measure, variant: Variant) -> tuple[Triangle, str | None]:
    """The triangle, or why there is none."""
    nothing = Triangle((), ())
    if question.is_to_come:
        return nothing, "not_over"
    try:
        found = triangle(question, measure, variant, months=None)
    except TooMuchToRecallError as error:
        return nothing, error.reason
    return found, None if found.cohorts else "no_data"


def shown(cohort: Cohort) -> dict[str, Any]:
    return {
        "cohort": f"{cohort.month:%Y-%m}",
        "n": cohort.size,
        "cells": [cell(each) for each in cohort.cells],
    }


def cell(found: Cell | None) -> dict[str, Any] | None:
    """None where the month of the cell is not over."""
    if found is None:
        return None
    return {
        "value": text(found.share),
        "numerator": text(found.kept),
        "denominator": text(found.whole),
        "n": found.size,
        "interval": as_range(found.interval),
        "flag": None if found.is_shown else "insufficient_n",
    }
