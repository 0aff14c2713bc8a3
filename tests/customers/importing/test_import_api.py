"""/imports: files that programs send, saved without anybody's look and taken back if asked."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from customers.importing.working import work_on
from customers.jobs import resume_imports
from customers.models import Customer, ImportRun
from tests.api.programs import send
from tests.customers.importing.workbooks import excel
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/imports"
TWO = b"id,name\nC-1,Bakery\nC-2,Mill\n"


@pytest.fixture
def post(api_of, lea, django_capture_on_commit_callbacks):
    """Send a file as Lea's program; workers are done when the answer is there."""
    client = api_of(lea)

    def send_file(body, query="noun=customers", kind="text/csv", by=client, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with django_capture_on_commit_callbacks(execute=True):
            return by.post(f"{URL}?{query}", data=body, content_type=kind, headers=named)

    send_file.client = client
    return send_file


def state_of(post, answer):
    return post.client.get(answer["Location"]).json()


def test_a_file_is_checked_and_saved_without_anybodys_look(post):
    CustomerFactory(external_id="C-2", name="Mill")
    CustomerFactory(external_id="C-3", name="Old")

    answer = post(TWO + b"C-3,New\n,Nobody\n")

    assert (answer.status_code, answer.json()["state"]) == (202, "checking")
    done = state_of(post, answer)
    assert (done["state"], done["percent_done"], done["columns"]["name"]) == ("done", 100, "name")
    assert done["counts"] == {
        "new": 1, "changed": 1, "unchanged": 1, "rejected": 1, "undone": 0, "kept": 0,
    }  # fmt: skip
    names = dict(Customer.objects.values_list("external_id", "name"))
    assert names == {"C-1": "Bakery", "C-2": "Mill", "C-3": "New"}


def test_a_worker_that_dies_between_check_and_saving_loses_nothing(api_of, lea):
    """The check hands over in one transaction: there is no moment at which nobody is to save."""
    api_of(lea).post(f"{URL}?noun=customers", data=TWO, content_type="text/csv")
    run = ImportRun.objects.get()

    assert work_on(run.pk) is False
    run.refresh_from_db()
    assert (run.state, run.lease_until) == ("saving", None)
    resume_imports()

    assert Customer.objects.count() == 2


def test_a_dry_run_waits_until_the_program_says_save(post, django_capture_on_commit_callbacks):
    answer = post(TWO, "noun=customers&dry_run=true")
    assert state_of(post, answer)["state"] == "checked"
    assert not Customer.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        saving = send(post.client, "post", f"{answer['Location']}/save")
    again = send(post.client, "post", f"{answer['Location']}/save")

    assert (saving.status_code, again.status_code) == (200, 409)
    assert Customer.objects.count() == 2


def test_what_was_saved_is_taken_back(post, django_capture_on_commit_callbacks):
    answer = post(TWO)

    with django_capture_on_commit_callbacks(execute=True):
        undoing = send(post.client, "post", f"{answer['Location']}/undo")

    undone = state_of(post, answer)
    assert undoing.json()["state"] == "undoing"
    assert (undone["state"], undone["counts"]["undone"]) == ("undone", 2)
    assert not Customer.objects.exists()


def test_nothing_new_is_done_and_not_left_waiting(post):
    post(TWO)

    done = state_of(post, post(TWO))

    assert (done["state"], done["counts"]["unchanged"]) == ("done", 2)


def test_rejected_rows_come_as_a_file_that_can_be_sent_again(post):
    answer = post(b"id,name,started on\nC-1,Bakery,2026-31-31\n")

    file = post.client.get(f"{answer['Location']}/rejects")

    assert file["Content-Type"] == "text/csv; charset=utf-8"
    text = file.getvalue().decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["id"], row["started on"]) == ("C-1", "2026-31-31")
    post(text.replace("2026-31-31", "2026-12-31").encode())
    assert Customer.objects.get().started_on.isoformat() == "2026-12-31"


def test_columns_options_and_attributes_are_said_in_the_address(post):
    file = "Kunde;Firma;seit;Plätze\nC-1;Bäckerei;03-04-2026;12,5\n".encode("cp1252")
    asked = (
        "noun=customers&map=external_id%3DKunde&map=name%3DFirma&map=started_on%3Dseit"
        "&attribute=Pl%C3%A4tze&encoding=cp1252&delimiter=%3B&date_order=mdy&decimal_mark=%2C"
    )

    done = state_of(post, post(file, asked, "application/octet-stream"))

    saved = Customer.objects.get()
    assert (saved.name, str(saved.started_on)) == ("Bäckerei", "2026-03-04")
    assert list(saved.attributes.values()) == [12.5]
    assert done["columns"]["external_id"] == "Kunde"


def test_lines_of_json_set_clear_and_leave_alone(post):
    CustomerFactory(external_id="C-1", name="Bakery", segment="SMB", industry="Food")
    lines = b'{"external_id": "C-1", "segment": null}\n\n{"name": "\xe3\x81\x95", "id": 7}\n'
    lines += b'{"external_id": "C-2", "name": "a,\\"b\\""}\n'

    done = state_of(post, post(lines, kind="application/x-ndjson"))

    assert (done["counts"]["new"], done["counts"]["changed"]) == (1, 1)
    assert list(Customer.objects.order_by("pk").values_list("name", "segment", "industry")) == [
        ("Bakery", "", "Food"), ('a,"b"', "", ""),
    ]  # fmt: skip


def test_the_same_request_twice_is_one_import(post):
    first = post(TWO, idempotency_key="k1")

    again = post(TWO, idempotency_key="k1")
    other = post(TWO + b"C-9,More\n", idempotency_key="k1")

    assert (again["Location"], again["Idempotent-Replayed"]) == (first["Location"], "true")
    assert other.status_code == 422
    assert ImportRun.objects.count() == 1


def test_an_excel_file_is_known_by_its_bytes(post):
    book = excel(["id", "name"], ["C-1", "Bakery"])

    state_of(post, post(book, kind="application/octet-stream"))

    assert Customer.objects.get().name == "Bakery"


BAD = [
    (b"", "noun=customers", 400, "empty"),
    (b"id,name\n", "noun=customers", 400, "no_rows"),
    (b"PK\x03\x04nothing", "noun=customers", 400, "excel_broken"),
    (b"\xff\xfe\x00", "noun=customers&encoding=utf-16", 400, None),
    (b"who\nC-1\n", "noun=customers", 400, "column_missing"),
    (TWO, "noun=customers&map=nothing%3Did", 400, "no_such_field"),
    (TWO, "noun=customers&map=kana%3Dnobody", 400, "no_such_column"),
    (TWO, "noun=contacts&map=customer%3Did&attribute=id", 400, "no_attributes"),
    (b"id,name,started on\n1,A,03-04-2026\n", "noun=customers", 400, "dates_unclear"),
    (TWO, "", 400, "validation_error"),
    (TWO, "noun=nobody", 400, "validation_error"),
    (TWO, "noun=customers&colour=red", 400, "validation_error"),
    (TWO, "noun=customers&dry_run=maybe&as_of=yesterday&currency=ZZZ", 400, "validation_error"),
]


@pytest.mark.parametrize(("body", "query", "status", "code"), BAD)
def test_what_cannot_be_read_is_a_problem_and_leaves_nothing(
    body, query, status, code, post, settings
):
    answer = post(body, query)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert code in (None, answer.json()["code"])
    assert not ImportRun.objects.exists()
    assert not list(settings.MEDIA_ROOT.glob("imports/*"))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (b'{"id": "C-1"}\n{"id": \n', "json_broken"),
        (b'["C-1"]\n', "json_broken"),
        (b'{"id": "\\ud800"}\n', "json_broken"),
        (b'{"id": {"of": "C-1"}}\n', "json_nested"),
        (b"{" + b",".join(b'"c%d": 1' % n for n in range(501)) + b"}", "too_many_columns"),
        (b'{"id": "' + b"x" * 1_000_001 + b'"}', "line_too_long"),
        (b"\n \n", "empty"),
    ],
)
def test_broken_lines_are_named(lines, code, post):
    answer = post(lines, kind="application/x-ndjson")

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_body_beyond_the_limit_or_of_another_kind_is_refused(post, settings):
    settings.IMPORT_MAX_BYTES = 20

    assert post(TWO).status_code == 413
    assert post(b"{}", kind="application/json").status_code == 415
    assert not ImportRun.objects.exists()


def test_the_owner_of_the_key_reads_problems_in_her_language(post, lea):
    lea.language = "ja"
    lea.save()

    with translation.override("en"):
        answer = post(b"")

    assert answer.json()["detail"] == "ファイルが空です。"


def test_a_key_needs_the_scope_of_what_the_file_holds(post, api_of, lea):
    """Rejected rows of a file of costs are costs."""
    rates = b"role,effective on,hourly\nnobody,2026-06-01,1\n"
    costs = post(rates, "noun=role_rates")
    narrow = api_of(lea, ["customers:read", "customers:write"])

    refused = post(rates, "noun=role_rates", by=narrow)

    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert "costs:write" in refused.json()["detail"]
    assert narrow.get(f"{costs['Location']}/rejects").status_code == 403
    assert narrow.get(URL).json()["results"] == []
    assert api_of(lea, ["costs:read"]).get(f"{costs['Location']}/rejects").status_code == 200


def test_a_list_of_many_imports_costs_no_more_queries(post, django_assert_num_queries, upload, lea):
    upload("customers", TWO, user=lea)
    post.client.get(URL)  # the use of the key is noted once
    with CaptureQueriesContext(connection) as few:
        post.client.get(f"{URL}?expand=uploaded_by")
    for _n in range(9):
        upload("customers", TWO, user=lea)

    with django_assert_num_queries(len(few)):
        rows = post.client.get(f"{URL}?expand=uploaded_by").json()["results"]

    assert len(rows) == 10
