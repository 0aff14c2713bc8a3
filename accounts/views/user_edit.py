from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import UserForm
from accounts.jobs import mail_owed_letter
from accounts.models import User
from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest
from customers.handover import customers_of


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def user_invite(request: PersonRequest) -> HttpResponse:
    """A user without a password; the letter lets her choose one."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.instance.set_unusable_password()
        user = form.save()
        user.owe_letter(User.Letter.INVITATION)
        mail_owed_letter.delay_on_commit(user.pk)  # type: ignore[attr-defined]  # Celery's task
        messages.success(request, _("%(name)s is invited by mail.") % {"name": user})
        return redirect("accounts:user_list")

    return render(request, "accounts/user_edit.html", {"form": form})


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: PersonRequest, user_id: int) -> HttpResponse:
    colleague = get_object_or_404(User.objects.visible_to(request.user), pk=user_id)
    form = UserForm(request.POST or None, instance=colleague)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("%(name)s is saved.") % {"name": colleague})
        return redirect("accounts:user_list")

    context = {
        "form": form,
        "colleague": User.objects.get(pk=user_id),
        "customer_count": customers_of(colleague),
    }
    return render(request, "accounts/user_edit.html", context)


@login_required
@permission_needed(Permission.MANAGE_PEOPLE)
@require_POST
def user_invite_again(request: PersonRequest, user_id: int) -> HttpResponse:
    colleague = get_object_or_404(User.objects.visible_to(request.user).active(), pk=user_id)
    colleague.owe_letter(User.Letter.INVITATION)
    mail_owed_letter.delay_on_commit(colleague.pk)  # type: ignore[attr-defined]  # Celery's task
    messages.success(request, _("%(name)s gets a new link by mail.") % {"name": colleague})
    return redirect("accounts:user_edit", user_id)
