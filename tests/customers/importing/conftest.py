"""Files to import: made on the spot, or the real ones that lie beside the repository."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from customers.importing.arriving import receive
from customers.importing.working import work_on
from customers.models import ImportRun

AS_OF = date(2025, 1, 1)


def data_folder() -> Path | None:
    """`ENISHI_DATA`, or `shared/data` beside the repository or one of its parents."""
    named = os.environ.get("ENISHI_DATA")
    places = [Path(named)] if named else [p / "shared" / "data" for p in settings.BASE_DIR.parents]
    return next((place for place in places if place.is_dir()), None)


@pytest.fixture(autouse=True)
def _uploads_go_to(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def upload(db) -> Callable[..., ImportRun]:
    """A file that has arrived, its columns guessed."""

    def arrive(
        noun: str, content: bytes | str, *, user: User | None = None, name: str = "file.csv"
    ) -> ImportRun:
        blocks = [content.encode() if isinstance(content, str) else content]
        return receive(noun, name, blocks, user=user, as_of=AS_OF)

    return arrive


@pytest.fixture
def check(upload) -> Callable[..., ImportRun]:
    """A dry run from the first byte to its verdicts."""

    def run(
        noun: str, content: bytes | str, *, user: User | None = None, **fields: str
    ) -> ImportRun:
        run = upload(noun, content, user=user)
        for field, column in fields.items():
            run.mapping["fields"][field] = run.header.index(column)
        assert run.start_checking()
        assert work_on(run.pk)
        run.refresh_from_db()
        return run

    return run


@pytest.fixture
def load(check) -> Callable[..., ImportRun]:
    """An import from the first byte to the saved rows."""

    def run(
        noun: str, content: bytes | str, *, user: User | None = None, **fields: str
    ) -> ImportRun:
        run = check(noun, content, user=user, **fields)
        assert run.state == ImportRun.State.CHECKED, run.failure
        save(run)
        return run

    return run


def save(run: ImportRun) -> None:
    assert run.start_saving(run.preview_token())
    assert work_on(run.pk)
    run.refresh_from_db()


def undo(run: ImportRun) -> None:
    assert run.start_undoing(timezone.now())
    assert work_on(run.pk)
    run.refresh_from_db()
