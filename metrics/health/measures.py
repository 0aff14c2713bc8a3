"""The inputs of the health score and their words (HLTH-1).

usage_trend       uses of the last 28 days against the 28 before, as a share of those (−1 to …);
                  missing without uses in the first window or for a customer younger than both
active_share      people active in 28 days by seats; 0 for who used it once and fell silent,
                  missing without seats, without any usage ever, or when usage names no people
days_since_touch  days since the last call, meeting, mail or training; missing without one
last_nps          the latest answer of any contact within a year, 0 to 10
urgent_tickets    urgent tickets open at the end of the day
days_past_due     days since the oldest unpaid purchase was due, or a subscription fell past due;
                  missing for a customer with neither purchases nor subscriptions
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Measure(StrEnum):
    USAGE_TREND = "usage_trend"
    ACTIVE_SHARE = "active_share"
    DAYS_SINCE_TOUCH = "days_since_touch"
    LAST_NPS = "last_nps"
    URGENT_TICKETS = "urgent_tickets"
    DAYS_PAST_DUE = "days_past_due"


LABELS: dict[str, Promise] = {
    Measure.USAGE_TREND: _("Usage trend"),
    Measure.ACTIVE_SHARE: _("Active share of seats"),
    Measure.DAYS_SINCE_TOUCH: _("Days since last touch"),
    Measure.LAST_NPS: _("Last NPS answer"),
    Measure.URGENT_TICKETS: _("Open urgent tickets"),
    Measure.DAYS_PAST_DUE: _("Days past due"),
}
