"""How people get in: by invitation only, and not by guessing.

Wrong passwords are counted three ways (`ACCOUNT_RATE_LIMITS`): for an account from one address,
for an address whatever the account, and for an account from all addresses together. The first is
the tight one, so that a stranger who guesses does not lock the true user out at her own desk. The
last is wide and stops guessing from many addresses; a new password by mail, or a passkey, opens
the door again at once.
"""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

EVERYWHERE = "login_failed_everywhere"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Each try is counted before the password is looked at, and given back when it is right.

        So of many tries at once no more than the limit come through.
        """
        super().pre_authenticate(request, **credentials)
        self._usage_everywhere = ratelimit.consume(
            request, app="allauth.account", action=EVERYWHERE, key=_account_of(credentials)
        )
        if not self._usage_everywhere:
            self._login_failed_rl_usage.rollback()
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        self._usage_everywhere.rollback()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{_account_of(credentials)} from {self.get_client_ip(request)}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Called after a new password was set by mail."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(
            request, app="allauth.account", action=EVERYWHERE, key=_account_of(credentials)
        )


def _account_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or "").strip().lower()


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of phones and recovery codes encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    """The newest secret key closes; older ones still open (`SECRET_KEY_FALLBACKS`)."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"second factor:{secret}".encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
