"""The same id with something else in it (IN5): the first stays, and the verdict says so."""

import pytest

from customers.models import SourceDay, UsageEvent
from tests.customers.ingest.conftest import a_track


@pytest.mark.parametrize(
    "changes",
    [{"event": "second"}, {"userId": "sam"}, {"properties": {"seats": 2}}],
    ids=["name", "person", "properties"],
)
def test_a_message_that_changed_under_its_id_is_told_and_counted(batch, bakery, changes):
    batch(a_track(1, properties={"seats": 1}))

    answer = batch(a_track(1, **{"properties": {"seats": 1}, **changes}), a_track(2))

    assert answer.json()["verdicts"] == ["duplicate_differs", "stored"]
    assert UsageEvent.objects.get(message_id="m-1").name == "Invoice sent"
    assert UsageEvent.objects.get(message_id="m-1").properties == {"seats": 1}
    day = SourceDay.objects.order_by("last_at").values_list("duplicate", "differing")
    assert sorted(day)[-1] == (1, 1)


def test_another_order_of_keys_and_another_time_are_no_change(batch, bakery):
    batch(a_track(1, properties={"seats": 1, "plan": "pro"}))

    answer = batch(a_track(1, properties={"plan": "pro", "seats": 1}, timestamp=None))

    assert answer.json()["verdicts"] == ["duplicate"]


def test_within_one_batch_the_first_counts_and_the_second_is_told(batch, bakery):
    answer = batch(a_track(1), a_track(1), a_track(2), a_track(2, event="other"))

    assert answer.json()["verdicts"][2:] == ["stored", "duplicate_differs"]
    assert answer.json()["verdicts"][:2] == ["stored", "duplicate"]
    assert UsageEvent.objects.count() == 2
