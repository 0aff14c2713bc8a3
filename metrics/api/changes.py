"""/numbers/<metric>/change: did a score change against the period before, and what says so."""

from typing import Any

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
from metrics.api.change_shapes import ChangeSerializer
from metrics.api.numbers import ASKED, as_range, asked, text
from metrics.catalogue import BY_CODE
from metrics.figure import Figure
from metrics.grouping import names_of
from metrics.insiders import insiders_once
from metrics.loyalty.answers import Scale
from metrics.loyalty.tallies import GROUPS
from metrics.loyalty.verdicts import COMPARED, Compared, compared, compared_by_groups
from metrics.once import page_of_figures
from metrics.question import READERS, Question

NOT_A_GROUPING = _("This figure can be grouped by: %(names)s.")
BY = OpenApiParameter("by", OpenApiTypes.STR, enum=GROUPS,
                      description="Each group against itself before, by Holm's rule.")  # fmt: skip


class ChangeViewSet(Resource):
    """Tests of nps, csat, ces and ces_effort; other figures are counts of everybody."""

    scope = "metrics"
    may_read = Permission.VIEW_NUMBERS
    serializer_class = ChangeSerializer
    pagination_class = None
    http_method_names = ["get", "head"]

    @extend_schema(responses=ChangeSerializer, parameters=[*ASKED, BY])
    @page_of_figures
    def change(self, request: Request, code: str) -> Response:
        """A score of the period and of the one before it, their difference and its test."""
        refuse_strangers(request, {*READERS, "by"})
        if code not in COMPARED:
            raise Http404
        by = request.query_params.get("by", "")
        if by and by not in GROUPS:
            raise ParameterError({"by": [NOT_A_GROUPING % {"names": ", ".join(GROUPS)}]})
        question = asked(request)
        with insiders_once():
            return Response(tested(code, question, by))


def tested(code: str, question: Question, by: str) -> dict[str, Any]:
    scale, before = COMPARED[code], question.moved(-1).period
    reason = why_nothing(code, question)
    body = {
        "metric": code,
        "unit": BY_CODE[code].unit,
        "period": {"start": question.start.isoformat(), "end": question.period.end.isoformat()},
        "day": question.day.isoformat(),
        "compared_with": {"start": before.start.isoformat(), "end": question.start.isoformat()},
        "asked": question.parameters(),
        **(nothing(reason) if reason else shown(compared(scale, question))),
    }
    if by:
        body["groups"] = [] if reason else groups_of(scale, question, by)
    return body


def groups_of(scale: Scale, question: Question, by: str) -> list[dict[str, Any]]:
    found = compared_by_groups(scale, question)[by]
    names = names_of(by, [line.name for line in found])
    return [{"key": str(line.name), "name": names[line.name]} | shown(line) for line in found]


def shown(line: Compared) -> dict[str, Any]:
    change = line.change
    return {
        "now": score(line.now),
        "before": score(line.before),
        "difference": change.difference if change else None,
        "z": change.z if change else None,
        "p_value": change.p_value if change else None,
        "p_adjusted": line.p_value,
        "interval": as_range(change.interval if change else None),
        "is_paired": line.is_paired,
        "verdict": line.verdict,
        "verdict_in_words": str(line.in_words),
    }


def why_nothing(code: str, question: Question) -> str:
    if question.is_to_come:
        return "not_over"
    return "not_by_parent" if question.by_parent and not BY_CODE[code].rolls_up else ""


def nothing(reason: str) -> dict[str, Any]:
    undefined = Figure.undefined(reason)
    return shown(Compared(name="", now=undefined, before=undefined, change=None, p_value=None))


def score(figure: Figure) -> dict[str, Any]:
    return {
        "value": text(figure.value),
        "numerator": text(figure.numerator),
        "denominator": text(figure.denominator),
        "n": figure.n,
        "interval": as_range(figure.interval),
        "reason": figure.reason or None,
        "flag": figure.flag or None,
    }
