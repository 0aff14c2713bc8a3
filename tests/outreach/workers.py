"""Mail workers as processes of their own, so that a test may really kill them."""

from collections.abc import Callable
from multiprocessing.process import BaseProcess

from django.utils import timezone

from outreach.models import MailText, Message
from outreach.postbox import Postbox
from outreach.rendering import mail_from, sender
from outreach.sending import send_ready
from tests import processes


def start(way: Callable[[], None]) -> BaseProcess:
    return processes.start(lambda: for_ever(way))


def for_ever(way: Callable[[], None]) -> None:
    while True:
        way()


def our_way(together: Callable[[], object] = bool) -> None:
    together()
    send_ready(turn_seconds=60)


def mark_after_sending(together: Callable[[], object] = bool) -> None:
    """The design we do not have: send, and write it down afterwards."""
    text = MailText.objects.latest("pk")
    messages = list(Message.objects.filter(state="ready").select_related("mailing__topic"))
    together()
    for message in messages:
        mail = mail_from(message, text, "surveys")
        with Postbox() as postbox:
            postbox.deliver(mail, sender=sender().addr_spec, recipient=message.email_norm)
        Message.objects.filter(pk=message.pk).update(state="sent", sent_at=timezone.now())
