"""What a caller may do: the role of the person, and the scopes of her key."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class KeyAndRole(BasePermission):
    """Reads `scope`, `may_read` and `may_write` of the viewset."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        is_reading = request.method in SAFE_METHODS
        scope = f"{view.scope}:{'read' if is_reading else 'write'}"
        if request.auth is not None and not request.auth.allows(scope):
            message = _("This key lacks the scope %(scope)s.") % {"scope": scope}
            raise PermissionDenied(message, "missing_scope")
        needed = view.may_read if is_reading else view.may_write
        if not request.user.may(needed):
            message = _("The role of this key's owner may not do this: %(permission)s.")
            raise PermissionDenied(message % {"permission": needed.label}, "missing_permission")
        return True
