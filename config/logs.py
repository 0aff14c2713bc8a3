"""Logs: one JSON object a line on standard error, with nothing in it that opens a door or names
a person.

Links in mails carry tokens in their paths, searches carry names in their queries, and database
errors quote the rows they refuse. All of that is masked on the way out, whoever logged it.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

MASKS = [
    # What stands behind a question mark of an address.
    (re.compile(r"(?<=[\w/%=-])\?[^\s\"'<>]+"), "?…"),
    # A part of a path that is long and mixes letters with digits: a token.
    (re.compile(r"(?<=[/.])(?=[^/\s]*\d)(?=[^/\s]*[A-Za-z])[\w~=:-]{20,}"), "…"),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w.~+/=:-]{8,}"), r"\1 …"),
    (re.compile(r"\b(enk_[A-Za-z0-9]+)_[\w-]+"), r"\1_…"),
    (re.compile(r"://[^/\s@]+@"), "://…@"),
    (re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    # PostgreSQL quotes the values of the row it refuses.
    (re.compile(r"(?m)^(\s*DETAIL:).*$"), r"\1 …"),
]  # fmt: skip
# Fields that name a person or his device, and fields whose value is a text of ours.
DROPPED = {"user_agent", "ip"}
UNTOUCHED = {"timestamp", "level", "logger", "request_id", "task_id", "parent_task_id"}

Event = MutableMapping[str, Any]


def masked(text: str) -> str:
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text


def mask_event(_logger: Any, _method: str, event: Event) -> Event:
    return {
        key: value if key in UNTOUCHED else _without_secrets(value)
        for key, value in event.items()
        if key not in DROPPED
    }


def _without_secrets(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {masked(str(key)): _without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_without_secrets(inner) for inner in value]
    return masked(str(value))


BEFORE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.StackInfoRenderer(),
]
# Plain tracebacks: the pretty ones print the local variables of every frame.
AFTER: list[Processor] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.processors.format_exc_info,
    mask_event,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]


def configured(level: str) -> dict[str, Any]:
    """Sets structlog up, and answers what goes into `LOGGING`, for our own and others' loggers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *BEFORE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    to_root: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "processors": AFTER,
                "foreign_pre_chain": BEFORE,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": to_root,
            # django-structlog writes one line for each request; Django's own would be the second.
            "django.request": {**to_root, "level": "CRITICAL"},
            "gunicorn.error": to_root,
            "gunicorn.access": {"handlers": [], "propagate": False},
            "pgtrigger": {**to_root, "level": "WARNING"},
            "celery.app.trace": {**to_root, "level": "WARNING"},
            "celery.worker.strategy": {**to_root, "level": "WARNING"},
        },
    }
