from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, permission_needed
from customers.forms import TaskForm
from customers.models import Customer, Task
from customers.views.sending_forms import back, given
from lib.paging import row_key


@login_required
@permission_needed(Permission.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request: HttpRequest) -> HttpResponse:
    """A task of one's own, for the customer named in the address or for none."""
    customer = None
    if "customer" in request.GET:
        key = row_key(request.GET["customer"])
        customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=key)
    task = Task(customer=customer, assignee=request.user)
    form = TaskForm(given(request), instance=task, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Written down: %(task)s") % {"task": task})
        return back(request, "customers:task_list")
    context = {"form": form, "customer": customer, "next": request.GET.get("next", "")}
    status = 422 if form.is_bound else 200
    return render(request, "customers/task_new.html", context, status=status)
