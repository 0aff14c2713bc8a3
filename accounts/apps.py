from django.apps import AppConfig, apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Models of allauth that have only the English names of their classes: one of them, and many.
NAMELESS: dict[str, tuple[Promise, Promise]] = {
    "mfa.Authenticator": (_("second factor"), _("second factors")),
    "usersessions.UserSession": (_("session of a user"), _("sessions of users")),
}


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People who log in")

    def ready(self) -> None:
        for label, (one, many) in NAMELESS.items():
            options = apps.get_model(label)._meta
            options.verbose_name, options.verbose_name_plural = one, many
