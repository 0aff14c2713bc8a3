from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, permission_needed
from customers.forms import TouchpointForm
from customers.models import Customer
from customers.touching import log_touchpoint
from customers.views.sending_forms import back


@login_required
@permission_needed(Permission.WORK)
@require_POST
def touchpoint_log(request: HttpRequest, customer: int) -> HttpResponse:
    touched = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer)
    form = TouchpointForm(request.POST)
    if form.is_valid():
        touchpoint = log_touchpoint(
            customer=touched,
            author=request.user,
            happened_at=timezone.now(),
            **form.cleaned_data,
        )
        messages.success(
            request,
            _("%(kind)s with %(customer)s is written down.")
            % {"kind": touchpoint.get_kind_display(), "customer": touched},
        )
    else:
        for field, errors in form.errors.items():
            messages.error(request, f"{form.fields[field].label}: {' '.join(errors)}")
    return back(request, "customers:customer_detail", touched.pk)
