"""Files and former values are kept as long as an import can be undone, and not longer."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from customers.importing.tidying import tidy_up
from customers.models import Customer, ImportRun
from tests.customers.importing.conftest import undo
from tests.factories import CustomerFactory

ROWS = "id,name\nC-1,Bakery\nC-2,Mill\n,Nobody\n"
UNDO = timedelta(days=settings.IMPORT_UNDO_DAYS)


@pytest.fixture
def run(load) -> ImportRun:
    CustomerFactory(external_id="C-2", name="Old mill")
    return load("customers", ROWS)


def test_as_long_as_an_import_can_be_undone_nothing_is_forgotten(run):
    assert tidy_up(run.finished_at + UNDO) == 0

    assert run.path.is_file()
    undo(run)
    assert Customer.objects.get().name == "Old mill"


def test_afterwards_file_and_former_values_go_and_tallies_and_rejected_rows_stay(run):
    file = run.path

    assert tidy_up(run.finished_at + UNDO + timedelta(seconds=1)) == 1

    assert not file.exists()
    run.refresh_from_db()
    assert [row.verdict for row in run.rows.all()] == ["rejected"]
    assert run.counts == {"new": 1, "changed": 1, "rejected": 1}
    assert Customer.objects.count() == 2
    assert not run.start_undoing(run.finished_at)


def test_the_second_morning_finds_nothing_to_do_and_a_lost_file_stops_nothing(run):
    run.path.unlink()
    later = run.finished_at + UNDO + timedelta(days=1)

    assert [tidy_up(later), tidy_up(later)] == [1, 0]


def test_an_undo_that_is_under_way_keeps_what_it_needs(run):
    assert run.start_undoing(timezone.now())

    assert tidy_up(run.finished_at + UNDO + timedelta(days=1)) == 0

    assert run.path.is_file()


def test_a_file_that_nobody_saves_is_kept_as_long_as_one_that_was_saved(check):
    run = check("customers", ROWS)

    assert tidy_up(run.created_at + UNDO) == 0
    assert run.path.is_file()

    assert tidy_up(run.created_at + UNDO + timedelta(seconds=1)) == 1
    assert not list(settings.MEDIA_ROOT.glob("imports/*"))


def test_what_was_forgotten_is_neither_saved_nor_checked_again(check, as_user, ada):
    run = check("customers", ROWS)
    tidy_up(run.created_at + UNDO + timedelta(days=1))

    assert not run.start_saving(run.preview_token())
    assert not run.start_checking()
    page = as_user(ada).get(run.get_absolute_url())
    assert "The uploaded file is no longer there." in page.content.decode()


def test_the_page_of_a_tidied_import_still_opens(run, as_user, ada):
    tidy_up(run.finished_at + UNDO + timedelta(days=1))

    page = as_user(ada).get(run.get_absolute_url())

    assert page.status_code == 200
    assert b"Undo this import" not in page.content
