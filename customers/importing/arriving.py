"""A file arrives: it is stored under a name of ours, hashed, looked at, and its columns guessed."""

import hashlib
import unicodedata
import uuid
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.conf import settings

from accounts.models import User
from customers.importing.mapping import detected, proposed, signature
from customers.importing.reading import Table, look_at
from customers.importing.reasons import FileRefused
from customers.models import ImportRun

FOLDER = "imports"


def receive(
    noun: str, name: str, blocks: Iterable[bytes], *, user: User | None, as_of: date
) -> ImportRun:
    """Store an upload, block by block, and look at it. Raises FileRefused; then nothing is kept.

    `user` None means the operator at the server's command line.
    """
    stored_as = f"{FOLDER}/{uuid.uuid4().hex}"
    path = settings.MEDIA_ROOT / stored_as
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        digest = _store(path, blocks)
        run = ImportRun(
            noun=noun, file_name=shown_name(name), stored_as=stored_as, sha256=digest,
            uploaded_by=user, is_by_operator=user is None,
        )  # fmt: skip
        propose(run, look_at(path), as_of)
        run.save()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return run


def propose(run: ImportRun, table: Table, as_of: date) -> None:
    """Fill in what one look at the file suggests; saved by the caller."""
    run.encoding, run.delimiter, run.header = table.encoding, table.delimiter, table.header
    run.signature = signature(run.noun, table.header)
    run.sample = [[cell.replace("\x00", "␀")[:60] for cell in row] for row in table.sample[:5]]
    run.row_count = max(table.line_count - 1, len(table.sample))
    run.mapping = proposed(run, table)
    run.options = detected(run, table, as_of)


def _store(path: Path, blocks: Iterable[bytes]) -> str:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for block in blocks:
            size += len(block)
            if size > settings.IMPORT_MAX_BYTES:
                raise FileRefused("too_big", limit=settings.IMPORT_MAX_BYTES // 1_000_000)
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def shown_name(name: str) -> str:
    """Only for people to read: no path, no control characters, no tricks with direction."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return plain.strip()[:255] or "file"
