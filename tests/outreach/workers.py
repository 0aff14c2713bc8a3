"""Mail workers as processes of their own, so that a test may really kill them."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from django.db import connections
from django.utils import timezone

from outreach.models import MailText, Message
from outreach.postbox import Postbox
from outreach.rendering import mail_from, sender
from outreach.sending import send_ready

# A fork knows the settings, the database and the mail server of its test.
FORK = multiprocessing.get_context("fork")


def start(work: Callable[[], None]) -> BaseProcess:
    connections.close_all()
    process = FORK.Process(target=_alone, args=(work,), daemon=True)
    process.start()
    return process


def _alone(work: Callable[[], None]) -> None:
    """Nothing of the test around us may run when we end: no teardown, no report."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        while True:
            work()
    finally:
        os._exit(1)


def our_way() -> None:
    send_ready(turn_seconds=60)


def mark_after_sending() -> None:
    """The design we do not have: send, and write it down afterwards."""
    text = MailText.objects.latest("pk")
    for message in Message.objects.filter(state="ready").select_related("mailing__topic"):
        mail = mail_from(message, text, "surveys")
        with Postbox() as postbox:
            postbox.deliver(mail, sender=sender().addr_spec, recipient=message.email_norm)
        Message.objects.filter(pk=message.pk).update(state="sent", sent_at=timezone.now())


def kill(process: BaseProcess) -> None:
    if process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
