from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Permission
from customers.forms import PortfolioForm, asked_of
from customers.models import Customer, SavedView
from lib import days
from lib.paging import page_number
from metrics.models import CompanyDay
from metrics.portfolio import newcomers, portfolio_page


def begins_here(user: User, *, is_empty: bool) -> bool:
    """Whether there is nobody yet, and this user may change that with a file."""
    return is_empty and user.may(Permission.IMPORT) and not Customer.objects.exists()


@never_cache
@login_required
@require_safe
def customer_list(request: HttpRequest) -> HttpResponse:
    form = PortfolioForm(request.GET, user=request.user)
    wishes, today = form.wishes(), days.today()
    number = page_number(request.GET.get("page", ""))
    page = portfolio_page(request.user, wishes, number=number, today=today)
    closed_day = CompanyDay.objects.values_list("day", flat=True).first()
    context = {
        "form": form,
        "wishes": wishes,
        "page": page,
        "newcomers": newcomers(request.user, wishes, closed_day=closed_day) if number == 1 else [],
        "closed_day": closed_day,
        "columns": form.shown(),
        "is_new_here": closed_day is None and begins_here(request.user, is_empty=not page.rows),
        "may_edit": request.user.may(Permission.EDIT_CUSTOMERS),
        "may_send": request.user.may(Permission.SEND_SURVEYS),
        "today": today,
    }
    if request.htmx:
        asked = asked_of(request.GET, "page")
        response = render(request, "customers/_portfolio.html", context)
        response["HX-Replace-Url"] = f"{request.path}?{asked}" if asked else request.path
        return response
    context |= {
        "asked": asked_of(request.GET),
        "saved_views": SavedView.objects.visible_to(request.user),
    }
    return render(request, "customers/customer_list.html", context)
