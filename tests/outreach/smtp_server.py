"""A real SMTP server that breaks where a test wants it to, and remembers what it took."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.embedded.servers import free_port

# Decides at a stage for a recipient what goes wrong; "" lets it pass.
Trouble = Callable[[str, str], str]


def nothing(stage: str, recipient: str) -> str:
    return ""


class Server:
    """`taken` counts accepted copies per recipient: the truth no mark of ours can bend."""

    def __init__(self, trouble: Trouble = nothing) -> None:
        self.trouble = trouble
        self.taken: Counter[str] = Counter()
        self.mails: list[EmailMessage] = []
        self.port = 0

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list
    ) -> list[str]:
        session.host_name = hostname
        answer = self.trouble("hello", "")
        return [answer] if answer else responses

    async def handle_HELO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str
    ) -> str:
        session.host_name = hostname
        return self.trouble("hello", "") or "250 hello"

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        answer = self.trouble("mail", "")
        if not answer:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        answer = self.trouble("rcpt", address)
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        answer = self.trouble("end", recipient)
        if answer == "drop before":
            server.transport.abort()
            await asyncio.sleep(0)
            return "250 nobody hears this"
        if answer in ("", "drop after"):
            self.taken[recipient] += 1
            self.mails.append(message_from_bytes(envelope.original_content, policy=default))
        if answer == "drop after":
            server.transport.abort()
            await asyncio.sleep(0)
        return answer if answer and not answer.startswith("drop") else "250 taken"


@contextmanager
def smtp_server(trouble: Trouble = nothing) -> Iterator[Server]:
    server = Server(trouble)
    server.port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def sometimes(share: float, seed: int) -> Trouble:
    """Every stage fails now and then, each in its own way."""
    dice, lock = random.Random(seed), threading.Lock()
    ways = {
        "hello": ["421 busy"],
        "mail": ["451 later"],
        "rcpt": ["450 greylisted", "421 closing"],
        "end": ["drop before", "drop after", "452 full", "451 later"],
    }

    def trouble(stage: str, recipient: str) -> str:
        with lock:
            return dice.choice(ways[stage]) if dice.random() < share else ""

    return trouble
