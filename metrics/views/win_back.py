from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from customers.models import Customer
from metrics.forms import WinBackForm
from metrics.retention.lost import note_win_back


@login_required
@permission_needed(Permission.WORK)
@require_POST
def win_back(request: HttpRequest, customer: int) -> HttpResponse:
    """Note what is done to win a customer back; then back to the page it was noted on."""
    found = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer)
    form = WinBackForm(request.POST)
    if form.is_valid():
        note_win_back(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Noted for %(customer)s.") % {"customer": found})
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("metrics:churn")
    # Not `redirect`, which looks for a view of this name first.
    return HttpResponseRedirect(back)
