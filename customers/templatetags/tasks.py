"""Tasks in the reader's language: a rule leaves a key and figures, the sentence is made here."""

from django import template

from customers.models import Task
from metrics.alerts import sentences
from metrics.models import Alert

register = template.Library()


@register.simple_tag
def task_title(task: Task) -> str:
    """What to do; tasks that a rule opened are titled in the language of the reader."""
    return sentences.title(task.reason) if task.reason in KNOWN else task.title


@register.simple_tag
def task_reason(task: Task) -> str:
    """Why there is a task, or nothing for one somebody wrote down."""
    return (
        sentences.sentence(task.reason, task.reason_details) if task.reason in KNOWN else task.note
    )


KNOWN = frozenset(kind.value for kind in sentences.Kind)


@register.simple_tag
def alert_reason(alert: Alert) -> str:
    """Why there is an alert, in the reader's language."""
    return sentences.sentence(alert.kind, alert.details)
