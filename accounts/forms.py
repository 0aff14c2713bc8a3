"""Forms of log-in and of the pages about people."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from accounts.jobs import mail_password_reset
from accounts.passwords import MAX_LENGTH, normalised


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
            mail_password_reset.delay_on_commit(user.pk)  # type: ignore[attr-defined]  # Celery's Django task
        return self.cleaned_data["email"]
