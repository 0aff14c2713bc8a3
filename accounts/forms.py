"""Forms of log-in and of the pages about people."""

import zoneinfo
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from allauth.account import forms as allauth_forms
from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.jobs import mail_owed_letter
from accounts.models import ApiKey, Team, User
from accounts.passwords import MAX_LENGTH, normalised
from accounts.permissions import Role
from lib.days import day_bounds, today


class BoundedPasswords:
    """Passwords that are too long are refused before anything is hashed."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.PasswordInput):
                field.validators.append(MaxLengthValidator(MAX_LENGTH))
                field.widget.attrs["maxlength"] = MAX_LENGTH
                field.widget.attrs.pop("placeholder", None)
                field.to_python = _normalising(field.to_python)  # type: ignore[method-assign]  # the fields are allauth's own


def _normalising(to_python: Any) -> Any:
    return lambda value: normalised(to_python(value))


class LoginForm(BoundedPasswords, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.pop("placeholder", None)


class ChangePasswordForm(BoundedPasswords, allauth_forms.ChangePasswordForm):
    pass


class ResetPasswordKeyForm(BoundedPasswords, allauth_forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(BoundedPasswords, allauth_forms.ReauthenticateForm):
    pass


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Says the same and takes as long whether the address is known or not."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        for user in self.users:
            user.owe_letter(User.Letter.PASSWORD_RESET)
            mail_owed_letter.delay_on_commit(user.pk)  # type: ignore[attr-defined]  # Celery's Django task
        return self.cleaned_data["email"]


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "language", "time_zone", "theme"]
        widgets = {"time_zone": forms.Select}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(zoneinfo.available_timezones())
        self.fields["time_zone"].widget.choices = [(name, name) for name in names]


class UserForm(forms.ModelForm):
    """A colleague as an admin sees her. The last admin stays one."""

    class Meta:
        model = User
        fields = ["full_name", "email", "role", "team", "language", "time_zone"]
        widgets = {"time_zone": forms.Select}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(zoneinfo.available_timezones())
        self.fields["time_zone"].widget.choices = [(name, name) for name in names]
        self.was_last_admin = bool(self.instance.pk) and self.instance.is_last_admin

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody with this address is a user already."))
        return email

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if self.was_last_admin and role != Role.ADMIN:
            raise forms.ValidationError(
                _("This is the last admin. Make somebody else an admin first.")
            )
        return role


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name"]


class DisableForm(forms.Form):
    """Whoever goes leaves her customers to somebody, or on purpose to nobody."""

    taker = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label=_("Hand the customers over to")
    )
    leave = forms.BooleanField(required=False, label=_("Leave them without a change for now"))

    def __init__(self, *args: Any, leaver: User, has_customers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_customers = has_customers
        self.fields["taker"].queryset = User.objects.csms().exclude(pk=leaver.pk)  # type: ignore[attr-defined]  # a choice of rows

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.has_customers and not cleaned.get("taker") and not cleaned.get("leave"):
            raise forms.ValidationError(
                _("Choose who takes the customers over, or say that they stay as they are.")
            )
        return cleaned


class ApiKeyForm(forms.Form):
    """What a new key is for. Keys that send events can do nothing else."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Which program uses it, for example CRM.")
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=ApiKey.Kind.choices, initial=ApiKey.Kind.REST,
        widget=forms.RadioSelect,
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[c for c in ApiKey.Scope.choices if c[0] != ApiKey.Scope.EVENTS_WRITE],
        help_text=_("Only for the REST API. It never may more than you."),
    )  # fmt: skip
    expires_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until it is revoked."),
    )  # fmt: skip
    allowed_origins = forms.CharField(
        label=_("Allowed origins"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only for browser keys, one a line, for example https://app.example.com"),
    )  # fmt: skip

    takes_history = forms.BooleanField(
        label=_("May send history"), required=False,
        help_text=_("Only for server keys: events may be older than 400 days."),
    )  # fmt: skip

    def clean_expires_on(self) -> date | None:
        last: date | None = self.cleaned_data["expires_on"]
        if last and last < today():
            raise forms.ValidationError(_("Choose a day that is not over yet."))
        return last

    def clean_allowed_origins(self) -> list[str]:
        origins = self.cleaned_data["allowed_origins"].split()
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
                raise forms.ValidationError(
                    _("“%(origin)s” is not an origin. Write https:// and the host, no path."),
                    params={"origin": origin},
                )
        return [origin.rstrip("/").lower() for origin in origins]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind")
        if kind == ApiKey.Kind.REST and not cleaned.get("scopes") and "scopes" in cleaned:
            self.add_error("scopes", _("Choose at least one thing it may do."))
        if kind == ApiKey.Kind.BROWSER and cleaned.get("allowed_origins") == []:
            self.add_error("allowed_origins", _("A browser key needs at least one origin."))
        return cleaned

    def fields_of_key(self) -> dict[str, Any]:
        """What `ApiKey.issue` wants to know."""
        kind, last = self.cleaned_data["kind"], self.cleaned_data["expires_on"]
        is_rest = kind == ApiKey.Kind.REST
        return {
            "name": self.cleaned_data["name"],
            "kind": kind,
            "scopes": self.cleaned_data["scopes"] if is_rest else [ApiKey.Scope.EVENTS_WRITE],
            "expires_at": last and day_bounds(last)[1],
            "allowed_origins": self.cleaned_data["allowed_origins"]
            if kind == ApiKey.Kind.BROWSER
            else [],
            "takes_history": self.cleaned_data["takes_history"] and kind == ApiKey.Kind.SERVER,
        }
