"""What counts as use of the product, as it is entered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metrics.models import Feature, Insider

MARK_LENGTH = 254


class FeatureForm(forms.ModelForm):  # type: ignore[type-arg]
    """One event of the product, on the page that lists all of them."""

    class Meta:
        model = Feature
        fields = ["label", "is_value", "is_core", "uses_needed", "plans"]
        widgets = {
            "label": forms.TextInput(attrs={"class": "form-control form-control-sm"}),
            "is_value": forms.CheckboxInput(attrs={"class": "form-check-input"}),
            "is_core": forms.CheckboxInput(attrs={"class": "form-check-input"}),
            "uses_needed": forms.NumberInput(
                attrs={"class": "form-control form-control-sm", "min": 1}
            ),
            "plans": forms.TextInput(attrs={"class": "form-control form-control-sm"}),
        }


class InsidersForm(forms.Form):
    """Our own people and bots, one on each line."""

    marks = forms.CharField(
        label=_("Our own people and bots"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control"}),
        help_text=_(
            "One on each line: a person's id, an e-mail address, or a domain such as @example.com. "
            "Whoever logs in here is left out anyhow."
        ),
    )

    def __init__(self, given: Any = None) -> None:
        marks = Insider.objects.values_list("mark", flat=True)
        super().__init__(given, initial={"marks": "\n".join(marks)})

    def clean_marks(self) -> list[str]:
        marks = {line.strip() for line in self.cleaned_data["marks"].splitlines() if line.strip()}
        if any(len(mark) > MARK_LENGTH or mark == "@" for mark in marks):
            fault = _("Write an id, an address or @domain of 254 letters at most.")
            raise forms.ValidationError(fault)
        return sorted(marks)
