"""What people type on survey pages."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Contact, Customer
from surveys.models import Survey, SurveyVersion
from surveys.wording import KEYS, LANGUAGES, MAX_LENGTH, Texts, faults_of

LABELS: dict[str, Promise] = {
    "subject": _("Subject of the mail"),
    "intro": _("First words of the mail"),
    "question": _("Question"),
    "low": _("Lowest end of the scale"),
    "high": _("Highest end of the scale"),
    "neutral": _("Second question, score not known yet"),
    "promoter": _("Second question after a high score"),
    "passive": _("Second question after a middling score"),
    "detractor": _("Second question after a low score"),
    "button": _("Button"),
    "thanks": _("Thanks"),
}
FAULTS: dict[str, Promise] = {
    "empty": _("Please write something here."),
    "too_long": _("Please shorten this to 500 characters."),
    "unknown_placeholder": _("Only {brand}, {company} and {name} may stand in braces."),
    "personal": _("Only the mail knows the contact: use {brand} here, nothing else."),
}


def dressed(form: forms.BaseForm) -> None:
    """Give every field the look of the house."""
    for field in form.fields.values():
        many = isinstance(field.widget, forms.CheckboxSelectMultiple)
        choice = isinstance(field.widget, forms.Select) and not many
        look = "form-check-input" if many else "form-select" if choice else "form-control"
        field.widget.attrs["class"] = look


class SurveyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Survey.Kind.choices)
    brand = forms.CharField(label=_("Name of product or company"), max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dressed(self)


class VersionForm(forms.Form):
    """One field for each text of each language, named `en-question` and so on."""

    brand = forms.CharField(label=_("Name of product or company"), max_length=100)
    default_language = forms.ChoiceField(
        label=_("Language of contacts we know none of"),
        choices=[("en", "English"), ("ja", "日本語")],
    )

    def __init__(self, *args: Any, version: SurveyVersion, **kwargs: Any) -> None:
        first = {"brand": version.brand, "default_language": version.default_language}
        for language in LANGUAGES:
            for key in KEYS:
                first[f"{language}-{key}"] = version.texts.get(language, {}).get(key, "")
        super().__init__(*args, initial=first, **kwargs)
        for language in LANGUAGES:
            for key in KEYS:
                self.fields[f"{language}-{key}"] = forms.CharField(
                    label=LABELS[key], required=False, max_length=MAX_LENGTH,
                    widget=forms.Textarea(attrs={"rows": 2, "lang": language}),
                )  # fmt: skip
        dressed(self)

    @property
    def languages(self) -> list[tuple[str, list[forms.BoundField]]]:
        names = {"en": "English", "ja": "日本語"}
        return [(names[code], [self[f"{code}-{key}"] for key in KEYS]) for code in LANGUAGES]

    def texts(self) -> Texts:
        return {
            language: {
                key: " ".join(self.cleaned_data[f"{language}-{key}"].split()) for key in KEYS
            }
            for language in LANGUAGES
        }

    def explain(self) -> None:
        """Say at each field what keeps the wording from being published."""
        for (language, key), fault in faults_of(self.texts()).items():
            self.add_error(f"{language}-{key}", str(FAULTS[fault]))


class AudienceForm(forms.Form):
    """Whom a wave asks. Empty fields are no filter."""

    name = forms.CharField(label=_("Name of the wave"), max_length=200, required=False)
    days = forms.IntegerField(
        label=_("Open for (days)"), min_value=1, max_value=90, initial=14, required=False
    )
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    touch = forms.ChoiceField(
        label=_("Touch tier"), choices=[("", _("All")), *Customer.Touch.choices], required=False
    )
    csm = forms.ModelChoiceField(
        label=_("CSM"), queryset=User.objects.none(), empty_label=_("All"), required=False
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("All")), ("en", "English"), ("ja", "日本語")],
        required=False,
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Contact.Role.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    # Keys of customers that were chosen in a list, with dots between them.
    customers = forms.RegexField(
        r"^[0-9]{1,18}(\.[0-9]{1,18})*$", required=False, max_length=4_000,
        widget=forms.HiddenInput,
        error_messages={"invalid": _("These customers are not there. Choose them anew.")},
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        csm: Any = self.fields["csm"]
        csm.queryset = User.objects.visible_to(user).csms().order_by("full_name")
        segments = (
            Customer.objects.visible_to(user).exclude(segment="").order_by("segment")
            .values_list("segment", flat=True).distinct()
        )  # fmt: skip
        segment: Any = self.fields["segment"]
        segment.choices = [("", _("All")), *((name, name) for name in segments)]
        dressed(self)

    def clean_customers(self) -> list[Customer] | None:
        """Those of them the user sees; None when none were chosen and all may be asked."""
        text = self.cleaned_data["customers"]
        if not text:
            return None
        visible = Customer.objects.visible_to(self.user).filter(pk__in=text.split("."))
        if not (found := list(visible.only("name").order_by("name", "pk"))):
            raise forms.ValidationError(self.fields["customers"].error_messages["invalid"])
        return found

    def chosen(self) -> list[Customer] | None:
        """The customers chosen in a list; None when there are none or they were not understood."""
        self.is_valid()
        return self.cleaned_data.get("customers")

    def audience(self) -> dict[str, Any]:
        """The filters as they are kept with the wave."""
        given = self.cleaned_data
        chosen = given.get("customers")
        return {
            "segment": given.get("segment") or "",
            "touch": given.get("touch") or "",
            "csm": given["csm"].pk if given.get("csm") else None,
            "language": given.get("language") or "",
            "roles": given.get("roles") or [],
            "customers": None if chosen is None else sorted(customer.pk for customer in chosen),
        }
