from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, permission_needed
from accounts.requests import PersonRequest
from customers.declaring import declare, seen_traits
from customers.ingest.traits import declared_by_trait
from customers.jobs import fill_attributes
from customers.models import Attribute


class DeclareForm(forms.ModelForm):
    """An attribute that takes what programs send under a name, or that is filled by hand."""

    class Meta:
        model = Attribute
        fields = ["trait", "label", "type"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trait"].required = True
        # What may be chosen is named in the back office or by the API.
        choice: Any = self.fields["type"]
        choice.choices = [c for c in Attribute.Type.choices if c[0] != Attribute.Type.SELECT]
        for name in self.fields:
            kind = "form-select" if name == "type" else "form-control"
            self.fields[name].widget.attrs["class"] = f"{kind} {kind}-sm"

    def clean_trait(self) -> str:
        trait = str(self.cleaned_data["trait"])
        if trait in declared_by_trait():
            raise forms.ValidationError(_("This name is declared already."))
        return trait


@login_required
@permission_needed(Permission.IMPORT)
@require_safe
def attribute_list(request: PersonRequest) -> HttpResponse:
    return _shown(request, DeclareForm(auto_id="new_%s"))


@login_required
@permission_needed(Permission.IMPORT)
@require_POST
def attribute_declare(request: PersonRequest) -> HttpResponse:
    form = DeclareForm(request.POST, auto_id="new_%s")
    if not form.is_valid():
        return _shown(request, form, status=422)
    attribute = declare(**{"type_" if k == "type" else k: v for k, v in form.cleaned_data.items()})
    fill_attributes.delay_on_commit()  # type: ignore[attr-defined]  # Celery's Django task
    said = _("%(name)s is declared. Values that came before follow within a minute.")
    messages.success(request, said % {"name": attribute.label})
    return redirect("customers:attribute_list")


def _shown(request: HttpRequest, form: DeclareForm, status: int = 200) -> HttpResponse:
    seen = seen_traits(request.user)  # type: ignore[arg-type]  # behind the door
    lines = [
        (trait, DeclareForm(
            initial={"trait": trait.name, "label": trait.name, "type": trait.type},
            auto_id=f"seen_{number}_%s",
        )) for number, trait in enumerate(seen.undeclared)
    ]  # fmt: skip
    declared = [
        (attribute, seen.misfits.get(attribute.pk)) for attribute in Attribute.objects.all()
    ]
    context = {"seen": seen, "lines": lines, "declared": declared, "form": form}
    return render(request, "customers/attribute_list.html", context, status=status)
