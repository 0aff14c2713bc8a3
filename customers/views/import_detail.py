from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.permissions import Permission, permission_needed
from customers.importing.reasons import file_reason, row_reason
from customers.importing.register import NOUNS
from customers.models import ImportRow, ImportRun

SHOWN = 50
VERDICTS = ImportRow.Verdict


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one row, in the reader's language."""

    number: int
    column: str
    value: str
    hint: str


@dataclass(frozen=True)
class Change:
    """One value that would change or has changed."""

    number: int
    external_id: str
    label: Promise | str
    before: Any
    after: Any


@login_required
@permission_needed(Permission.IMPORT)
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(
        ImportRun.objects.visible_to(request.user).select_related("uploaded_by"), pk=pk
    )
    now = timezone.now()
    context = {
        "run": run,
        "tallies": [(v.value, v.label, run.counts.get(v.value, 0)) for v in VERDICTS],
        "problems": problems_of(run),
        "changes": _changes(run) if run.state == ImportRun.State.CHECKED else [],
        "new_rows": _new_rows(run) if run.state == ImportRun.State.CHECKED else [],
        "kept": run.rows.filter(undone=ImportRow.Undone.KEPT)[:SHOWN],
        "kept_count": run.counts.get("kept", 0),
        "to_save": run.counts.get("new", 0) + run.counts.get("changed", 0),
        "may_undo": run.may_be_undone(now),
        "failure": file_reason(run.failure["code"], run.failure["params"]) if run.failure else "",
    }
    return render(request, "customers/import_detail.html", context)


@login_required
@permission_needed(Permission.IMPORT)
@require_safe
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone, asked for every second; when the work is over the whole page comes anew."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    if request.htmx and not run.is_working:
        return HttpResponseClientRefresh()
    return render(request, "customers/_import_progress.html", {"run": run})


def problems_of(run: ImportRun) -> list[Problem]:
    rows = run.rows.filter(verdict=VERDICTS.REJECTED).order_by("number")[:SHOWN]
    return [
        Problem(row.number, p["column"], p["value"], row_reason(p["code"], p["params"]))
        for row in rows
        for p in row.problems or []
    ]


def _changes(run: ImportRun) -> list[Change]:
    labels = {column.field: column.label for column in NOUNS[run.noun].columns}
    rows = run.rows.filter(verdict=VERDICTS.CHANGED).order_by("number")[:SHOWN]
    return [
        Change(row.number, row.external_id, labels.get(name.removesuffix("_id"), name), was,
               (row.after or {}).get(name))
        for row in rows
        for name, was in (row.before or {}).items()
        if name != "search_text"
    ]  # fmt: skip


def _new_rows(run: ImportRun) -> list[str]:
    rows = run.rows.filter(verdict=VERDICTS.NEW).order_by("number")[:20]
    return [row.external_id or str(row.number) for row in rows]
