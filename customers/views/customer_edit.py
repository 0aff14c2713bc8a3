from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, permission_needed
from customers.forms import CustomerForm
from customers.models import Customer
from customers.views.sending_forms import given


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_new(request: HttpRequest) -> HttpResponse:
    return edit(request, Customer(csm=request.user, team=request.user.team))


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_edit(request: HttpRequest, customer: int) -> HttpResponse:
    visible = Customer.objects.visible_to(request.user).select_related("parent")
    return edit(request, get_object_or_404(visible, pk=customer))


def edit(request: HttpRequest, customer: Customer) -> HttpResponse:
    form = CustomerForm(given(request), instance=customer, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("%(customer)s is saved.") % {"customer": customer})
        return redirect(customer)
    context = {"form": form, "customer": customer}
    status = 422 if form.is_bound else 200
    return render(request, "customers/customer_edit.html", context, status=status)
