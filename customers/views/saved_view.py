"""Views of the Customers page that people keep under a name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from customers.forms import SavedViewForm
from customers.models import SavedView


@login_required
@require_POST
def saved_view_keep(request: HttpRequest) -> HttpResponse:
    """Keep a question under a name; one's own view of that name is replaced."""
    form = SavedViewForm(request.POST)
    listing = reverse("customers:customer_list")
    if not form.is_valid():
        for error in [text for texts in form.errors.values() for text in texts]:
            messages.error(request, error)
        return redirect(f"{listing}?{form.asked()}")
    kept = form.cleaned_data
    may_share = request.user.may(Permission.EDIT_CUSTOMERS)
    SavedView.objects.update_or_create(
        owner=request.user,
        name=kept["name"],
        defaults={"query": kept["query"], "is_shared": kept["is_shared"] and may_share},
    )
    messages.success(request, _("“%(name)s” is kept.") % {"name": kept["name"]})
    return redirect(f"{listing}?{kept['query']}")


@login_required
@require_POST
def saved_view_delete(request: HttpRequest, saved_view: int) -> HttpResponse:
    """One's own only; what others share is theirs."""
    mine = SavedView.objects.visible_to(request.user).filter(owner=request.user)
    found = get_object_or_404(mine, pk=saved_view)
    found.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return redirect(f"{reverse('customers:customer_list')}?{found.query}")
