import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, permission_needed
from customers.forms import ContactForm
from customers.models import Contact, Customer
from customers.views.sending_forms import given


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, customer: int) -> HttpResponse:
    found = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer)
    made_up = f"enishi-{uuid.uuid4().hex[:12]}"
    return edit(request, Contact(customer=found, external_id=made_up, language=found.language))


@login_required
@permission_needed(Permission.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, contact: int) -> HttpResponse:
    visible = Contact.objects.visible_to(request.user).select_related("customer")
    return edit(request, get_object_or_404(visible, pk=contact))


def edit(request: HttpRequest, contact: Contact) -> HttpResponse:
    form = ContactForm(given(request), instance=contact)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("%(contact)s is saved.") % {"contact": contact})
        return redirect(contact.customer)
    context = {"form": form, "contact": contact}
    status = 422 if form.is_bound else 200
    return render(request, "customers/contact_edit.html", context, status=status)
