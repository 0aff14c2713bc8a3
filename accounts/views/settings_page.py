from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import PersonRequest


@dataclass(frozen=True)
class Card:
    title: Promise
    text: Promise
    url_name: str
    icon: str
    permission: str = ""


CARDS = [
    Card(_("Profile"), _("Name, language, time zone, theme, password and second factor."),
         "accounts:profile", "outline/user-circle"),
    Card(_("API keys"), _("Access for other programs."),
         "accounts:api_key_list", "outline/key"),
    Card(_("Event sources"), _("What programs send about the use of the product."),
         "customers:event_source_list", "outline/activity", Permission.MANAGE_KEYS),
    Card(_("Custom attributes"), _("What is kept of customers beyond our fields."),
         "customers:attribute_list", "outline/tags", Permission.IMPORT),
    Card(_("Users"), _("Invite people, change roles, close access."),
         "accounts:user_list", "outline/users", Permission.MANAGE_PEOPLE),
    Card(_("Teams"), _("Who works together."),
         "accounts:team_list", "outline/users-group", Permission.MANAGE_PEOPLE),
    Card(_("Audit log"), _("Who changed what, and when."),
         "accounts:audit_log", "outline/history", Permission.VIEW_AUDIT),
    Card(_("Imports"), _("Bring customers, contracts and usage in from files."),
         "customers:import_list", "outline/file-import", Permission.IMPORT),
    Card(_("Costs and assumptions"), _("What keeping, winning and serving customers costs."),
         "metrics:cost_list", "outline/coins", Permission.MANAGE_COSTS),
    Card(_("What counts as use"), _("Events of value, core features, and who is one of us."),
         "metrics:feature_list", "outline/click", Permission.MANAGE_COSTS),
    Card(_("Nights"), _("How each day was closed, and closing one by hand."),
         "metrics:night_list", "outline/moon-stars", Permission.CLOSE_DAYS),
    Card(_("Exchange rates"), _("What other currencies are worth, month by month."),
         "metrics:exchange_rate_list", "outline/coins", Permission.MANAGE_COSTS),
    Card(_("Closed months"), _("What was reported stays; what was learned since is explained."),
         "metrics:closed_month_list", "outline/lock", Permission.CLOSE_MONTHS),
    Card(_("Back office"), _("Every table, for repairs."),
         "admin:index", "outline/database", Permission.USE_ADMIN),
]  # fmt: skip


@login_required
@require_safe
def settings_page(request: PersonRequest) -> HttpResponse:
    shown = [card for card in CARDS if not card.permission or request.user.may(card.permission)]
    return render(request, "accounts/settings_page.html", {"cards": shown})
