"""The link with which somebody chooses a password: for the invited and for the forgetful.

It works once and for `PASSWORD_RESET_TIMEOUT` seconds, it dies when the password or the address
changes, and it always names the configured address, whatever Host a request claimed.
"""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import User


def set_password_link(user: User) -> str:
    path = reverse(
        "account_reset_password_from_key",
        args=[user_pk_to_url_str(user), default_token_generator.make_token(user)],
    )
    return f"{settings.PUBLIC_URL}{path}"


def mail_link(user: User, *, letter: str) -> None:
    """Write to a user in her language; `letter` is `invitation` or `password_reset`."""
    facts = {
        "user": user,
        "link": set_password_link(user),
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
        "log_in": f"{settings.PUBLIC_URL}{reverse('account_login')}",
        "forgotten": f"{settings.PUBLIC_URL}{reverse('account_reset_password')}",
    }
    with translation.override(user.language):
        subject = render_to_string(f"emails/{letter}_subject.txt", facts).strip()
        text = render_to_string(f"emails/{letter}.txt", facts)
    send_mail(subject, text, None, [user.email])
