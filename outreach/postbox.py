"""One SMTP connection, spoken phase by phase, so that we know what a failure means.

`smtplib.sendmail` hides whether a server had taken the mail when something broke. The only moment
nobody can judge lies between the final dot and the answer; it is called UNKNOWN and kept small.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from typing import Self

from django.conf import settings

_LEADING_DOT = re.compile(rb"(?m)^\.")
_ENHANCED = re.compile(r"^(\d\.\d{1,3}\.\d{1,3})\b")
# Codes that say: there is no such mailbox. Reputation and policy (5.7, 5.4) are our fault instead.
NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.10", "5.2.1"})


class Result(Enum):
    SENT = "sent"
    LATER = "later"  # not taken; may be tried again
    REFUSED = "refused"  # not taken, and never will be
    UNKNOWN = "unknown"  # perhaps taken
    NO_SERVER = "no_server"  # nothing was said about this recipient
    NO_LOGIN = "no_login"


@dataclass(frozen=True)
class Outcome:
    """`code` is the SMTP code or None; `at` names the phase: connect, mail, rcpt, data, end."""

    result: Result
    at: str
    code: int | None = None
    text: str = ""

    @property
    def is_dead_mailbox(self) -> bool:
        found = _ENHANCED.match(self.text)
        return self.at == "rcpt" and found is not None and found[1] in NO_SUCH_MAILBOX


def _answered(at: str, code: int, text: bytes | str) -> Outcome:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    result = Result.REFUSED if code >= 500 else Result.LATER
    if code in (530, 535):
        result = Result.NO_LOGIN
    return Outcome(result, at, code, said[:300])


class Postbox:
    """A connection that opens when first needed and again after it broke."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        if self._server:
            self._server.close()
        self._server = None

    def _open(self) -> smtplib.SMTP:
        if self._server is None:
            kind = smtplib.SMTP_SSL if getattr(settings, "EMAIL_USE_SSL", False) else smtplib.SMTP
            server = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)
            try:
                server.ehlo_or_helo_if_needed()
                if getattr(settings, "EMAIL_USE_TLS", False):
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                if settings.EMAIL_HOST_USER:
                    server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            except BaseException:
                server.close()
                raise
            self._server = server
        return self._server

    def is_reachable(self) -> Outcome | None:
        """None when the connection stands; else why it does not. Nothing is handed over by this."""
        try:
            self._open()
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(Result.NO_LOGIN, "connect", error.smtp_code, str(error.smtp_error))
        except smtplib.SMTPResponseException as error:
            return Outcome(Result.NO_SERVER, "connect", error.smtp_code, str(error.smtp_error))
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.NO_SERVER, "connect", None, str(error)[:300])
        return None

    def deliver(self, mail: EmailMessage, *, sender: str, recipient: str) -> Outcome:
        """Say it all. A connection that answered anything but success is not used again."""
        outcome = self.is_reachable() or self._talk(mail, sender, recipient)
        if outcome.result is not Result.SENT:
            self.close()
        return outcome

    def _talk(self, mail: EmailMessage, sender: str, recipient: str) -> Outcome:
        server, at = self._open(), "mail"
        try:
            code, text = server.mail(sender)
            if code != 250:
                return _answered(at, code, text)
            at = "rcpt"
            code, text = server.rcpt(recipient)
            if code not in (250, 251):
                return _answered(at, code, text)
            at = "data"
            code, text = server.docmd("DATA")
            if code != 354:
                return _answered(at, code, text)
            server.send(_LEADING_DOT.sub(b"..", mail.as_bytes().rstrip(b"\r\n")) + b"\r\n")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.LATER, at, None, str(error)[:300])
        return self._end(server)

    def _end(self, server: smtplib.SMTP) -> Outcome:
        """The final dot and its answer: the one gap in which nobody knows."""
        try:
            server.send(b".\r\n")
            code, text = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.UNKNOWN, "end", None, str(error)[:300])
        if code == 250:
            return Outcome(Result.SENT, "end", code, text.decode("utf-8", "replace")[:300])
        return _answered("end", code, text)
