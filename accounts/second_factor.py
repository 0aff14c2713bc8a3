"""Who must have a second factor: whoever may change what others may do."""

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.permissions import Role

SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def owes_second_factor(request: HttpRequest) -> bool:
    """An admin without one. Who came through the company's log-in was asked for it there."""
    user = request.user
    if not user.is_authenticated or user.role != Role.ADMIN or _came_by_single_sign_on(request):
        return False
    return not Authenticator.objects.filter(user=user, type__in=SECOND).exists()


def _came_by_single_sign_on(request: HttpRequest) -> bool:
    ways = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return any(way.get("method") == "socialaccount" for way in ways)
