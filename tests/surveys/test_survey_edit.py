"""A wording is drafted, published, and never changed again."""

import pytest

from surveys.models import Survey, SurveyVersion
from surveys.wording import first_texts
from surveys.writing import new_survey, publish
from tests.factories import SurveyVersionFactory


@pytest.fixture
def survey(lea) -> Survey:
    return new_survey(name="NPS", kind="nps", brand="Acme", by=lea)


def form_of(survey: Survey, **changes: str) -> dict[str, str]:
    texts = first_texts(survey.kind)
    fields = {f"{code}-{key}": text for code in texts for key, text in texts[code].items()}
    return {"brand": "Acme", "default_language": "en", **fields, **changes}


def edit(client, survey: Survey, **changes: str):
    return client.post(f"/surveys/{survey.pk}/edit/", form_of(survey, **changes))


def test_a_new_survey_has_both_languages_and_can_be_published_at_once(as_user, lea):
    client = as_user(lea)
    client.post("/surveys/new/", {"name": "Pulse", "kind": "ces", "brand": "Acme"})

    survey = Survey.objects.get(name="Pulse")
    client.post(f"/surveys/{survey.pk}/publish/")

    assert survey.published_version().texts == first_texts("ces")


def test_a_draft_is_changed_in_place_and_a_published_wording_never(as_user, lea, survey):
    client = as_user(lea)
    edit(client, survey, **{"en-thanks": "Thanks a lot."})
    assert SurveyVersion.objects.get(survey=survey).texts["en"]["thanks"] == "Thanks a lot."

    client.post(f"/surveys/{survey.pk}/publish/")
    edit(client, survey, **{"en-thanks": "Bye."})

    texts = survey.versions.order_by("number").values_list("texts", flat=True)
    assert [text["en"]["thanks"] for text in texts] == ["Thanks a lot.", "Bye."]
    assert survey.published_version().number == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ja-question": ""}, "Please write something here."),
        ({"en-intro": "Hello {customer}"}, "may stand in braces"),
        ({"en-question": "Dear {name}"}, "Only the mail knows the contact"),
        ({"en-thanks": "x" * 600}, "at most 500 characters"),
        ({"en-low": "\0"}, "Null characters are not allowed"),
        ({"default_language": "de"}, "Select a valid choice"),
    ],
)
def test_a_wrong_wording_is_explained_and_nothing_is_lost(as_user, lea, survey, change, words):
    answer = edit(as_user(lea), survey, **change, brand="Kept brand")

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Kept brand" in answer.content.decode()
    assert survey.latest_version().brand == "Acme"


def test_a_wording_without_a_language_is_not_published(db):
    version = SurveyVersionFactory(published_at=None)
    version.texts["ja"] = {}
    version.save(update_fields=["texts"])

    assert not publish(version)


@pytest.mark.parametrize("language", ["en", "ja", "de", "../../etc"])
def test_the_preview_shows_mail_and_page_and_records_nothing(as_user, ana, survey, language):
    client = as_user(ana)

    pages = [
        client.get(f"/surveys/{survey.pk}/preview/{part}", {"lang": language})
        for part in ("", "mail/", "page/")
    ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert "link.invalid" not in "".join(page.content.decode() for page in pages)
    assert client.post(f"/surveys/{survey.pk}/preview/page/").status_code == 405
