"""The mail that carries a survey: its scores in one or two lines, and one link for plain text."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from outreach.models import MailText
from outreach.rendering import LINK_MARK, filled, mail_html
from surveys.models import SurveyVersion, Wave
from surveys.scales import scale_of

# Of a phone; a longer scale is parted in the middle.
SCORES_IN_A_LINE = 7
WORDS = ("intro", "question", "low", "high")


def write_texts(wave: Wave) -> None:
    """One text for each language of the version, ready but for the placeholders of a person."""
    assert wave.mailing is not None  # noqa: S101 - a wave is born with its mailing
    for language in wave.version.texts:
        MailText.objects.update_or_create(
            mailing=wave.mailing, language=language, defaults=texts_of(wave.version, language)
        )


def texts_of(version: SurveyVersion, language: str) -> dict[str, str]:
    """Subject, plain text and HTML in one language."""
    context = _context(version, language)
    with translation.override(language):
        return {
            "subject": version.text("subject", language),
            "text": render_to_string("emails/survey.txt", context),
            "html": mail_html("emails/survey.mjml", context),
        }


def sample_of(
    version: SurveyVersion, language: str, values: dict[str, str], *, link: str
) -> dict[str, str]:
    """The mail as somebody would get it, its links leading to `link` instead."""
    texts = texts_of(version, language)
    values = {"brand": version.brand, **values}
    return {
        name: filled(_relinked(text, link), values, html=name == "html")
        for name, text in texts.items()
    }


def _relinked(text: str, link: str) -> str:
    for purpose in ("answer", "prefs"):
        text = text.replace(f"{LINK_MARK}{purpose}", link)
    return text


def _context(version: SurveyVersion, language: str) -> dict[str, Any]:
    scores = list(scale_of(version.survey).scores)
    return {
        "language": language,
        "brand": version.brand,
        "answer_link": f"{LINK_MARK}answer",
        "preferences_link": f"{LINK_MARK}prefs",
        "lines": in_lines(scores),
        "sender_address": settings.MAIL_SENDER_ADDRESS,
        **{word: version.text(word, language) for word in WORDS},
    }


def in_lines(scores: list[int]) -> list[list[int]]:
    """The scores in one line where they fit, else in two; none stands alone."""
    if len(scores) <= SCORES_IN_A_LINE:
        return [scores]
    middle = (len(scores) + 1) // 2
    return [scores[:middle], scores[middle:]]
