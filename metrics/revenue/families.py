"""Families: a parent and all below it, counted as one customer (GEN-3).

The one above all others stands for its family. Where somebody made a ring of parents nobody does,
so it is the one of the ring that was entered first. Inside `as_known` a temporary view says that
every subscription of a family is the root's: whatever is then built from subscriptions, by the very
statements that build the kept books, is that of one customer with all of them.
"""

from typing import Any

from accounts.models import User
from customers.models import Customer, Subscription
from lib.embedding import embedded
from metrics.question import Question

# Everybody in a family of two or more, roots included. UNION ends the walk where parents run round.
FAMILIES = """
    CREATE TEMP TABLE known_family AS
        WITH RECURSIVE above (customer_id, ancestor_id) AS (
            SELECT id, parent_id FROM customers_customer WHERE parent_id IS NOT NULL
            UNION
            SELECT a.customer_id, c.parent_id
            FROM above a JOIN customers_customer c ON c.id = a.ancestor_id
            WHERE c.parent_id IS NOT NULL
        ), ring AS (
            SELECT customer_id FROM above WHERE ancestor_id = customer_id
        ), below AS (
            SELECT a.customer_id, coalesce(
                min(a.ancestor_id) FILTER (WHERE c.parent_id IS NULL),
                min(a.ancestor_id) FILTER (WHERE r.customer_id IS NOT NULL)) AS root_id
            FROM above a JOIN customers_customer c ON c.id = a.ancestor_id
            LEFT JOIN ring r ON r.customer_id = a.ancestor_id
            GROUP BY a.customer_id
        )
        SELECT customer_id, root_id FROM below UNION SELECT root_id, root_id FROM below;
    CREATE UNIQUE INDEX ON known_family (customer_id);
    CREATE INDEX ON known_family (root_id);
    ANALYZE known_family;
"""
FIELDS = {field.column: f"s.{field.column}" for field in Subscription._meta.concrete_fields}
FIELDS["customer_id"] = "coalesce(f.root_id, s.customer_id) AS customer_id"
# A table of its own, so that those of many customers are found by an index.
SUBSCRIPTIONS = f"""
    CREATE TEMP TABLE known_subscription AS
        SELECT {", ".join(FIELDS.values())} FROM public.customers_subscription s
        LEFT JOIN known_family f ON f.customer_id = s.customer_id;
    CREATE UNIQUE INDEX ON known_subscription (id);
    CREATE INDEX ON known_subscription (customer_id);
    ANALYZE known_subscription;
"""
COVER_SUBSCRIPTIONS = """
    CREATE TEMP VIEW customers_subscription AS SELECT * FROM known_subscription
"""
UNCOVER_SUBSCRIPTIONS = "DROP VIEW pg_temp.customers_subscription"
# All of them are booked anew: the lines of each member fall away, the root has those of all.
MEMBERS = """
    CREATE TEMP TABLE IF NOT EXISTS known_customer (customer_id bigint PRIMARY KEY);
    INSERT INTO known_customer SELECT customer_id FROM known_family ON CONFLICT DO NOTHING;
    ANALYZE known_customer;
"""
# Amounts of a family tell of each of its members.
WHOLLY_SEEN = """
    SELECT id FROM ({seen}) own (id) WHERE NOT EXISTS (
        SELECT FROM known_family f WHERE f.root_id = own.id AND f.customer_id NOT IN ({seen}))
"""


def seen_by(user: User, question: Question | None) -> tuple[str, dict[str, Any]]:
    """A SELECT of the customers whose rows somebody may see, and its values.

    By parent a family is seen only by who may see everybody in it.
    """
    seen, values = embedded(Customer.objects.visible_to(user).values("pk"), "seen")
    is_limited = bool(values)
    if question is None or not (question.by_parent and is_limited):
        return seen, values
    return WHOLLY_SEEN.format(seen=seen), values
