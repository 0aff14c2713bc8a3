"""The manual names every column of every noun, and its example rows can be imported."""

import re

import pytest
from django.conf import settings

from customers.importing.nouns import NOUNS
from tests.factories import CustomerFactory

MANUAL = (settings.BASE_DIR / "docs" / "importing.md").read_text()


def chapter(noun):
    return MANUAL.split(f"`--noun {noun}`)\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("noun", NOUNS)
def test_every_column_stands_in_the_manual(noun):
    named = set(re.findall(r"^\| `(\w+)`", chapter(noun), re.MULTILINE))

    assert named == {column.field for column in NOUNS[noun].columns}


@pytest.mark.parametrize("noun", NOUNS)
def test_the_example_of_the_manual_can_be_imported(check, noun, ana):
    if noun != "customers":
        CustomerFactory(external_id="0012", csm=ana)
    example = chapter(noun).split("```\n")[1]

    run = check(noun, example)

    assert "rejected" not in run.counts, list(run.rows.values_list("problems", flat=True))
