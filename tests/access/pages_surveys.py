"""Who may open what in surveys. The columns are explained in test_pages.py."""

from outreach.links import Purpose, token_for
from tests.factories import (
    InvitationFactory,
    MailingFactory,
    ResponseFactory,
    SurveyFactory,
    SurveyVersionFactory,
    WaveFactory,
)


def wave_of_the_house(world):
    """A wave nobody pressed Send for; every invitation in it belongs to Ana's customer."""
    version = SurveyVersionFactory(survey=world["survey"])
    return WaveFactory(
        survey=world["survey"], version=version, mailing=MailingFactory(state="preparing")
    )


OBJECTS = {
    "survey": lambda _world: SurveyFactory(),
    "wave": wave_of_the_house,
    "invitation": lambda world: InvitationFactory(contact=world["contact"], wave=world["wave"]),
    "response": lambda world: ResponseFactory(
        customer=world["customer"], survey=world["survey"], grade="suspect"
    ),
    "token": lambda world: token_for(Purpose.ANSWER, world["invitation"].message.uuid),
}
OF_A_CUSTOMER = {"invitation", "response"}

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
    "GET surveys:survey_list":         (302, 200, 200, 200, 200, 200),
    # The token is the authority: whoever holds the link answers as the contact.
    "GET surveys:answer token":        (200, 200, 200, 200, 200, 200),
    "POST surveys:answer token":       (400, 400, 400, 400, 400, 400),
    "GET surveys:survey_new":          (302, 403, 403, 200, 403, 200),
    "POST surveys:survey_new":         (302, 403, 403, 422, 403, 422),
    "GET surveys:survey_results survey":      (302, 200, 200, 200, 200, 200),
    "GET surveys:survey_edit survey":         (302, 403, 403, 200, 403, 200),
    "POST surveys:survey_edit survey":        (302, 403, 403, 422, 403, 422),
    "POST surveys:survey_publish survey":     (302, 403, 403, 302, 403, 302),
    "GET surveys:survey_preview survey":      (302, 200, 200, 200, 200, 200),
    "GET surveys:survey_preview_mail survey": (302, 200, 200, 200, 200, 200),
    "GET surveys:survey_preview_page survey": (302, 200, 200, 200, 200, 200),
    "GET surveys:wave_new survey":            (302, 403, 403, 200, 403, 200),
    "POST surveys:wave_create survey":        (302, 403, 403, 302, 403, 302),
    "GET surveys:wave_detail wave":           (302, 200, 200, 200, 200, 200),
    "POST surveys:wave_start wave":           (302, 403, 403, 302, 403, 302),
    "POST surveys:wave_test wave":            (302, 403, 403, 302, 403, 302),
    "GET surveys:invitation_preview invitation": (302, 403, 403, 200, 403, 200),
    "GET surveys:invitation_mail invitation":    (302, 403, 403, 200, 403, 200),
    "POST surveys:response_accept response":     (302, 404, 302, 302, 403, 302),
}  # fmt: skip
