"""Who is asking: a program with an API key, or somebody who is logged in and reads the docs."""

import pghistory
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.models import ApiKey, User


class KeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer enk_…`. A key in the query string is never looked at."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = ApiKey.matching(text.strip())
        if key is None:
            raise exceptions.AuthenticationFailed(_("This API key does not exist."), "unknown_key")
        self._refuse_unusable(key)
        key.note_use(timezone.now())
        pghistory.context(user=key.owner_id, key=key.pk)
        if "Accept-Language" not in request.headers:
            translation.activate(key.owner.language)
        return key.owner, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Enishi API"'

    def _refuse_unusable(self, key: ApiKey) -> None:
        if key.kind != ApiKey.Kind.REST:
            raise exceptions.AuthenticationFailed(
                _("This key sends events; it cannot read or write here."), "wrong_kind_of_key"
            )
        if not key.is_usable(timezone.now()):
            raise exceptions.AuthenticationFailed(
                _("This API key has expired or was revoked."), "unusable_key"
            )
