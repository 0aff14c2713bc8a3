"""The way of a person: upload, correct the columns, look at what would change, save, undo."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from customers.jobs import resume_imports
from customers.models import Customer, ImportRun
from tests.factories import CustomerFactory


def page(name, run):
    return reverse(f"customers:{name}", args=[run.pk])


def sent_as_shown(client, run, **changes):
    """What a browser posts from the review page, with some fields changed."""
    form = client.get(page("import_review", run)).context["form"]
    data = {field.name: field.value() for field in form}
    data |= {f"field:{name}": at for name, at in run.mapping["fields"].items()}
    return {**data, **changes}


def test_a_lead_brings_a_file_in_and_takes_it_back(
    as_user, lea, django_capture_on_commit_callbacks
):
    client = as_user(lea)
    file = SimpleUploadedFile("file.csv", b"code,who\nC-1,Bakery\nC-2,Mill\n")

    client.post(reverse("customers:import_upload"), {"noun": "customers", "file": file})
    run = ImportRun.objects.get()
    columns = {"field:external_id": "0", "field:name": "1"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page("import_review", run), sent_as_shown(client, run, **columns))
    shown = client.get(run.get_absolute_url())
    assert "Save 2 rows" in shown.content.decode()
    assert not Customer.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        token = shown.context["run"].preview_token()
        client.post(page("import_save", run), {"preview": token})
    assert set(Customer.objects.values_list("name", flat=True)) == {"Bakery", "Mill"}

    assert "2 new rows will be deleted" in client.get(page("import_undo", run)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page("import_undo", run))
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("noun", "words"),
    [("subscriptions", "Empty: the currency of the customer."),
     ("cost_lines", "Empty: the reporting currency."), ("customers", None)],
)  # fmt: skip
def test_a_currency_is_asked_for_only_where_there_are_amounts(as_user, lea, upload, noun, words):
    run = upload(noun, "id,name\nC-1,Bakery\n", user=lea)

    form = as_user(lea).get(page("import_review", run)).context["form"]

    assert (str(form["currency"].help_text) if "currency" in form.fields else None) == words


def test_the_preview_says_what_changes_and_why_rows_are_refused(as_user, lea, check):
    CustomerFactory(external_id="C-1", name="Old name")
    run = check("customers", "id,name,country\nC-1,New name,\nC-2,Mill,Atlantis\n", user=lea)

    text = as_user(lea).get(run.get_absolute_url()).content.decode()

    assert "Old name" in text
    assert "New name" in text
    assert "Atlantis" in text
    assert "This country is not known." in text


def test_columns_are_remembered_for_files_with_the_same_header(check, upload, lea):
    check("customers", "code,who\nC-1,Bakery\n", user=lea, external_id="code", name="who")

    again = upload("customers", "code,who\nC-2,Mill\n", user=lea)

    assert again.mapping["fields"] == {"external_id": 0, "name": 1}


def test_the_bar_survives_a_reload_and_ends_with_the_whole_page(as_user, lea, upload):
    run = upload("customers", "id\nC-1\n", user=lea)
    run.start_checking()
    client = as_user(lea)

    assert 'hx-trigger="every 1s"' in client.get(run.get_absolute_url()).content.decode()
    resume_imports()
    ended = client.get(page("import_progress", run), headers={"hx-request": "true"})
    assert ended["HX-Refresh"] == "true"


def test_an_unknown_column_may_become_a_custom_attribute(
    as_user, lea, upload, django_capture_on_commit_callbacks
):
    run = upload("customers", "id,seats\nC-1,12\n", user=lea)
    client = as_user(lea)
    with django_capture_on_commit_callbacks(execute=True):
        sent = sent_as_shown(client, run, **{"attribute:1": "on"})
        client.post(page("import_review", run), sent)

    run.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page("import_save", run), {"preview": run.preview_token()})

    assert Customer.objects.get().attributes == {"seats": 12}


@pytest.mark.parametrize("state", ["uploaded", "checked", "failed"])
def test_an_import_whose_file_is_gone_says_so_and_offers_another_upload(
    as_user, lea, upload, state
):
    run = upload("customers", "id,seats\nC-1,12\n", user=lea)
    ImportRun.objects.filter(pk=run.pk).update(state=state)
    run.path.unlink()
    client = as_user(lea)

    shown = client.get(run.get_absolute_url()).content.decode()
    review = client.get(page("import_review", run), follow=True).content.decode()

    assert reverse("customers:import_upload") in shown
    assert page("import_review", run) not in shown
    assert "no longer there" in shown
    assert "no longer there" in review


@pytest.mark.parametrize("how_many", [3, 20])
def test_the_list_asks_the_same_number_of_questions(
    as_user, lea, how_many, django_assert_num_queries
):
    ImportRun.objects.bulk_create(
        ImportRun(noun="customers", file_name=f"{n}.csv", uploaded_by=lea) for n in range(how_many)
    )
    client = as_user(lea)

    with django_assert_num_queries(4):
        client.get(reverse("customers:import_list"))


def test_empty_cells_leave_values_alone_and_the_word_clears_them(load):
    CustomerFactory(external_id="C-1", industry="Food", segment="Basic")

    load("customers", "id,industry,segment\nC-1,,NULL\n")

    bakery = Customer.objects.get()
    assert (bakery.industry, bakery.segment) == ("Food", "")


def test_the_command_imports_and_can_only_look(db, tmp_path, capsys):
    path = tmp_path / "telco.csv"
    path.write_text("who,tenure\nC-1,3\n")
    options = {"noun": "customers", "map": ["external_id=who"], "as_of": None}

    call_command("import_file", path, dry_run=True, **options)
    assert not Customer.objects.exists()
    call_command("import_file", path, **options)

    assert Customer.objects.get().external_id == "C-1"
    assert "Done: 1 new" in capsys.readouterr().out


def test_the_command_says_which_columns_there_are(db, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("who\nC-1\n")

    with pytest.raises(CommandError, match="The columns are who"):
        call_command("import_file", path, noun="customers", map=["external_id=whom"])
