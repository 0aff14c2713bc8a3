"""Why a customer was lost and where winning it back stands, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer, WinBack
from metrics.models.revenue_movement import REASONS as LEDGER_REASONS

REASON_WORDS = {**LEDGER_REASONS, **dict(Customer.ChurnReason.choices)}
STANDING_WORDS = {**dict(WinBack.State.choices), "won_back": gettext_lazy("Won back")}


def reason_in_words(reason: str) -> str:
    """Of a customer or of its ledger; whatever is no code is somebody's own words."""
    return str(REASON_WORDS.get(reason, reason) or _("unknown"))


def standing_in_words(state: str) -> str:
    return str(STANDING_WORDS[state])
