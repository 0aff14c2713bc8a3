"""Letters to people who log in, which wait for no page, and the tidying up after programs."""

import smtplib

from celery import shared_task

from accounts.links import mail_link
from accounts.models import StoredAnswer, User
from accounts.models.stored_answer import KEPT_FOR

TIME_HEALS = (OSError, smtplib.SMTPException)


@shared_task(autoretry_for=TIME_HEALS, retry_backoff=5, max_retries=5)
def mail_invitation(user_id: int) -> None:
    for user in User.objects.active().filter(pk=user_id):
        mail_link(user, letter="invitation")


@shared_task(autoretry_for=TIME_HEALS, retry_backoff=5, max_retries=5)
def mail_password_reset(user_id: int) -> None:
    for user in User.objects.active().filter(pk=user_id):
        mail_link(user, letter="password_reset")


@shared_task
def forget_stored_answers() -> None:
    StoredAnswer.objects.older_than(KEPT_FOR).delete()
