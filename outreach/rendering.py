"""From a text with placeholders to a mail. No engine: an allow-list of words and nothing else.

`{name}` and its like are filled from a dictionary of plain text; links stand in the text as
addresses under `https://link.invalid/` and are put in while the mail is on its way out.
"""

import re
import uuid
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from mjml import mjml2html

from outreach.links import Purpose, link_for
from outreach.models import MailText, Message

# Every server takes 7 bits; not every one says 8BITMIME.
WIRE = SMTP.clone(cte_type="7bit")
PLACEHOLDERS = frozenset({"brand", "company", "name"})
LINK_MARK = "https://link.invalid/"
_WORD = re.compile(r"\{([a-z_]+)\}")
_ANY_BRACES = re.compile(r"\{[^{}]*\}|\{\{|\}\}|\{%")


class MissingValueError(ValueError):
    """A placeholder has nothing to stand for; its name is the argument."""


def unknown_placeholders(text: str) -> list[str]:
    """Whatever looks like a placeholder or a template tag and is not one of ours."""
    allowed = {f"{{{word}}}" for word in PLACEHOLDERS}
    return sorted({found for found in _ANY_BRACES.findall(text) if found not in allowed})


def placeholders_in(text: str) -> set[str]:
    return {word for word in _WORD.findall(text) if word in PLACEHOLDERS}


def filled(text: str, values: Mapping[str, str], *, html: bool = False) -> str:
    """The text with its placeholders filled; a missing or empty value is an error, not a gap."""

    def value_of(match: re.Match[str]) -> str:
        word = match[1]
        if word not in PLACEHOLDERS:
            return match[0]
        value = values.get(word)
        if not value:
            raise MissingValueError(word)
        return str(escape(value)) if html else value

    return _WORD.sub(value_of, text)


def one_line(text: str) -> str:
    """Fit for a header: no line break survives."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def mail_html(template: str, context: Mapping[str, object]) -> str:
    """An MJML template as HTML for mail programs, styles inlined."""
    return str(mjml2html(render_to_string(template, dict(context))))


def with_links(text: str, message: uuid.UUID) -> str:
    for purpose in (Purpose.ANSWER, Purpose.PREFERENCES):
        text = text.replace(f"{LINK_MARK}{purpose}", link_for(purpose, message))
    return text


def mail_domain() -> str:
    """What stands behind the @ of our Message-IDs."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return sender.rpartition("@")[2] or urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def message_id(message: Message) -> str:
    """Always the same for one message, so that a provider can tell a repetition."""
    return f"<{message.uuid}@{mail_domain()}>"


def sender() -> Address:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Address(display_name=one_line(name), addr_spec=address)


def mail_from(message: Message, text: MailText, topic_key: str) -> EmailMessage:
    """The mail as it goes over the wire. Raises MissingValueError for an unfilled placeholder."""
    values = message.merge_fields
    unsubscribe = link_for(Purpose.UNSUBSCRIBE, message.uuid)
    mail = EmailMessage(policy=WIRE)
    mail["From"] = sender()
    mail["To"] = message.email_norm
    mail["Subject"] = one_line(filled(text.subject, values))
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = message_id(message)
    mail["List-ID"] = f"<{topic_key}.{mail_domain()}>"
    mail["List-Unsubscribe"] = f"<{unsubscribe}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(with_links(filled(text.text, values), message.uuid))
    html = with_links(filled(text.html, values, html=True), message.uuid)
    mail.add_alternative(html, subtype="html")
    return mail
