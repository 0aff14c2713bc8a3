"""Answers and invitations as they count are kept by the database (migrations 0024 and 0030).

Here all are counted anew.
"""

from django.db import connection, transaction

from metrics.loyalty.placing import place_answers


@transaction.atomic
def recount_answers() -> None:
    """From all responses, rated tickets and invitations; leaves the rows that keeping has left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT metrics_recount_answers(), metrics_recount_invitations()")
    place_answers()
