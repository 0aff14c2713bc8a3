"""Django admin, with the names of its models put into words once for each page."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest


class BackOfficeSite(AdminSite):
    def _build_app_dict(self, request: HttpRequest, label: Any = None) -> Any:
        """Django sorts the lazy names, and translates them anew for each comparison: that is a
        third of the work of each page."""
        apps = super()._build_app_dict(request, label)
        for app in apps.values():
            for model in app["models"]:
                model["name"] = str(model["name"])
        return apps


class BackOffice(AdminConfig):
    default_site = "config.back_office.BackOfficeSite"
