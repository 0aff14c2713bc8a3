"""A parent may stand below its children; whoever would be its own ancestor is refused."""

import pytest

from customers.importing import working
from customers.importing.nouns.parents import in_rings
from customers.models import Customer
from tests.customers.importing.conftest import undo
from tests.factories import CustomerFactory

BELOW = "id,name,parent\nC-1,Shop,C-2\nC-2,Bakery,C-3\nC-3,Holding,\nC-4,Kiosk,C-1\n"


@pytest.fixture(params=[1, 2, 5_000], ids=["rows alone", "chunks of two", "one chunk"])
def _chunks(request, monkeypatch) -> None:
    monkeypatch.setattr(working, "CHUNK_ROWS", request.param)


def family() -> dict[str, str | None]:
    return dict(Customer.objects.values_list("external_id", "parent__external_id"))


def refused(run) -> dict[int, str]:
    return {row.number: row.problems[0]["code"] for row in run.rows.filter(verdict="rejected")}


@pytest.mark.usefixtures("_chunks")
def test_parents_below_their_children_are_found_and_the_undo_takes_all_back(load):
    run = load("customers", BELOW)

    assert family() == {"C-1": "C-2", "C-2": "C-3", "C-3": None, "C-4": "C-1"}
    undo(run)

    assert family() == {}
    assert run.counts["undone"] == 4


@pytest.mark.usefixtures("_chunks")
def test_a_known_child_moves_under_a_new_parent_below_and_back(load):
    old = CustomerFactory(external_id="OLD")
    CustomerFactory(external_id="C-1", parent=old)
    run = load("customers", "id,parent\nC-1,C-2\nC-2,\n")
    assert family()["C-1"] == "C-2"

    undo(run)

    assert family() == {"OLD": None, "C-1": "OLD"}


def test_the_same_file_again_changes_nothing(load, check):
    load("customers", BELOW)

    assert check("customers", BELOW).counts == {"unchanged": 4}


def test_a_child_of_a_refused_parent_below_is_refused_and_so_are_its_children(check):
    rows = "id,parent,country\nC-1,C-2,\nC-2,C-3,\nC-3,,Atlantis\nC-4,C-1,\nC-5,,\n"

    run = check("customers", rows)

    assert refused(run) == {
        2: "unknown_parent", 3: "unknown_parent", 4: "not_a_country", 5: "unknown_parent",
    }  # fmt: skip
    assert run.counts["new"] == 1


def test_nobody_becomes_its_own_ancestor(check):
    run = check("customers", "id,parent\nC-1,C-2\nC-2,C-3\nC-3,C-1\nC-4,\n")

    assert set(refused(run).values()) == {"parent_ring"}
    assert run.counts["new"] == 1


def test_a_child_somebody_moved_since_keeps_its_parent_and_is_named(load):
    run = load("customers", "id,parent\nC-1,C-2\nC-2,\n")
    Customer.objects.filter(external_id="C-1").update(name="Renamed")

    undo(run)

    assert family() == {"C-1": "C-2", "C-2": None}
    assert run.counts["kept"] == 2


def test_rings_are_told_from_chains():
    above = {"a": "b", "b": "c", "c": "b", "d": "a", "e": "f"}

    assert in_rings(above) == {"b", "c"}
