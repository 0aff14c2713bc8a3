from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from metrics.catalogue import BY_CODE
from metrics.figure import Figure
from metrics.forms import asked_by
from metrics.grouping import names_of
from metrics.insiders import insiders_once
from metrics.loyalty import pictures
from metrics.loyalty.answers import CES, CSAT, EFFORT, NPS, Scale, moments
from metrics.loyalty.responding import funnel_of
from metrics.loyalty.series import by_day, by_month
from metrics.loyalty.tallies import scores_of
from metrics.loyalty.verdicts import Compared, compared, compared_by_groups
from metrics.members import narrowed_few
from metrics.once import page_of_figures
from metrics.question import Question
from surveys.models import Response
from surveys.scales import scale_of

SCALES: dict[str, tuple[Scale, Promise]] = {
    "nps": (NPS, _("NPS")),
    "csat": (CSAT, _("CSAT")),
    "ces": (CES, _("CES")),
    "ces5": (EFFORT, _("CES, effort scale")),
}
CODES = {"nps": "nps", "csat": "csat", "ces": "ces", "ces5": "ces_effort"}
TILES = ("nps_by_customer", "response_rate", "answer_coverage", "answer_coverage_mrr")
GROUP_NAMES = {"segment": _("By segment"), "csm": _("By CSM"), "touch": _("By touch"),
               "plan": _("By plan")}  # fmt: skip
STEPS = (_("Asked"), _("Mails sent"), _("Delivered"), _("Answered"), _("With a comment"))
MOST_GROUPS, MOST_ANSWERS = 12, 12


@dataclass(frozen=True)
class Group:
    """Groups of one kind, as they are named and opened."""

    title: Promise
    lines: list[tuple[str, str, Compared]]
    left_out: int


@never_cache
@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
@page_of_figures
def loyalty(request: HttpRequest) -> HttpResponse:
    """What customers say, how sure that is, and whether it changed."""
    asked = asked_by(request)
    if asked.question.by_parent:
        return render(request, "metrics/not_by_parent.html", {"asked": asked, "page": _("Loyalty")})
    code = request.GET.get("scale", "")
    code = code if code in SCALES else "nps"
    with insiders_once():
        context = _figures(asked.question)
        context |= _pictures(asked.question, code, context["wholes"][code])
    context |= {
        "asked": asked,
        "scale": code,
        "scales": [(each, name) for each, (_scale, name) in SCALES.items()],
        "answers": latest_answers(request.user, asked.question, code),
        "sees_all": request.user.sees_every_customer,
    }
    return render(request, "metrics/loyalty.html", context)


def _figures(question: Question) -> dict[str, Any]:
    wholes = {code: compared(scale, question) for code, (scale, _name) in SCALES.items()}
    tiles: list[tuple[str, Figure]] = [
        (CODES[code], whole.now)
        for code, whole in wholes.items()
        # The effort scale is shown where somebody uses it.
        if code != "ces5" or whole.now.n or whole.before.n
    ]
    tiles[1:1] = [(code, BY_CODE[code].answer(question)) for code in TILES[:1]]
    tiles += [(code, BY_CODE[code].answer(question)) for code in TILES[1:]]
    return {"tiles": tiles, "wholes": wholes, "funnel": _funnel(question)}


def _pictures(question: Question, code: str, whole: Compared) -> dict[str, Any]:
    scale, name = SCALES[code]
    drawn = [
        pictures.days_chart(scale, str(name), by_day(scale, question)),
        pictures.months_chart(scale, str(name), by_month(scale, question)),
        pictures.distribution_chart(scale, scores_of(scale, question)),
    ]
    return {
        "metric_of_scale": BY_CODE[CODES[code]],
        "whole": whole,
        "finding": pictures.finding(scale, str(name), whole),
        "charts": [chart for chart in drawn if chart],
        "groups": [
            _group(question, kind, found)
            for kind, found in compared_by_groups(scale, question).items()
        ],
    }


def _group(question: Question, kind: str, found: list[Compared]) -> Group:
    names = names_of(kind, [line.name for line in found])
    lines = [
        (names[line.name],
         question.about(**{kind: line.name}).address, line)
        for line in found[:MOST_GROUPS]
    ]  # fmt: skip
    return Group(GROUP_NAMES[kind], lines, max(0, len(found) - MOST_GROUPS))


def _funnel(question: Question) -> list[tuple[Promise, int, int]]:
    """Each step with its number and the percentage of those asked."""
    counts = funnel_of(question)
    most = counts[0] or 1
    return [(step, n, round(100 * n / most)) for step, n in zip(STEPS, counts, strict=True)]


def latest_answers(user: Any, question: Question, code: str) -> list[tuple[Response, str]]:
    """With what was said; those of customers somebody may see."""
    start, end = moments(question)
    given = (
        Response.objects.visible_to(user).counted()
        .filter(survey__kind=code, answered_at__gte=start, answered_at__lt=end)
        .exclude(comment="")
    )  # fmt: skip
    asked = narrowed_few(question, given, question.day)
    shown = asked.select_related("customer", "contact", "survey", "task")[:MOST_ANSWERS]
    return [(row, scale_of(row.survey).category(row.score)) for row in shown]
