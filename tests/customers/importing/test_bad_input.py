"""The catalogue of bad files: each is read right, or refused in words, and never a 5xx."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from customers.importing.reasons import FileRefused
from customers.importing.rejects import rejects_csv
from customers.models import Contact, Customer, ImportRun
from tests.customers.importing.conftest import save
from tests.factories import CustomerFactory

JAPANESE = "顧客ID,顧客名,フリガナ,契約開始日\n0012,さくら商事,サクラショウジ,2026/4/1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le"])
def test_im1_a_japanese_file_is_read_in_every_usual_encoding(load, encoding):
    load("customers", JAPANESE.encode(encoding))

    sakura = Customer.objects.get(external_id="0012")
    assert (sakura.name, sakura.started_on) == ("さくら商事", date(2026, 4, 1))


def test_im1_western_letters_are_not_taken_for_japanese(load):
    load("customers", "id,name\n1,Café Müller\n".encode("latin-1"))

    assert Customer.objects.get().name == "Café Müller"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_im2_separators_are_found_out(load, separator):
    load("customers", f"id{separator}name\nC-1{separator}Bakery\n")

    assert Customer.objects.get().name == "Bakery"


def test_im2_a_file_of_one_column_is_enough(load):
    load("customers", "customer id\nC-1\n")

    assert Customer.objects.get().name == "C-1"


def test_im3_an_unclosed_quotation_mark_is_reported_with_its_line(upload):
    with pytest.raises(FileRefused, match="line 3"):
        upload("customers", 'id,name\nC-1,Bakery\nC-2,"Mill\nC-3,Shop\n')


def test_im4_and_im5_a_bad_row_is_refused_and_the_others_go_on(load):
    run = load("customers", f"id,name\nC-1,{'x' * 131_073}\nC-2,a\x00b\nC-3,Shop\n")

    assert run.counts == {"rejected": 2, "new": 1}
    codes = [row.problems[0]["code"] for row in run.rows.filter(verdict="rejected")]
    assert codes == ["cell_too_long", "nul"]


@pytest.mark.parametrize(
    "header", ["ID,Name,name", "iD , NAME,,", "id,name,unknown", "name,id,more,and more"]
)
def test_im6_odd_headers_are_understood(load, header):
    at = [name.strip().lower() for name in header.split(",")]
    row = ["C-1" if name == "id" else "Bakery" if name == "name" else "" for name in at]

    load("customers", f"{header}\n{','.join(row)}\n")

    assert Customer.objects.get().name == "Bakery"


def test_im6_a_missing_column_is_asked_for(as_user, lea, upload):
    run = upload("customers", "name\nBakery\n", user=lea)
    form = {**run.options, "delimiter": ",", "encoding": "utf-8-sig"}

    answer = as_user(lea).post(reverse("customers:import_review", args=[run.pk]), form)

    assert answer.status_code == 422
    assert "External id" in answer.content.decode()


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "@cmd", "-2+3"])
def test_im7_formulas_are_stored_as_text_and_guarded_in_the_error_file(load, check, cell):
    load("customers", f"id,name\nC-1,{cell}\n")
    refused = check("customers", f"id,name,country\nC-2,{cell},nowhere\n")

    assert Customer.objects.get().name == cell
    assert f"C-2,'{cell},nowhere" in "".join(rejects_csv(refused))


@pytest.mark.parametrize("cell", ["+81-3-1234-5678", "-5"])
def test_im8_phones_and_minus_survive_the_way_through_the_error_file(load, check, cell):
    refused = check("customers", f"id,name,country\nC-1,{cell},nowhere\n")
    corrected = "".join(rejects_csv(refused)).replace("nowhere", "JP")

    load("customers", corrected)

    assert Customer.objects.get().name == cell


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("31/12/2026", date(2026, 12, 31)), ("31-12-2026", date(2026, 12, 31)),
        ("2026/1/2", date(2026, 1, 2)), ("2026年1月2日", date(2026, 1, 2)),
        ("45000", date(2023, 3, 15)), ("令和8年4月1日", date(2026, 4, 1)),
        ("R8.4.1", date(2026, 4, 1)), ("平成31年4月30日", date(2019, 4, 30)),
        ("20260102", date(2026, 1, 2)),
    ],
)  # fmt: skip
def test_im9_days_are_read_as_people_write_them(load, cell, day):
    load("customers", f"id,start date\nC-1,{cell}\n")

    assert Customer.objects.get().started_on == day


@pytest.mark.parametrize("cell", ["1/2/03", "30/02/2026", "soon", "99999999"])
def test_im9_what_is_no_day_is_refused(check, cell):
    run = check("customers", f"id,start date\nC-1,{cell}\n")

    assert run.rows.get().problems[0]["code"] in {"not_a_day", "day_out_of_range"}


def test_im9_american_dates_are_found_out_by_a_thirteenth(load):
    run = load("customers", "id,start date\nC-1,02/03/2026\nC-2,02/13/2026\n")

    assert run.options["date_order"] == "mdy"
    assert Customer.objects.get(external_id="C-1").started_on == date(2026, 2, 3)


def test_im10_ids_stay_text_and_shortened_ones_are_refused(load):
    run = load("customers", "id\n0042\n1234567890123456\n1.0E+5\n")

    assert run.counts == {"new": 2, "rejected": 1}
    assert set(Customer.objects.values_list("external_id", flat=True)) == {
        "0042", "1234567890123456"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "empty", id="IM17 no bytes"),
        pytest.param(b"id,name\n", "no_rows", id="IM17 only a header"),
    ],
)
def test_im17_empty_files_are_refused(upload, content, code):
    with pytest.raises(FileRefused) as refusal:
        upload("customers", content)

    assert refusal.value.code == code
    assert not ImportRun.objects.exists()


def test_im13_a_file_that_changed_after_the_preview_is_not_saved(check):
    run = check("customers", "id\nC-1\n")
    run.path.write_text("id\nC-666\n")

    save(run)

    assert (run.state, run.failure["code"]) == ("failed", "changed")
    assert not Customer.objects.exists()


def test_im13_another_mapping_than_the_previewed_one_is_not_saved(check):
    run = check("customers", "id,name\nC-1,Bakery\n")
    token = run.preview_token()
    run.mapping["fields"]["name"] = 0

    assert not run.start_saving(token)


def test_im14_the_same_file_twice_changes_nothing(load, check):
    content = "id,name,industry,started on\nC-1,Bakery,Food,2026-01-01\n"
    load("customers", content)

    again = check("customers", content)

    assert again.counts == {"unchanged": 1}
    assert not again.start_saving(again.preview_token())


def test_im15_a_file_of_bad_rows_stores_nothing_and_offers_them_back(as_user, lea, check):
    run = check("customers", "id,country\nC-1,=nowhere\n,JP\n", user=lea)
    client = as_user(lea)

    page = client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("customers:import_save", args=[run.pk]), {"preview": run.preview_token()})
    file = client.get(reverse("customers:import_rejects", args=[run.pk])).getvalue().decode()

    assert "There is nothing to save" in page
    assert not Customer.objects.exists()
    assert "C-1,'=nowhere" in file


def test_im16_rows_of_customers_the_importer_may_not_see_are_refused(load, ana, ben):
    CustomerFactory(external_id="C-1", csm=ben, name="Ben's")
    CustomerFactory(external_id="C-2", csm=ana)

    customers = load("customers", "id,name\nC-1,Stolen\nC-2,Mine\nC-3,New\n", user=ana)
    contacts = load("contacts", "email,customer id\na@x.jp,C-1\nb@x.jp,C-2\n", user=ana)

    assert customers.counts == {"rejected": 1, "changed": 1, "new": 1}
    assert Customer.objects.get(external_id="C-1").name == "Ben's"
    assert Customer.objects.get(external_id="C-3").csm == ana
    assert contacts.counts == {"rejected": 1, "new": 1}
    assert Contact.objects.get().email == "b@x.jp"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\"b'.csv", "x" * 300 + ".csv", "a\u202ecsv"]
)
def test_im17_names_are_only_shown_never_used(as_user, lea, name, settings):
    file = SimpleUploadedFile("file.csv", b"id\nC-1\n")
    file.name = name

    answer = as_user(lea).post(
        reverse("customers:import_upload"), {"noun": "customers", "file": file}
    )

    assert answer.status_code == 302
    run = ImportRun.objects.get()
    assert "/" not in run.file_name
    assert "\u202e" not in run.file_name
    assert run.path.parent == settings.MEDIA_ROOT / "imports"


def test_im17_a_file_over_the_limit_is_refused_in_words(as_user, lea, settings):
    settings.IMPORT_MAX_BYTES = 1_000_000
    file = SimpleUploadedFile("big.csv", b"id\n" + b"C-1\n" * 300_000)

    answer = as_user(lea).post(
        reverse("customers:import_upload"), {"noun": "customers", "file": file}
    )

    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.content.decode()
    assert not list(settings.MEDIA_ROOT.glob("imports/*"))
