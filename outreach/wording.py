"""Reasons and results in words, for pages; the codes stand in the rows."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "no_address": _("No usable address"),
    "left": _("Left the company"),
    "bounced": _("Address does not exist"),
    "returned": _("Mail came back"),
    "no_such_mailbox": _("Address does not exist"),
    "refused": _("Refused"),
    "unsubscribed": _("Does not want these mails"),
    "asked_recently": _("Was asked in the last 90 days"),
    "quiet_period": _("Got a survey in the last 30 days"),
    "mailed_today": _("Got a mail in the last 24 hours"),
    "too_many_mails": _("Got too many mails this month"),
    "duplicate": _("Same address as another contact"),
    "missing_name": _("The mail needs a name"),
    "missing_company": _("The mail needs a company"),
    "missing_value": _("The mail could not be filled in"),
    "erased": _("Contact was deleted"),
    "address_changed": _("Address was changed meanwhile"),
    "gave_up": _("Not taken for a day"),
    "login_refused": _("The mail server refused our log-in"),
    "failures_in_row": _("20 mails in a row failed"),
    "dead_mailboxes": _("Too many addresses do not exist"),
    "by_hand": _("Paused by hand"),
}


def reason_in_words(code: str) -> str:
    return str(REASONS.get(code, code))
