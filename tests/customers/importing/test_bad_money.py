"""Subscriptions that cannot be: each row is refused by name, and the others go on."""

import pytest

from customers.models import SubscriptionVersion
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
FILE = """id,customer id,start date,end date,price,currency,quantity
S-1,C-1,2025-01-01,,100,JPY,1
S-1,C-1,2025-01-01,,100,JPY,1
S-2,C-1,2025-03-01,2025-02-01,100,JPY,1
S-3,C-1,2025-01-01,,100,QQQ,1
S-4,C-1,2025-01-01,,-5,JPY,1
S-5,C-1,2025-01-01,,1000000000000001,JPY,1
S-6,C-1,2025-01-01,,1000000000000000,JPY,1000000
S-7,C-1,2025-02-29,,100,JPY,1
S-8,C-1,2025-01-01,2025-01-01,100,JPY,0
S-9,C-1,2027-01-01,,1000000000000000,JPY,1
"""


def test_bad_rows_are_named_and_odd_ones_are_kept(load):
    CustomerFactory(external_id="C-1")

    run = load("subscriptions", FILE)

    rejected = run.rows.filter(verdict="rejected").order_by("number")
    assert [(row.number, row.problems[0]["code"]) for row in rejected] == [
        (3, "twice_in_file"), (4, "ends_before_start"), (5, "not_a_currency"),
        (6, "number_out_of_range"), (7, "number_out_of_range"), (8, "worth_too_much"),
        (9, "not_a_day"),
    ]  # fmt: skip
    kept = SubscriptionVersion.objects.values_list("subscription__external_id", flat=True)
    assert sorted(kept) == ["S-1", "S-8", "S-9"]
