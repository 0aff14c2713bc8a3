from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from lib import days
from metrics.forms import ScheduleForm
from metrics.models import ReportSchedule
from metrics.reports.ordering import following

PAGE = "metrics:report_list"


@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_POST
def schedule_new(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    form = ScheduleForm(request.POST, instance=ReportSchedule(owner=user))
    if not form.is_valid():
        for field, errors in form.errors.items():
            messages.error(request, f"{form.fields[field].label}: {errors[0]}")
        return redirect(PAGE)
    form.instance.next_on = following(form.instance, days.today())
    schedule = form.save()
    first = date_format(schedule.next_on, "DATE_FORMAT")
    messages.success(request, _("The first report comes on %(day)s.") % {"day": first})
    return redirect(PAGE)


@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_POST
def schedule_stop(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    get_object_or_404(ReportSchedule.objects.filter(owner=user), pk=pk).delete()
    messages.success(request, _("No more reports come by this schedule."))
    return redirect(PAGE)
