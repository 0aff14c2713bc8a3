"""Answers as they count are kept by the database (migration 0024); here all are counted anew."""

from django.db import connection, transaction


@transaction.atomic
def recount_answers() -> None:
    """From all responses and rated tickets; leaves the rows that keeping them has left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT metrics_recount_answers()")
