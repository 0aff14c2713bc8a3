from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Permission, permission_needed
from customers.importing.arriving import receive
from customers.importing.reasons import FileRefused
from customers.importing.register import NOUNS, noun_choices
from lib.days import today


class UploadForm(forms.Form):
    noun = forms.ChoiceField(label=_("What does the file hold?"), choices=noun_choices)
    file = forms.FileField(label=_("File"), max_length=1_000, allow_empty_file=True)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        noun: Any = self.fields["noun"]
        noun.choices = [choice for choice in noun_choices() if user.may(NOUNS[choice[0]].needs)]
        for name in self.fields:
            kind = "form-select" if name == "noun" else "form-control"
            self.fields[name].widget.attrs["class"] = kind
            if self.has_error(name):
                self.fields[name].widget.attrs["aria-describedby"] = f"{name}-error"


@login_required
@permission_needed(Permission.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request: HttpRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    user: Any = request.user
    form = UploadForm(user, request.POST, request.FILES) if is_sent else UploadForm(user)
    if is_sent and form.is_valid():
        upload = form.cleaned_data["file"]
        noun = form.cleaned_data["noun"]
        try:
            run = receive(noun, upload.name, upload.chunks(), user=request.user, as_of=today())
        except FileRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("customers:import_review", run.pk)
    context = {
        "form": form,
        "limit_mb": settings.IMPORT_MAX_BYTES // 1_000_000,
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "customers/import_upload.html", context, status=status)
