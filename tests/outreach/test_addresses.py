"""Two spellings of one mailbox are one; what is no address is refused, never guessed (TM9)."""

import pytest

from outreach.addresses import address_hash, address_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (" Ana@Example.COM ", "ana@example.com"),
        ("ana\u200b@example.com", "ana@example.com"),
        ("ana+news@example.com", "ana+news@example.com"),
        ("a.n.a@example.com", "a.n.a@example.com"),
        ("info@日本語.jp", "info@xn--wgv71a119e.jp"),
    ],
)
def test_spellings_of_a_mailbox_have_one_key(written, key):
    assert address_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a@b",
        "a@x.com, b@y.com",
        "Ana <ana@example.com>",
        "ana@example.com\r\nBcc: all@example.com",
        "ana@exa mple.com",
        "(comment)ana@example.com",
        "日本@example.com",
        "a" * 310 + "@example.com",
        "ana@" + "x" * 300 + ".com",
        "@example.com",
        "ana",
    ],
)
def test_what_is_no_single_address_has_no_key(written):
    assert address_key(written) is None


def test_a_hash_needs_our_key(settings):
    before = address_hash("ana@example.com")

    settings.ADDRESS_KEY = "another key"

    assert address_hash("ana@example.com") != before
