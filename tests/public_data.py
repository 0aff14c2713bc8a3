"""The public files tests may read; they are not part of the product."""

import csv
import os
from pathlib import Path

import pytest
from django.conf import settings


def folder() -> Path | None:
    """ENISHI_DATA, or `shared/data` beside the checkout or one of the folders above it."""
    if named := os.environ.get("ENISHI_DATA"):
        return Path(named)
    above = [settings.BASE_DIR, *settings.BASE_DIR.parents]
    return next((p for a in above if (p := a / "shared" / "data").is_dir()), None)


def public_file(name: str) -> Path:
    """The path of a file; the test is skipped, saying so, where there is none."""
    found = folder()
    if found is None or not (found / name).is_file():
        pytest.skip(f"the public file {name} is not on this machine")
    return found / name


def public_rows(name: str) -> list[dict[str, str]]:
    with public_file(name).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))
