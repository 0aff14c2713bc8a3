"""Asking for reports, by hand or by a schedule; telling who waits; forgetting after a day.

A schedule orders once for each day it is due: the day is moved on in the same transaction. A
notice is a row for each recipient, and is mailed while the row is locked.
"""

import logging
from datetime import date, timedelta
from pathlib import Path
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from lib.days import add_months, month_start
from lib.periods import month_of, span
from metrics.models import Report, ReportNotice, ReportSchedule
from metrics.models.report import KEPT_FOR

FOLDER = "reports"
logger = logging.getLogger(__name__)


def order_report(
    owner: User, subject: str, file_format: str, asked: dict[str, Any],
    schedule: ReportSchedule | None = None,
) -> Report:  # fmt: skip
    return Report.objects.create(
        owner=owner, subject=subject, format=file_format, asked=asked, language=owner.language,
        schedule=schedule,
    )  # fmt: skip


def following(schedule: ReportSchedule, day: date) -> date:
    """The next day it is due after a day: a Monday, or the first of a month."""
    if schedule.rhythm == ReportSchedule.Rhythm.WEEKLY:
        return day + timedelta(days=7 - day.weekday())
    return add_months(month_start(day), 1)


def period_due(schedule: ReportSchedule, day: date) -> str:
    """What it is about on a day: the last whole week, or the last whole month."""
    if schedule.rhythm == ReportSchedule.Rhythm.WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return span(monday - timedelta(days=7), monday).code
    return month_of(month_start(day) - timedelta(days=1)).code


def order_due(today: date) -> int:
    """Order the reports of schedules that are due; each once, whoever rings how often."""
    ordered = 0
    with transaction.atomic():
        due = ReportSchedule.objects.filter(next_on__lte=today, owner__is_active=True)
        for schedule in due.select_for_update(skip_locked=True, of=("self",)):
            asked = schedule.asked | {"period": period_due(schedule, today)}
            order_report(schedule.owner, schedule.subject, schedule.format, asked, schedule)
            ReportSchedule.objects.filter(pk=schedule.pk).update(next_on=following(schedule, today))
            ordered += 1
    return ordered


def note_recipients(report: Report) -> None:
    """A notice for everybody a schedule sends to; nobody twice."""
    if report.schedule is None:
        return
    ReportNotice.objects.bulk_create(
        (ReportNotice(report=report, recipient=person)
         for person in report.schedule.recipients.filter(is_active=True)),
        ignore_conflicts=True,
    )  # fmt: skip


def mail_due_notices() -> int:
    """Mail what is not mailed yet. What the mail server refuses stays due while there is a file."""
    sent = 0
    fresh = timezone.now() - KEPT_FOR
    waiting = ReportNotice.objects.filter(sent_at__isnull=True, report__ready_at__gt=fresh)
    for key in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            locked = waiting.select_for_update(skip_locked=True, of=("self",)).filter(pk=key)
            notice = locked.select_related("report", "recipient").first()
            if notice is None or not tell(notice):
                continue
            ReportNotice.objects.filter(pk=key).update(sent_at=timezone.now())
            sent += 1
    return sent


def tell(notice: ReportNotice) -> bool:
    person, report = notice.recipient, notice.report
    path = reverse("metrics:report_download", args=[report.pk])
    facts = {"person": person, "report": report, "link": f"{settings.PUBLIC_URL}{path}"}
    with translation.override(person.language):
        subject = render_to_string("emails/report_ready_subject.txt", facts).strip()
        text = render_to_string("emails/report_ready.txt", facts)
    try:
        send_mail(subject, text, None, [person.email])
    except (SMTPException, OSError) as refused:
        logger.warning("a notice was not sent: %s", type(refused).__name__)
        return False
    return True


def forget_old_reports() -> int:
    """Files and rows older than a day go; what is on the disk without a row goes as well."""
    old = Report.objects.filter(created_at__lt=timezone.now() - 2 * KEPT_FOR) | (
        Report.objects.filter(ready_at__lt=timezone.now() - KEPT_FOR)
    )
    forgotten, _rows = old.delete()
    kept = set(Report.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    for path in folder().glob("*"):
        is_old = path.stat().st_mtime < (timezone.now() - timedelta(hours=1)).timestamp()
        if is_old and f"{FOLDER}/{path.name}" not in kept:
            path.unlink(missing_ok=True)
    return forgotten


def folder() -> Path:
    place: Path = settings.MEDIA_ROOT / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    return place
