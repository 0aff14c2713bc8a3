"""Making one report: claimed by one worker, written beside, and shown only when it is whole."""

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.db.models import F
from django.utils import timezone, translation

from lib import days
from metrics.models import Report
from metrics.models.report import Format
from metrics.reports.content import Content
from metrics.reports.excel import write_excel
from metrics.reports.ordering import FOLDER, folder, note_recipients
from metrics.reports.pdf import write_pdf
from metrics.reports.subjects import content_of
from metrics.reports.word import write_word

HELD_FOR = timedelta(minutes=5)
MOST_TRIES = 3
WRITERS: dict[str, Callable[[Content], bytes]] = {
    Format.EXCEL: write_excel, Format.PDF: write_pdf, Format.WORD: write_word
}  # fmt: skip
logger = logging.getLogger(__name__)


def make_report(report_id: int) -> bool:
    """Whether it is ready now. A second call finds it claimed or done and does nothing."""
    report = claim(report_id)
    if report is None:
        return False
    try:
        with translation.override(report.language):
            content = content_of(report, today=days.today())
            note_progress(report, 40)
            written = WRITERS[report.format](content)
    except Exception:  # whatever the data hold, the person must learn that it failed
        logger.exception("a report failed: %s %s", report.subject, report.format)
        give_back(report)
        return False
    return hand_over(report, written)


def claim(report_id: int) -> Report | None:
    """Hold a waiting report; the token tells whether somebody took it over meanwhile."""
    now = timezone.now()
    won = Report.objects.waiting().filter(pk=report_id).update(
        claimed_until=now + HELD_FOR, token=F("token") + 1, tries=F("tries") + 1, progress=5
    )  # fmt: skip
    if not won:
        return None
    return Report.objects.select_related("owner", "schedule").get(pk=report_id)


def note_progress(report: Report, percent: int) -> None:
    Report.objects.filter(pk=report.pk, token=report.token).update(progress=percent)


def give_back(report: Report) -> None:
    """To be tried again in a while, or given up."""
    is_last = report.tries >= MOST_TRIES
    state = Report.State.FAILED if is_last else Report.State.WAITING
    Report.objects.filter(pk=report.pk, token=report.token).update(
        state=state, claimed_until=None if is_last else timezone.now() + timedelta(seconds=30)
    )


def hand_over(report: Report, written: bytes) -> bool:
    """The file first, then the row that names it; who was overtaken takes the file away."""
    name = uuid.uuid4().hex
    path = folder() / name
    path.write_bytes(written)
    won = Report.objects.filter(
        pk=report.pk, token=report.token, state=Report.State.WAITING
    ).update(
        state=Report.State.DONE, progress=100, stored_as=f"{FOLDER}/{name}",
        ready_at=timezone.now(), claimed_until=None,
    )  # fmt: skip
    if not won:
        path.unlink(missing_ok=True)
        return False
    note_recipients(report)
    return True
