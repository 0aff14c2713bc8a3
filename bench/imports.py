"""Import of a file of customers beside COPY of the same rows into the same indexed table.

The yardstick is the fastest way PostgreSQL knows into this table: one COPY with the same indexes
and the same audit trigger. The import reads the file as text, checks every cell, compares it with
what is stored, keeps what an undo needs and commits in chunks.
"""

import csv
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from bench.rows import Row, seconds_of
from customers.importing.arriving import receive
from customers.importing.nouns.customers import KIND
from customers.importing.working import work_on
from customers.models import Customer, ImportRun
from lib.days import today

HEADER = ["id", "name", "kana", "domain", "segment", "industry", "country", "language", "currency",
          "start date"]  # fmt: skip
MARK = "bench-import-"
LIMIT = 8.0
COLUMNS = ", ".join(KIND.fields)


def run(scale: float) -> list[Row]:
    """Rows are removed again before and after, so that the bench may run beside others."""
    count = int(100_000 * scale)
    folder = Path(tempfile.mkdtemp(prefix="bench-import-"))
    settings.MEDIA_ROOT = folder
    path = folder / "customers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_rows(count))
    _forget()
    checked, saved = _import(path)
    yardstick = _copy_again()
    _forget()
    path.unlink()
    return [
        Row(
            f"import of {count:,} customers: check and save", checked + saved, yardstick, "s", LIMIT
        ),
        Row(f"import of {count:,} customers, without its dry run", saved, yardstick, "s", LIMIT),
    ]


def _rows(count: int) -> Iterator[list[Any]]:
    yield HEADER
    for n in range(count):
        yield [f"{MARK}{n:06}", f"Company {n} 株式会社サクラ", f"サクラ {n}", f"c{n}.example.com",
               ["Enterprise", "Growth", "Basic"][n % 3], ["Food", "Retail", "Health"][n % 3],
               ["JP", "US", "DE"][n % 3], ["ja", "en"][n % 2], ["JPY", "USD"][n % 2],
               f"{1 + n % 28:02}-{1 + n % 12:02}-2024"]  # fmt: skip


def _import(path: Path) -> tuple[float, float]:
    """Seconds of the dry run and of saving; both as a worker does them."""
    with path.open("rb") as file:
        run = receive(
            "customers", path.name, iter(lambda: file.read(1 << 20), b""),
            user=None, as_of=today(),
        )  # fmt: skip
    run.start_checking()
    checked = seconds_of(lambda: work_on(run.pk, seconds=10_000))
    run.refresh_from_db()
    run.start_saving(run.preview_token())
    saved = seconds_of(lambda: work_on(run.pk, seconds=10_000))
    run.refresh_from_db()
    if run.state != ImportRun.State.DONE:
        raise RuntimeError(f"the import ended as {run.state}: {run.failure}")
    return checked, saved


def _copy_again() -> float:
    """Take the imported rows out as text, remove them and put them back by one COPY."""
    out = f"COPY (SELECT {COLUMNS}, created_at, updated_at FROM customers_customer" \
          f" WHERE external_id LIKE '{MARK}%') TO STDOUT"  # fmt: skip
    into = f"COPY customers_customer ({COLUMNS}, created_at, updated_at) FROM STDIN"
    with connection.cursor() as cursor:
        with cursor.copy(out) as source:
            blocks = [bytes(block) for block in source]
        _forget()
        started = time.perf_counter()
        with transaction.atomic(), cursor.copy(into) as target:
            for block in blocks:
                target.write(block)
        return time.perf_counter() - started


def _forget() -> None:
    mine = Customer.objects.filter(external_id__startswith=MARK)
    mine._raw_delete(mine.db)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE customers_customer")
