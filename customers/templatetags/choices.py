"""Choices of a select, made in one go: there may be hundreds, and a template is slow at each."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: object = "") -> SafeString:
    """The options of `(value, label)`, of which the one with the value `chosen` is chosen."""
    wanted = str(chosen)
    made = [
        f'<option value="{escape(str(value))}"{" selected" if str(value) == wanted else ""}>'
        f"{escape(str(label))}</option>"
        for value, label in choices
    ]
    return mark_safe("".join(made))  # noqa: S308  # values and labels are escaped
