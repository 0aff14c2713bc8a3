from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, permission_needed
from customers.models import Customer
from metrics.models import CompanyDay, Night
from metrics.night_progress import failed_customers, progress_of


@login_required
@permission_needed(Permission.VIEW_NUMBERS)
@require_safe
def night_detail(request: HttpRequest, day: str) -> HttpResponse:
    night = get_object_or_404(Night, day=_day(day))
    reasons = failed_customers(night.day)
    seen = Customer.objects.visible_to(request.user).filter(pk__in=reasons)
    context = {
        "progress": progress_of([night])[0],
        "night": night,
        "company": CompanyDay.objects.filter(day=night.day).first(),
        "failed": [(customer, reasons[customer.pk]) for customer in seen],
        "failed_unseen": len(reasons) - len(seen),
    }
    return render(request, "metrics/night_detail.html", context)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
