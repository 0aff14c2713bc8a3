"""What is done to an import: saved, taken back, its refused rows downloaded."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from customers.importing.rejects import rejects_csv
from customers.jobs import ring_for
from customers.models import ImportRun


@login_required
@permission_needed(Permission.IMPORT)
@require_POST
def import_save(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    if run.start_saving(request.POST.get("preview", "")):
        ring_for(run.pk)
    else:
        messages.error(request, _("This is not what was checked. Look at the preview again."))
    return redirect(run)


@login_required
@permission_needed(Permission.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    now = timezone.now()
    if request.method == "POST":
        if run.start_undoing(now):
            ring_for(run.pk)
        else:
            messages.error(request, _("This import can no longer be undone."))
        return redirect(run)
    if not run.may_be_undone(now):
        return redirect(run)
    return render(request, "customers/import_undo.html", {"run": run})


@login_required
@permission_needed(Permission.IMPORT)
@require_safe
def import_rejects(request: HttpRequest, pk: int) -> HttpResponseBase:
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    response = StreamingHttpResponse(rejects_csv(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-rows-{run.pk}.csv"'
    return response
