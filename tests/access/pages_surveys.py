"""Who may open what in surveys. The columns are explained in test_pages.py."""

from outreach.links import Purpose, token_for
from tests.factories import InvitationFactory

OBJECTS = {
    "invitation": lambda world: InvitationFactory(contact=world["contact"]),
    "token": lambda world: token_for(Purpose.ANSWER, world["invitation"].message.uuid),
}
OF_A_CUSTOMER = {"invitation"}

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
    "GET surveys:survey_list":         (302, 200, 200, 200, 200, 200),
    # The token is the authority: whoever holds the link answers as the contact.
    "GET surveys:answer token":        (200, 200, 200, 200, 200, 200),
    "POST surveys:answer token":       (400, 400, 400, 400, 400, 400),
}  # fmt: skip
