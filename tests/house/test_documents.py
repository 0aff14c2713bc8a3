"""Documents name things that exist."""

import re

import pytest

from tests.house.sources import ROOT, short

DOCUMENTS = [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
NAMED = re.compile(r"`((?:accounts|config|customers|lib|metrics|outreach|surveys|tests)/[\w/.]+)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_every_link_leads_somewhere(document):
    links = LINK.findall(document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_every_path_of_ours_exists(document):
    paths = NAMED.findall(document.read_text())

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_runtime_dependency_has_its_reason():
    lines = (ROOT / "requirements" / "runtime.in").read_text().splitlines()
    names = [re.split(r"[~=<>]", line)[0] for line in lines if line and not line.startswith("#")]
    reasons = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()

    assert [name for name in names if name not in reasons] == []


def test_a_recipe_stays_short():
    recipes = (ROOT / "docs" / "recipes.md").read_text().split("\n## ")[1:]

    assert [r.splitlines()[0] for r in recipes if len(r.strip().splitlines()) > 10] == []
