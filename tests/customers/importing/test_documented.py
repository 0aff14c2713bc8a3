"""The manual names every column of every noun, and its example rows can be imported."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from customers.importing.register import NOUNS
from customers.models import CostLine, ExchangeRate, Purchase, Touchpoint
from surveys.models import Response
from tests.customers.importing.conftest import save

MANUAL = (settings.BASE_DIR / "docs" / "importing.md").read_text()


def chapter(noun):
    return MANUAL.split(f"`--noun {noun}`)\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("noun", NOUNS)
def test_every_column_stands_in_the_manual(noun):
    named = set(re.findall(r"^\| `(\w+)`", chapter(noun), re.MULTILINE))

    assert named == {column.field for column in NOUNS[noun].columns}


def test_the_examples_of_the_manual_make_a_company(check, ana):
    ExchangeRate.objects.create(currency="USD", month=date(2026, 1, 1), rate=150)

    for noun in NOUNS:
        example = chapter(noun).split("```\n")[1]
        run = check(noun, example)
        assert "rejected" not in run.counts, list(run.rows.values_list("problems", flat=True))
        if set(run.counts) != {"unchanged"}:  # gone and come back: the customer is as before
            save(run)

    assert Purchase.objects.get().number == ""
    assert Response.objects.get(external_id="A-2").contact.name == "佐藤 花"
    assert Response.objects.get(external_id="A-1").invitation.external_id == "I-1"
    assert CostLine.objects.get(external_id="K-1").retention_share == Decimal("0.8")
    assert Touchpoint.objects.get(external_id="T-9").author == ana
