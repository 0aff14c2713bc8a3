from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import DisableForm
from accounts.models import User
from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest
from customers.handover import customers_of, hand_over


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def user_disable(request: PersonRequest, user_id: int) -> HttpResponse:
    """Asks first: who takes her customers over? The last admin and oneself cannot be closed."""
    leaver = get_object_or_404(User.objects.visible_to(request.user).active(), pk=user_id)
    if leaver.pk == request.user.pk or leaver.is_last_admin:
        messages.error(request, _("Somebody else must close the access of an admin like you."))
        return redirect("accounts:user_edit", user_id)
    customer_count = customers_of(leaver)
    form = DisableForm(
        request.POST if request.method == "POST" else None,
        leaver=leaver, has_customers=customer_count > 0,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        _disable(request, leaver, form.cleaned_data["taker"])
        return redirect("accounts:user_list")

    context = {
        "form": form,
        "leaver": leaver,
        "customer_count": customer_count,
        "task_count": leaver.tasks.open().count(),
        "key_count": leaver.api_keys.usable().count(),
    }
    return render(request, "accounts/user_disable.html", context)


def _disable(request: PersonRequest, leaver: User, taker: User | None) -> None:
    with transaction.atomic():
        leaver.disable()
        moved = hand_over(giver=leaver, taker=taker) if taker else 0
    messages.success(request, _("%(name)s can no longer log in.") % {"name": leaver})
    if taker:
        text = ngettext(
            "%(count)d customer went to %(name)s.", "%(count)d customers went to %(name)s.", moved
        )
        messages.success(request, text % {"count": moved, "name": taker})
    elif left := customers_of(leaver):
        text = ngettext(
            "%(count)d customer has nobody who works here any more.",
            "%(count)d customers have nobody who works here any more.",
            left,
        )
        messages.warning(request, text % {"count": left})


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_POST
def user_enable(request: PersonRequest, user_id: int) -> HttpResponse:
    colleague = get_object_or_404(User.objects.visible_to(request.user), pk=user_id)
    if colleague.enable():
        messages.success(request, _("%(name)s may log in again.") % {"name": colleague})
    return redirect("accounts:user_edit", user_id)
