"""Choices of a select, made in one go: there may be hundreds, and a template is slow at each."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
CHOSEN = mark_safe(" selected")


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: object = "") -> SafeString:
    """The options of `(value, label)`, of which the one with the value `chosen` is chosen."""
    wanted = str(chosen)
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, CHOSEN if str(value) == wanted else "", label) for value, label in choices),
    )
