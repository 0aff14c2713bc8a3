"""Reports as Excel, PDF and Word: what they hold, who gets them, and that each is made once."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from python_calamine import CalamineWorkbook

from customers.models import CostLine
from metrics import jobs
from metrics.charts import amount_shown
from metrics.models import CompanyDay, Report, ReportNotice, ReportSchedule, RevenueMovement
from metrics.question import question_of
from metrics.reports import making, ordering
from metrics.reports.content import Content, Table
from metrics.reports.excel import shortened, write_excel
from metrics.reports.ordering import order_report
from metrics.reports.word import add_table, dress
from metrics.retention_charts import percent
from metrics.revenue.ledger import rebuild_movements
from tests.factories import (
    DAY,
    NOON,
    ContactFactory,
    CustomerFactory,
    SnapshotFactory,
    SubscriptionVersionFactory,
)

LIST = reverse("metrics:report_list")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company(ana):
    """A month with something in it, and a customer whose name looks like a formula."""
    customer = CustomerFactory(name="=1+1 株式会社髙橋𠮷", csm=ana)
    SnapshotFactory(customer=customer, mrr=100, annual_value=1200, health_score=71)
    ContactFactory(customer=customer, name="Kana")
    RevenueMovement.objects.create(customer=customer, day=DAY - timedelta(days=60), kind="new",
                                   amount=1200, balance=1200, plan="Pro")  # fmt: skip
    for back in range(1, 20):
        CompanyDay.objects.create(day=DAY - timedelta(days=back), customers=1, mrr=100, green=1)
    CostLine.objects.create(kind="tools", label="CRM", starts_on=date(2026, 6, 1), amount=3000,
                            until=date(2026, 7, 1), currency="JPY", retention_share=1)  # fmt: skip
    return customer


def made(user, subject, file_format, language="en", **asked) -> Report:
    user.language = language
    report = order_report(user, subject, file_format, {"period": "2026-06"} | asked)
    assert making.make_report(report.pk)
    report.refresh_from_db()
    return report


def file_of(report: Report) -> bytes:
    return (django_settings.MEDIA_ROOT / report.stored_as).read_bytes()


def cells(book: CalamineWorkbook, sheet: str) -> list[list]:
    return book.get_sheet_by_name(sheet).to_python()


def test_excel_has_typed_cells_pictures_and_says_what_it_rests_on(lea, company):
    written = file_of(made(lea, "board", "xlsx"))

    book = CalamineWorkbook.from_filelike(io.BytesIO(written))
    figures = {row[0]: row for row in cells(book, "Figures")}
    assert figures["MRR"][1] == 100.0
    assert figures["MRR"][12:14] == [1.0, date(2026, 6, 14)]
    assert "NRR · 12 months" in figures
    steps = next(name for name in book.sheet_names if name.startswith("MRR did not change"))
    assert ["Before", 100.0, ""] in cells(book, steps)
    about = {row[0]: row[1] for row in cells(book, "About this report") if row[0]}
    assert about["As of the end of"] == date(2026, 6, 14)
    assert about["Definition of MRR"] == "REV-1, version 1"
    assert about["Gross margin (0 to 1)"] == 0.8
    assert about["Lost when past due for more than (days)"] == 30
    assert about["Paused contracts go on counting"] == "No"
    names = zipfile.ZipFile(io.BytesIO(written)).namelist()
    assert sum(name.startswith("xl/media/") for name in names) >= 3


def test_the_rows_of_a_figure_never_become_formulas(lea, company):
    written = file_of(made(lea, "figure", "xlsx", metric="mrr"))

    rows = cells(CalamineWorkbook.from_filelike(io.BytesIO(written)), "The rows behind it")
    assert rows[1][:3] == ["=1+1 株式会社髙橋𠮷", "Pro", 100.0]


def test_pictures_and_tables_know_what_the_figures_knew_then(lea):
    SubscriptionVersionFactory(effective_on=date(2026, 1, 1), price=100, quantity=1,
                               recorded_at=NOON - timedelta(days=5))  # fmt: skip
    rebuild_movements(through=DAY)
    read = {}

    for known in ("2026-06-01", "2026-06-14"):
        written = file_of(made(lea, "revenue", "xlsx", known=known))
        book = CalamineWorkbook.from_filelike(io.BytesIO(written))
        steps = next(name for name in book.sheet_names if name.startswith("MRR did not change"))
        before = next(row[1] for row in cells(book, steps) if row[0] == "Before")
        groups = len(cells(book, "MRR by segment")) - 1
        read[known] = (cells(book, "Figures")[1][1], before, groups)

    assert read == {"2026-06-01": (0, 0, 0), "2026-06-14": (1, 100, 1)}


@pytest.mark.parametrize("subject", ["board", "overview", "revenue", "retention", "churn", "value",
                                     "loyalty", "engagement"])  # fmt: skip
def test_every_page_is_made_as_pdf_in_japanese(lea, company, subject):
    written = file_of(made(lea, subject, "pdf", language="ja"))

    assert written.startswith(b"%PDF-")
    # Tagged, with its fonts inside.
    assert b"/MarkInfo" in written or b"/StructTreeRoot" in written
    assert b"NotoSansCJKjp" in written or b"/FontFile3" in written


def test_a_briefing_in_word_has_pictures_tables_and_japanese(ana, company):
    document = Document(io.BytesIO(file_of(made(ana, "customer", "docx", customer=company.pk))))

    texts = [p.text for p in document.paragraphs]
    assert "=1+1 株式会社髙橋𠮷" in texts
    told = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "Kana" in told
    assert document.inline_shapes[0]._inline.docPr.get("descr")


def test_a_figure_in_word_leads_to_its_rows_as_of_its_day(lea, company):
    document = Document(io.BytesIO(file_of(made(lea, "figure", "docx", metric="mrr"))))

    links = [rel.target_ref for rel in document.part.rels.values() if rel.is_external]
    assert links == [f"{django_settings.PUBLIC_URL}/figures/mrr/?period=2026-06&day=2026-06-14"]
    assert any("Definition: REV-1, version 1" in p.text for p in document.paragraphs)


def test_in_word_columns_of_figures_stand_right_under_their_heads():
    document = Document()
    dress(document)

    add_table(document, ["Plan", "MRR", "Note"],
              [["3M", "−¥1,200", "2 moved"], ["7", "n/a", "small"], ["Pro", "+3.4%", "new"]],
    )  # fmt: skip

    for row in document.tables[0].rows:
        places = [cell.paragraphs[0].alignment for cell in row.cells]
        assert places == [None, WD_ALIGN_PARAGRAPH.RIGHT, None]


def test_a_person_asks_waits_and_fetches(as_user, lea, company, django_capture_on_commit_callbacks):
    client = as_user(lea)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("metrics:report_new"),
                    {"subject": "overview", "format": "pdf", "period": "2026-06"})  # fmt: skip

    report = Report.objects.get()
    assert report.state == "done"
    assert "Fetch" in client.get(LIST).content.decode()
    answer = client.get(reverse("metrics:report_download", args=[report.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert "enishi-overview-2026-06.pdf" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"subject": "figure"}, "Choose the figure"), ({"subject": "x"}, "Select a valid choice"),
     ({"subject": "customer", "customer": "999"}, "Choose one of your customers"),
     ({"period": "2026-13"}, "Write a month such as")],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_in_words(as_user, lea, asked, words):
    order = {"subject": "overview", "format": "pdf"} | asked

    said = as_user(lea).post(reverse("metrics:report_new"), order, follow=True)

    assert words in said.content.decode()
    assert not Report.objects.exists()


def test_after_a_day_the_file_is_gone(as_user, lea, company):
    report = made(lea, "overview", "pdf")
    path = django_settings.MEDIA_ROOT / report.stored_as
    with time_machine.travel(NOON + timedelta(hours=25), tick=False):
        answer = as_user(lea).get(reverse("metrics:report_download", args=[report.pk]))
        assert answer.status_code == 302
        ordering.forget_old_reports()

    assert not Report.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=3000), tick=False):
        ordering.forget_old_reports()
    assert not path.exists()


def test_who_lost_the_customer_does_not_get_its_briefing(as_user, ana, ben, company):
    report = made(ana, "customer", "pdf", customer=company.pk)
    company.csm = ben
    company.save()

    assert as_user(ana).get(
        reverse("metrics:report_download", args=[report.pk])
    ).status_code == 404  # fmt: skip


def test_two_workers_make_one_report(lea, company):
    report = order_report(lea, "overview", "pdf", {})
    first = making.claim(report.pk)

    assert making.claim(report.pk) is None
    # The first one is thought dead; the second takes over, and the late one's file is dropped.
    Report.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    second = making.claim(report.pk)
    assert making.hand_over(second, b"second")
    assert not making.hand_over(first, b"first")
    assert file_of(Report.objects.get()) == b"second"
    assert len(list((django_settings.MEDIA_ROOT / "reports").iterdir())) == 1


def test_a_report_that_cannot_be_made_is_tried_three_times_and_says_so(as_user, lea):
    report = order_report(lea, "figure", "pdf", {"metric": "nonsense"})
    for _try in range(3):
        Report.objects.update(claimed_until=None)
        assert not making.make_report(report.pk)

    assert Report.objects.get().state == "failed"
    assert "could not be made" in as_user(lea).get(LIST).content.decode()


def test_a_schedule_orders_once_and_each_recipient_is_told_once(lea, ana, company):
    schedule = ReportSchedule.objects.create(subject="overview", format="pdf", rhythm="monthly",
                                             owner=lea, next_on=DAY)  # fmt: skip
    schedule.recipients.set([lea, ana])

    for _ring in range(2):
        jobs.make_waiting_reports()
    ordering.mail_due_notices()

    report = Report.objects.get()
    assert report.asked["period"] == "2026-05"
    schedule.refresh_from_db()
    assert schedule.next_on == date(2026, 7, 1)
    assert sorted(to for message in mail.outbox for to in message.to) == [ana.email, lea.email]
    assert ReportNotice.objects.filter(sent_at__isnull=False).count() == 2
    assert f"/reports/{report.pk}/file/" in mail.outbox[0].body


def test_what_the_mail_server_refuses_is_sent_later(lea, company, settings):
    schedule = ReportSchedule.objects.create(subject="overview", format="pdf", rhythm="weekly",
                                             owner=lea, next_on=DAY)  # fmt: skip
    schedule.recipients.set([lea])
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    jobs.make_waiting_reports()
    assert ReportNotice.objects.filter(sent_at__isnull=True).count() == 1

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    ordering.mail_due_notices()

    assert Report.objects.get().asked["period"] == "2026-06-08..2026-06-14"
    assert len(mail.outbox) == 1


def test_a_lead_sets_a_schedule_up_and_stops_it(as_user, lea, ana):
    client = as_user(lea)
    wanted = {"subject": "board", "format": "docx", "rhythm": "weekly", "recipients": [ana.pk]}

    client.post(reverse("metrics:schedule_new"), wanted)
    refused = client.post(reverse("metrics:schedule_new"), wanted | {"recipients": []}, follow=True)

    schedule = ReportSchedule.objects.get()
    assert schedule.next_on == date(2026, 6, 22)
    assert "This field is required" in refused.content.decode()
    client.post(reverse("metrics:schedule_stop", args=[schedule.pk]))
    assert not ReportSchedule.objects.exists()


def test_a_long_table_is_streamed(lea):
    lines = ((f"Customer {n}", date(2026, 6, 1), Decimal(n) / 3, n) for n in range(3000))
    table = Table("Rows", ["A", "B", "C", "D"], lines)
    content = Content("Long", "", question_of({}, DAY), tables=[table])

    rows = cells(CalamineWorkbook.from_filelike(io.BytesIO(write_excel(content))), "Rows")

    assert len(rows) == 3001
    assert rows[3000] == ["Customer 2999", date(2026, 6, 1), pytest.approx(2999 / 3), 2999]


def test_a_spreadsheet_gets_what_a_page_rounds(lea):
    shown = [percent(Decimal("0.123456")), amount_shown(Decimal("-1234.5678"), "JPY"), "0-25%"]
    table = Table("Rows", ["A", "B", "C"], [shown])
    content = Content("Exact", "", question_of({}, DAY), tables=[table])

    rows = cells(CalamineWorkbook.from_filelike(io.BytesIO(write_excel(content))), "Rows")

    assert [f"{cell}" for cell in shown] == ["12.3%", "−¥1,235", "0-25%"]
    assert rows[1] == [0.123456, -1234.5678, "0-25%"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("MRR grew in 11 of the last 12 months", "MRR grew in 11 of the last"),
     ("MRR fell by ¥10,783: ¥2,400 won", "MRR fell by ¥10,783"),
     ("2026年10月の解約率は 1.8%、24 か月の平均は月 0.4%", "2026年10月の解約率は 1.8%"),
     ("長" * 40, "長" * 28), ("Rows", "Rows")],
)  # fmt: skip
def test_names_of_sheets_end_with_a_word(title, name):
    assert shortened(title, 28) == name
