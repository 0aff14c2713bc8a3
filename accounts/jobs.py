"""Letters to people who log in, which wait for no page, and the tidying up after programs."""

from celery import shared_task
from django.db import transaction

from accounts.links import mail_link
from accounts.models import StoredAnswer, User
from accounts.models.stored_answer import KEPT_FOR


@shared_task
def mail_owed_letter(user_id: int) -> None:
    """Once, however often it is rung; what the mail server refuses stays owed."""
    with transaction.atomic():
        owed = User.objects.owed_a_letter().filter(pk=user_id)
        for user in owed.select_for_update(skip_locked=True):
            mail_link(user, letter=user.letter_due)
            User.objects.filter(pk=user_id).update(letter_due="")


@shared_task
def mail_owed_letters() -> None:
    """Ring for letters whose bell nobody heard, or which could not be sent."""
    for user_id in User.objects.owed_a_letter().values_list("pk", flat=True):
        mail_owed_letter.delay(user_id)


@shared_task
def forget_stored_answers() -> None:
    StoredAnswer.objects.older_than(KEPT_FOR).delete()
