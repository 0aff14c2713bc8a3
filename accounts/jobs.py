"""Letters to people who log in. They wait for no page: a slow mail server is not her trouble."""

import smtplib

from celery import shared_task

from accounts.links import mail_link
from accounts.models import User

TIME_HEALS = (OSError, smtplib.SMTPException)


@shared_task(autoretry_for=TIME_HEALS, retry_backoff=5, max_retries=5)
def mail_invitation(user_id: int) -> None:
    for user in User.objects.active().filter(pk=user_id):
        mail_link(user, letter="invitation")


@shared_task(autoretry_for=TIME_HEALS, retry_backoff=5, max_retries=5)
def mail_password_reset(user_id: int) -> None:
    for user in User.objects.active().filter(pk=user_id):
        mail_link(user, letter="password_reset")
