"""Costs, time, purchases and assumptions as they stood then, by the log of changes (GEN-4).

Such a row is changed in place and keeps no former versions of itself; the log has them. A row that
nothing happened to since is as it is now; of another its last entry before the moment counts. A new
row counts from when it says it was entered, where the log is younger (invented companies).
Temporary views of the same names cover the tables, and cost nothing where nobody reads them.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model

LOGGED = (
    "customers.CostLine", "customers.RoleRate", "customers.Touchpoint", "customers.Purchase",
    "metrics.Assumption",
)  # fmt: skip
COVER = """
    CREATE TEMP VIEW {table} AS
        SELECT {now} FROM public.{table} t WHERE NOT EXISTS (
            SELECT FROM public.{log} e WHERE e.pgh_obj_id = t.id AND NOT ({was_known}))
        UNION ALL
        SELECT {then} FROM (
            SELECT DISTINCT ON (e.pgh_obj_id) e.* FROM public.{log} e
            WHERE ({was_known}) AND e.pgh_obj_id IN (
                SELECT e.pgh_obj_id FROM public.{log} e WHERE NOT ({was_known}))
            ORDER BY e.pgh_obj_id, e.pgh_id DESC
        ) e WHERE e.pgh_label <> 'delete';
"""


def cover_logged(moment: str) -> str:
    """The statements that cover all of them; `moment` is an ISO timestamp."""
    return "".join(COVER.format(**words) for words in _words(moment))


def uncover_logged() -> str:
    names = ", ".join(f"pg_temp.{apps.get_model(name)._meta.db_table}" for name in LOGGED)
    return f"DROP VIEW {names}"


def _words(moment: str) -> Iterator[dict[str, str]]:
    for name in LOGGED:
        row, log = apps.get_model(name), apps.get_model(f"{name}Event")
        columns, logged = _columns(row), _columns(log)
        was_known = f"e.pgh_created_at < '{moment}'"
        if "created_at" in logged:
            was_known += f" OR (e.pgh_label = 'insert' AND e.created_at < '{moment}')"
        yield {
            "table": row._meta.db_table,
            "log": log._meta.db_table,
            "was_known": was_known,
            "now": ", ".join(f't."{column}"' for column in columns),
            # Stamps of changes are not logged.
            "then": ", ".join(
                f'e."{column}"' if column in logged else f'NULL::timestamptz AS "{column}"'
                for column in columns
            ),
        }


def _columns(model: type[Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]
