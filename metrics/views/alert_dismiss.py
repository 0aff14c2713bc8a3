from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from metrics.forms import DismissForm
from metrics.models import Alert


@login_required
@permission_needed(Permission.WORK)
@require_POST
def alert_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    form = DismissForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
    elif alert.dismiss(by=request.user, reason=form.cleaned_data["reason"]):
        messages.success(request, _("The alert is dismissed until its cause changes."))
    else:
        messages.info(request, _("The alert was closed already."))
    return redirect("metrics:alert_list")
