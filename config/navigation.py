"""The entries of the side bar: where they lead, and who sees them."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission


@dataclass(frozen=True)
class Entry:
    """`key` is what is pressed after g; `permission` empty means everybody who is logged in."""

    label: Promise
    url_name: str
    icon: str
    key: str
    permission: str = ""


ENTRIES = [
    Entry(_("Today"), "customers:today", "outline/sun", "t"),
    Entry(_("Customers"), "customers:customer_list", "outline/building-community", "c"),
    Entry(_("Tasks"), "customers:task_list", "outline/checklist", "k"),
    Entry(_("Alerts"), "metrics:alert_list", "outline/bell", "a"),
    Entry(_("Surveys"), "surveys:survey_list", "outline/message-star", "s",
          Permission.VIEW_SURVEYS),
    Entry(_("Overview"), "metrics:overview", "outline/chart-dots", "o", Permission.VIEW_NUMBERS),
    Entry(_("Imports"), "customers:import_list", "outline/file-import", "i", Permission.IMPORT),
    Entry(_("Nights"), "metrics:night_list", "outline/moon-stars", "n", Permission.VIEW_NUMBERS),
    Entry(_("Settings"), "accounts:settings", "outline/settings", "e"),
]  # fmt: skip
# Another look at what an entry leads to.
LOOKS = {"customers:task_board": "customers:task_list"}


def navigation(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    shown = [entry for entry in ENTRIES if not entry.permission or user.may(entry.permission)]
    match = request.resolver_match
    page = match.view_name if match else ""
    return {"navigation": shown, "current_page": LOOKS.get(page, page)}
