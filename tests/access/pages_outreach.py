"""Who may open what in outreach. The columns are explained in test_pages.py."""

from outreach.links import Purpose, token_for
from tests.factories import MailingFactory, MessageFactory, SuppressionFactory

OBJECTS = {
    "mailing": lambda _world: MailingFactory(),
    "message": lambda world: MessageFactory(mailing=world["mailing"], contact=world["contact"]),
    "header_token": lambda world: token_for(Purpose.UNSUBSCRIBE, world["message"].uuid),
    "preferences_token": lambda world: token_for(Purpose.PREFERENCES, world["message"].uuid),
    "suppression": lambda _world: SuppressionFactory(),
    "kept_mail": lambda _world: "1234567890123-0123abcd.eml",
}

TABLE: dict[str, tuple[int, ...]] = {
    #                                                nobody Ben  Ana  Lea  Vic  Ada
    # The token is the authority: whoever holds the link chooses as the contact.
    "GET outreach:unsubscribe header_token":         (200, 200, 200, 200, 200, 200),
    "POST outreach:unsubscribe header_token":        (200, 200, 200, 200, 200, 200),
    "GET outreach:preferences preferences_token":    (200, 200, 200, 200, 200, 200),
    "POST outreach:preferences preferences_token":   (303, 303, 303, 303, 303, 303),
    "GET outreach:mailing_detail mailing":           (302, 403, 403, 200, 403, 200),
    "POST outreach:mailing_pause mailing":           (302, 403, 403, 302, 403, 302),
    "POST outreach:mailing_resume mailing":          (302, 403, 403, 302, 403, 302),
    "POST outreach:mailing_cancel mailing":          (302, 403, 403, 302, 403, 302),
    "POST outreach:mailing_retry mailing":           (302, 403, 403, 302, 403, 302),
    "GET outreach:suppression_list":                 (302, 403, 403, 200, 403, 200),
    "POST outreach:suppression_add":                 (302, 403, 403, 302, 403, 302),
    "POST outreach:suppression_remove suppression":  (302, 403, 403, 302, 403, 302),
    # Only where the embedded catcher runs, and for admins; here it does not.
    "GET outreach:mailbox":                          (302, 403, 403, 403, 403, 404),
    "GET outreach:mailbox_mail kept_mail":           (302, 403, 403, 403, 403, 404),
    "GET outreach:mailbox_html kept_mail":           (302, 403, 403, 403, 403, 404),
}  # fmt: skip
