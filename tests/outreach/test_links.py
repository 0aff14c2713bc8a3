"""A link does the work it was made for, and nothing else opens (bad input 6, 10; SV1)."""

import uuid

import pytest

from outreach.links import Purpose, read_token, token_for

MESSAGE = uuid.UUID("12345678-1234-5678-1234-567812345678")
TOKEN_LETTERS = 47


def test_a_message_always_has_the_same_token():
    token = token_for(Purpose.ANSWER, MESSAGE)

    assert token == token_for(Purpose.ANSWER, MESSAGE)
    assert len(token) == TOKEN_LETTERS
    assert read_token(Purpose.ANSWER, token) == MESSAGE


@pytest.mark.parametrize("ending", ["", ">", ".", "=", ")", "]", ",", ";", " ", "\r\n"])
def test_what_gateways_do_to_a_token_is_forgiven(ending):
    token = token_for(Purpose.ANSWER, MESSAGE).upper() + ending

    assert read_token(Purpose.ANSWER, token) == MESSAGE


def test_every_changed_letter_is_noticed():
    token = token_for(Purpose.ANSWER, MESSAGE)

    for place in range(len(token)):
        letter = "b" if token[place] == "a" else "a"
        assert read_token(Purpose.ANSWER, token[:place] + letter + token[place + 1 :]) is None


@pytest.mark.parametrize("junk", ["", "a", "x" * 500, "日本", "00000", "\0", "a" * 47, "../../etc"])
def test_junk_is_no_token(junk):
    assert read_token(Purpose.ANSWER, junk) is None


def test_a_token_of_one_purpose_is_junk_for_another():
    for made_for in Purpose:
        token = token_for(made_for, MESSAGE)
        opened = [purpose for purpose in Purpose if read_token(purpose, token)]
        assert opened == [made_for]


def test_old_keys_of_the_ring_still_open_and_retired_ones_do_not(settings):
    settings.LINK_KEYS = ["old"]
    token = token_for(Purpose.ANSWER, MESSAGE)

    settings.LINK_KEYS = ["new", "old"]
    assert read_token(Purpose.ANSWER, token) == MESSAGE

    settings.LINK_KEYS = ["new"]
    assert read_token(Purpose.ANSWER, token) is None
