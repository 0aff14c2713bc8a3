"""A disappointed contact becomes a task for who looks after the customer, once."""

from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.models import Task
from lib.days import local_day, next_working_day
from surveys.models import Response
from surveys.scales import Category, scale_of

# Nobody replies to an older answer; what is brought in from years ago is history.
RECENT = timedelta(days=30)


def close_the_loop(response: Response) -> Task | None:
    """The task of a detractor, due on the next working day. None when nothing needs doing.

    One task for each invitation, however often its answer changes: an open one learns the new
    score and words, a closed one stays closed. Answers older than 30 days open none.
    """
    category = scale_of(response.survey).category(response.score)
    is_history = response.answered_at < timezone.now() - RECENT
    is_suspect = response.grade == Response.Grade.SUSPECT
    if is_suspect or is_history or category is not Category.DETRACTOR:
        return None
    origin = f"invitation:{response.invitation_id or f'none:response:{response.pk}'}"
    task, is_new = Task.objects.get_or_create(origin_key=origin, defaults=_new_task(response))
    if is_new:
        Response.objects.filter(pk=response.pk).update(task=task)
        response.task = task
    else:
        Task.objects.filter(pk=task.pk).open().update(
            note=response.comment, reason_details=_reason(response)
        )
    return task


def _reason(response: Response) -> dict[str, object]:
    return {"score": response.score, "highest": scale_of(response.survey).high}


def _new_task(response: Response) -> dict[str, object]:
    customer = response.customer
    language = customer.csm.language if customer.csm else customer.language
    with translation.override(language):
        title = _("Reply to %(contact)s, who answered with %(score)s") % {
            "contact": response.contact or _("a contact"),
            "score": response.score,
        }
    return {
        "customer": customer,
        "assignee": customer.csm,
        "type": Task.Type.FEEDBACK,
        "priority": Task.Priority.HIGH,
        "title": title[:300],
        "reason": "detractor",
        "reason_details": _reason(response),
        "note": response.comment,
        "due_on": next_working_day(local_day(timezone.now())),
    }
