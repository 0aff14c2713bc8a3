from django import forms
from django.utils.translation import gettext_lazy as _


class DismissForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        error_messages={
            "required": _("Write why the alert is dismissed."),
            "max_length": _("Write the reason in 200 characters or fewer."),
        },
    )
