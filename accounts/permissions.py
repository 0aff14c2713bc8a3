"""What a role may do. One table, asked by pages, API and admin alike.

A permission says what somebody may *do*; which rows it may be done to is decided by
`.visible_to(user)` of the table in question.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

View = Callable[..., HttpResponse]


class Role(models.TextChoices):
    ADMIN = "admin", _("Admin")
    LEAD = "lead", _("Lead")
    CSM = "csm", _("CSM")
    VIEWER = "viewer", _("Viewer")


class Permission(models.TextChoices):
    VIEW_CUSTOMERS = "customers.view", _("See customers")
    EDIT_CUSTOMERS = "customers.edit", _("Change customers, contacts and subscriptions")
    WORK = "work", _("Log touchpoints and work on tasks and alerts")
    IMPORT = "imports", _("Import files and undo imports")
    SEND_SURVEYS = "surveys.send", _("Write and send surveys")
    VIEW_SURVEYS = "surveys.view", _("See surveys and their results")
    VIEW_NUMBERS = "numbers.view", _("See the numbers of the whole company")
    CLOSE_DAYS = "nights", _("Close days by hand")
    MANAGE_COSTS = "costs", _("Enter costs and what figures take for granted")
    CLOSE_MONTHS = "months", _("Close months")
    MANAGE_PEOPLE = "people", _("Manage users, teams and roles")
    MANAGE_KEYS = "keys", _("Manage API keys of the installation")
    VIEW_AUDIT = "audit", _("Read the audit log")
    USE_ADMIN = "admin", _("Use the back office")


_VIEWER = {
    Permission.VIEW_CUSTOMERS,
    Permission.VIEW_SURVEYS,
    Permission.VIEW_NUMBERS,
}
_CSM = _VIEWER | {Permission.EDIT_CUSTOMERS, Permission.WORK}
_LEAD = _CSM | {Permission.IMPORT, Permission.SEND_SURVEYS, Permission.CLOSE_DAYS,
                Permission.MANAGE_COSTS, Permission.CLOSE_MONTHS}  # fmt: skip

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.VIEWER: frozenset(_VIEWER),
    Role.CSM: frozenset(_CSM),
    Role.LEAD: frozenset(_LEAD),
    Role.ADMIN: frozenset(Permission),
}

# Who sees every customer, and who only the customers she looks after.
ROLES_THAT_SEE_EVERY_CUSTOMER = frozenset({Role.ADMIN, Role.LEAD, Role.VIEWER})


def permission_needed(permission: str) -> Callable[[View], View]:
    """Decorator for views: 403 for whoever is logged in but may not do this."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_authenticated or not user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
