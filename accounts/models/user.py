import zoneinfo

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.permissions import PERMISSIONS, ROLES_THAT_SEE_EVERY_CUSTOMER, Permission, Role
from accounts.querysets import UserManager
from lib.audit import audited


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


# Set for a moment by whoever stores the same password under another hash.
HASHED_ANEW = "enishi.hashed_anew"


@audited(exclude=["password", "last_login", "letter_due"])
class User(AbstractBaseUser):
    """Somebody who logs in here: one of us, never a contact at a customer."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        JAPANESE = "ja", "日本語"

    class Letter(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        PASSWORD_RESET = "password_reset", _("Password reset")

    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.CSM)
    team = models.ForeignKey(
        "accounts.Team", models.SET_NULL, null=True, blank=True, related_name="users",
        verbose_name=_("team"),
    )  # fmt: skip
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="Asia/Tokyo", validators=[validate_time_zone]
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    is_active = models.BooleanField(_("may log in"), default=True)
    letter_due = models.CharField(
        _("letter that waits to be sent"), max_length=20, blank=True, default="", editable=False,
        choices=Letter.choices,
    )  # fmt: skip
    # Kept by the database, so that the log of changes tells of a new password without knowing it.
    password_set_at = models.DateTimeField(_("password set"), null=True, editable=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["full_name", "pk"]
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_is_one_identity"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_new_password_is_dated",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""
                    IF TG_OP = 'INSERT' THEN
                        NEW.password_set_at = CASE WHEN NEW.password ~ '^[^!]'
                            THEN clock_timestamp() END;
                    ELSE
                        NEW.password_set_at = CASE WHEN OLD.password IS DISTINCT FROM NEW.password
                            AND coalesce(current_setting('{HASHED_ANEW}', true), '') <> 'on'
                            THEN clock_timestamp() ELSE OLD.password_set_at END;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        return self.full_name

    def check_password(self, raw_password: str | None) -> bool:
        """As Django's, which hashes anew what was hashed by older rules: no new password."""

        def hash_anew(raw: str | None) -> None:
            self.password = make_password(raw)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config(%s, 'on', true)", [HASHED_ANEW])
                self.save(update_fields=["password"])
                cursor.execute("SELECT set_config(%s, '', true)", [HASHED_ANEW])

        return bool(check_password(raw_password, self.password, hash_anew))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end with a new password, as in Django, and with a new role."""
        salt = "accounts.User.session"
        text = f"{self.password}{self.role}"
        return salted_hmac(salt, text, secret=secret, algorithm="sha256").hexdigest()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in str(self).split()[:2]).upper()

    def may(self, permission: str) -> bool:
        """Whether the role allows it. Rows are cut by `visible_to`, not here."""
        return self.is_active and permission in PERMISSIONS[self.role]

    @property
    def sees_every_customer(self) -> bool:
        return self.is_active and self.role in ROLES_THAT_SEE_EVERY_CUSTOMER

    @property
    def is_last_admin(self) -> bool:
        """Whether nobody could manage people any more without her."""
        return self.role == Role.ADMIN and not User.objects.admins().exclude(pk=self.pk).exists()

    def disable(self) -> bool:
        """Her sessions end and her API keys stop at once. False when she was disabled before."""
        return bool(User.objects.active().filter(pk=self.pk).update(is_active=False))

    def enable(self) -> bool:
        return bool(User.objects.filter(pk=self.pk, is_active=False).update(is_active=True))

    def owe_letter(self, letter: str) -> None:
        """A link to choose a password will be mailed; `accounts/jobs.py` sends it."""
        User.objects.filter(pk=self.pk).update(letter_due=letter)

    @property
    def is_csm(self) -> bool:
        return self.role == Role.CSM

    # What Django admin asks.

    @property
    def is_staff(self) -> bool:
        return self.may(Permission.USE_ADMIN)

    @property
    def is_superuser(self) -> bool:
        return self.may(Permission.USE_ADMIN)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.may(Permission.USE_ADMIN)

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return self.may(Permission.USE_ADMIN)

    def has_module_perms(self, app_label: str) -> bool:
        return self.may(Permission.USE_ADMIN)
