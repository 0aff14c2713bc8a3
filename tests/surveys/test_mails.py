"""The survey mail, as it arrives (TM1 to TM8; 5.7)."""

import pytest

from outreach.rendering import MissingValueError, filled, one_line, unknown_placeholders
from outreach.sending import send_ready
from surveys.inviting import new_wave
from surveys.jobs import prepare_wave
from surveys.mails import in_lines, sample_of, texts_of
from surveys.models import SurveyVersion
from surveys.scales import SCALES
from surveys.wording import faults_of, first_texts
from tests.factories import ContactFactory, CustomerFactory, SurveyVersionFactory


@pytest.fixture
def version(db) -> SurveyVersion:
    return SurveyVersionFactory()


def test_the_mail_has_eleven_links_and_its_plain_part_one(version):
    texts = texts_of(version, "en")

    assert [f"?s={n}" in texts["html"] for n in range(11)] == [True] * 11
    assert texts["text"].count("https://link.invalid/answer") == 1
    assert len(texts["html"].encode()) < 102_000


@pytest.mark.parametrize(
    ("language", "words"), [("en", "How likely are you"), ("ja", "ご友人や同僚の方に薦める")]
)
def test_a_mail_arrives_in_the_contacts_language(version, lea, post, language, words):
    ContactFactory(language=language)
    wave = new_wave(version, {}, name="Autumn", days=14, by=lea)
    prepare_wave(wave.pk)
    wave.mailing.run()

    send_ready()

    mail = post.mails[0]
    assert words in mail.get_body(["plain"]).get_content()
    html = mail.get_body(["html"]).get_content()
    assert words in html
    assert f'lang="{language}"' in html
    assert "link.invalid" not in html


@pytest.mark.parametrize(
    ("kind", "lengths"), [("nps", [6, 5]), ("csat", [5]), ("ces", [7]), ("ces5", [5])]
)
def test_no_score_stands_alone_in_its_line(kind, lengths):
    assert [len(line) for line in in_lines([*SCALES[kind].scores])] == lengths


def test_a_customers_name_is_text_in_both_parts(version):
    version.texts["en"]["intro"] = "To {company}"
    name = "<img src=x> <!-- {{7*7}} & Co"

    mail = sample_of(version, "en", {"company": name}, link="/")

    assert name in mail["text"]
    assert "<img src=x>" not in mail["html"]
    assert "&lt;img src=x&gt;" in mail["html"]


@pytest.mark.parametrize(
    "text",
    [
        "{customer}", "{csm.password}", "{0.__class__}", "{name.__init__}", "{{ settings }}",
        "{% debug %}", "{name!r}", "{name:>50000000}", "{__import__}", "{Name}",
    ],
)  # fmt: skip
def test_only_words_of_the_list_are_placeholders(text):
    assert unknown_placeholders(text)
    assert filled(text, {"name": "Ana"}) == text


@pytest.mark.parametrize("values", [{}, {"name": ""}, {"name": None}])
def test_a_missing_value_is_an_error_and_not_a_gap(values):
    with pytest.raises(MissingValueError):
        filled("Hello {name}", values)


def test_a_value_that_looks_like_a_placeholder_stays_what_it_is():
    assert filled("{name}", {"name": "{company}", "company": "secret"}) == "{company}"


@pytest.mark.parametrize("subject", ["a\r\nBcc: all@example.com", "a\nb", "a\0b\x85c\u2028d"])
def test_a_subject_is_one_line(subject):
    assert one_line(subject).isprintable()


def test_header_lines_cannot_come_from_a_customers_name(version, lea, post):
    version.texts["en"]["subject"] = "For {company}"
    version.save(update_fields=["texts"])
    ContactFactory(customer=CustomerFactory(name="Evil\r\nBcc: all@example.com"))
    wave = new_wave(version, {}, name="Autumn", days=14, by=lea)
    prepare_wave(wave.pk)
    wave.mailing.run()

    send_ready()

    assert post.mails[0]["Bcc"] is None
    assert post.mails[0]["Subject"] == "For Evil Bcc: all@example.com"


@pytest.mark.parametrize(
    ("key", "text", "fault"),
    [
        ("question", "", "empty"),
        ("question", "x" * 501, "too_long"),
        ("question", "{customer}", "unknown_placeholder"),
        ("question", "Dear {name}", "personal"),
        ("subject", "Dear {name}", None),
    ],
)
def test_a_wording_is_checked_before_it_is_published(key, text, fault):
    texts = first_texts("nps")
    texts["ja"][key] = text

    assert faults_of(texts).get(("ja", key)) == fault
