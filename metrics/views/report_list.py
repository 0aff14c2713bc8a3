"""Reports: asked for, watched while they are made, fetched within a day."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from customers.models import Customer
from metrics import jobs
from metrics.forms import ReportForm, ScheduleForm, asked_by
from metrics.models import Report, ReportSchedule
from metrics.models.report import Format, Subject
from metrics.question import QuestionUnclearError, question_of
from metrics.reports.ordering import order_report

TYPES = {
    Format.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
    Format.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SHOWN = 30


@never_cache
@login_required
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    reports = Report.objects.visible_to(user).select_related("owner")[:SHOWN]
    schedules = ReportSchedule.objects.filter(owner=user).prefetch_related("recipients")
    chosen = {name: request.GET.get(name, "") for name in ("subject", "metric", "customer")}
    context = {
        "asked": asked_by(request, rolls_up=True),
        "form": ReportForm(initial=chosen, user=user),
        "schedule_form": ScheduleForm(),
        "reports": reports,
        "schedules": schedules,
        "chosen": chosen,
    }
    return render(request, "metrics/report_list.html", context)


@login_required
@require_POST
def report_new(request: HttpRequest) -> HttpResponse:
    """Order a report about the question that stands in the form."""
    user: Any = request.user
    form = ReportForm(request.POST, user=user)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect("metrics:report_list")
    try:
        question = question_of(request.POST.dict(), asked_by(request).question.today)
    except QuestionUnclearError as unclear:
        messages.error(request, " ".join(str(why) for why in unclear.faults.values()))
        return redirect("metrics:report_list")
    extra = {n: form.cleaned_data[n] for n in ("metric", "customer") if form.cleaned_data[n]}
    asked = question.parameters() | extra
    report = order_report(user, form.cleaned_data["subject"], form.cleaned_data["format"], asked)
    jobs.make_report.delay_on_commit(report.pk)
    messages.success(request, _("The report is being made. It is kept here for 24 hours."))
    return redirect("metrics:report_list")


@never_cache
@login_required
@require_safe
def report_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The line of one report, for the page that watches it."""
    report = found(request, pk)
    return render(request, "metrics/_report_line.html", {"report": report})


@never_cache
@login_required
@require_safe
def report_download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    report = found(request, pk)
    path = settings.MEDIA_ROOT / report.stored_as
    if not report.is_ready or not report.stored_as or not path.is_file():
        messages.error(request, _("This report is not there any more. Ask for it again."))
        return redirect("metrics:report_list")
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=report.file_name,
        content_type=TYPES[Format(report.format)],
    )  # fmt: skip


def found(request: HttpRequest, pk: int) -> Report:
    """Who may not see the customer any more does not get its briefing either."""
    user: Any = request.user
    report = get_object_or_404(Report.objects.visible_to(user), pk=pk)
    if report.subject == Subject.CUSTOMER and not may_see_customer(user, report):
        raise Http404
    return report


def may_see_customer(user: Any, report: Report) -> bool:
    return Customer.objects.visible_to(user).filter(pk=report.asked.get("customer")).exists()
