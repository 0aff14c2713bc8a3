"""A select written in one go is the one that Django draws."""

import pytest
from django import forms
from pytest_django.asserts import assertHTMLEqual

from lib.selects import Select

CHOICES = [
    ("", "Any <plan>"),
    ("Pro & more", 'Of "Pro"'),
    (7, "Seven"),
    ("Years", [("2025", "2025"), ("<b>", "Bold")]),
]


@pytest.mark.parametrize("value", [None, "", "Pro & more", 7, "<b>", "nowhere"])
def test_it_draws_what_django_draws(value):
    attrs = {"class": "form-select", "title": 'a "b"', "disabled": True, "hidden": False}
    drawn = [
        kind(attrs=attrs, choices=CHOICES).render("plan", value, {"id": "id_plan"})
        for kind in (Select, forms.Select)
    ]

    assertHTMLEqual(*drawn)
    assert "Any &lt;plan&gt;" in drawn[0]
