"""An import that fails in the middle of saving keeps what it needs to take its part back."""

import pytest
from django.urls import reverse

from customers.importing import working
from customers.jobs import work_on_import
from customers.models import Customer, ImportRun
from customers.models.import_run import ATTEMPTS
from tests.customers.importing.conftest import undo
from tests.factories import CustomerFactory

ROWS = "id,name\nC-1,Bakery\nC-2,Mill\nC-3,Dairy\n"


@pytest.fixture
def failed(check, monkeypatch, lea) -> ImportRun:
    """Two of three rows are saved; then worker after worker dies."""
    monkeypatch.setattr(working, "CHUNK_ROWS", 2)
    CustomerFactory(external_id="C-1", name="Old bakery")
    run = check("customers", ROWS, user=lea)
    assert run.start_saving(run.preview_token())
    assert not working.work_on(run.pk, seconds=0)
    ImportRun.objects.filter(pk=run.pk).update(attempts=ATTEMPTS)
    work_on_import(run.pk)
    run.refresh_from_db()
    return run


def test_the_part_it_saved_can_be_undone(failed):
    assert (failed.state, failed.failure["code"]) == ("failed", "attempts")
    assert Customer.objects.count() == 2

    undo(failed)

    assert (failed.state, failed.counts["undone"]) == ("undone", 2)
    assert Customer.objects.get().name == "Old bakery"


def test_it_is_not_checked_again_and_the_page_says_why(failed, as_user, lea):
    client = as_user(lea)

    refused = client.post(reverse("customers:import_review", args=[failed.pk]), follow=True)

    text = refused.content.decode()
    assert "cannot be checked again" in text
    assert "A part of this file was saved" in text
    assert not failed.start_checking()
    assert failed.rows.count() == 2


def test_the_same_file_uploaded_again_saves_the_rest(failed, load):
    again = load("customers", ROWS)

    assert again.counts == {"new": 1, "unchanged": 2}


def test_a_failure_before_anything_was_saved_may_be_checked_again(check):
    run = check("customers", ROWS)
    assert run.start_saving(run.preview_token())
    ImportRun.objects.filter(pk=run.pk).update(attempts=ATTEMPTS)
    work_on_import(run.pk)
    run.refresh_from_db()

    assert (run.state, run.finished_at) == ("failed", None)
    assert run.start_checking()


def test_an_undo_that_failed_may_be_tried_again(load):
    run = load("customers", ROWS)
    assert run.start_undoing(run.finished_at)
    ImportRun.objects.filter(pk=run.pk).update(attempts=ATTEMPTS)
    work_on_import(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"

    undo(run)

    assert not Customer.objects.exists()
