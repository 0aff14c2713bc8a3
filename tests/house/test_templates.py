"""Templates obey the content security policy and the manners of the house."""

import re

import pytest
from django.template.loader import get_template

from tests.house.sources import APPS, python_files, short, templates

# The policy allows no inline code, and eval-like features of htmx would need unsafe-eval.
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b"),
    "a script in an attribute of htmx": re.compile(r"hx-\w+[\w:-]*=[\"'](js:|javascript:)"),
    "a script address": re.compile(r"(href|src|action)\s*=\s*[\"']\s*javascript:", re.IGNORECASE),
    "a foreign file": re.compile(r"<(script|link|img)[^>]*(src|href)=[\"'](https?:)?//"),
    "unescaped text": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
    "a foreign window": re.compile(r"target=[\"']_blank[\"'](?![^>]*rel=)"),
}
# Mails are not pages: their readers know no style sheets but inline ones.
PAGES = [file for file in templates() if "emails" not in file.parts and "mails" not in file.parts]


@pytest.mark.parametrize("fault", FORBIDDEN)
def test_no_template_holds(fault):
    found = [short(file) for file in PAGES if FORBIDDEN[fault].search(file.read_text())]

    assert found == []


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("an inline script", "<script>alert(1)</script>"),
        ("a style attribute", '<p class="x"\n style="color: red">'),
        ("an event attribute", '<button onclick="go()">'),
        ("a foreign file", '<script src="//cdn.example/x.js">'),
        ("unescaped text", "{{ note|safe }}"),
    ],
)
def test_a_fault_would_be_found(fault, text):
    assert FORBIDDEN[fault].search(text)


def test_only_template_tags_mark_text_as_safe():
    """There the linter asks for a reason at each (S308)."""
    marks = re.compile(r"\bmark_safe\(|SafeString\(")
    files = [file for file in python_files(*APPS, "lib") if marks.search(file.read_text())]

    assert [short(file) for file in files if file.parent.name != "templatetags"] == []


@pytest.mark.parametrize("file", [short(f) for f in templates() if f.suffix in {".html", ".txt"}])
def test_every_template_can_be_read_by_django(file):
    assert get_template(file.removeprefix("templates/"))
