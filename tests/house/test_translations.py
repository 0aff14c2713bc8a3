"""The Japanese catalogue holds every sentence of the product, translated, with its placeholders."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from tests.house.sources import ROOT

CATALOGUE = ROOT / "locale" / "ja" / "LC_MESSAGES" / "django.po"
# %(name)s and %s of Python, {brand} of mails.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
SOURCES = "accounts config customers lib metrics outreach surveys templates pyproject.toml"


def faults(entry: polib.POEntry) -> list[str]:
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    found = []
    if not all(translations):
        found.append("not translated")
    if entry.fuzzy:
        found.append("fuzzy")
    # Japanese has one form for every number, which says what the English plural says.
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    if any(set(PLACEHOLDER.findall(text)) != wanted for text in translations):
        found.append("other placeholders")
    return found


def extracted(folder: Path) -> set[tuple[str | None, str]]:
    """What gettext finds in a copy of our sources now."""
    for name in SOURCES.split():
        copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copied(ROOT / name, folder / name)
    (folder / "locale" / "ja" / "LC_MESSAGES").mkdir(parents=True)
    command = ["makemessages", "--locale", "ja", "--no-location", "--no-wrap", "--verbosity", "0",
               "--extension", "html,txt,mjml,py"]  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "django", *command],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    found = polib.pofile(str(folder / "locale" / "ja" / "LC_MESSAGES" / "django.po"))
    return {(entry.msgctxt, entry.msgid) for entry in found}


def test_every_sentence_is_translated_with_its_placeholders():
    found = {entry.msgid: faults(entry) for entry in polib.pofile(str(CATALOGUE))}

    assert {sentence: fault for sentence, fault in found.items() if fault} == {}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(msgid="Save"), "not translated"),
        (polib.POEntry(msgid="Save", msgstr="保存", flags=["fuzzy"]), "fuzzy"),
        (polib.POEntry(msgid="To %(who)s", msgstr="%(name)s 宛"), "other placeholders"),
    ],
    ids=["untranslated", "fuzzy", "placeholders"],
)
def test_a_faulty_entry_would_be_found(entry, fault):
    assert faults(entry) == [fault]


# Where CI runs, a missing tool fails the build, as a missing browser does: nothing is passed over.
@pytest.mark.skipif(
    not shutil.which("xgettext") and not os.environ.get("ENISHI_BROWSER_REQUIRED"),
    reason="there is no GNU gettext here (apt install gettext)",
)
def test_the_catalogue_is_complete(tmp_path):
    known = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(CATALOGUE))}

    assert extracted(tmp_path) - known == set()
