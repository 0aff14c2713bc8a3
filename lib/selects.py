"""A select that is written in one go: there may be hundreds of options, and Django's own draws a
template for each of them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SELECTED = format_html(" {}", "selected")


class Select(forms.Select):
    """Draws what Django's select draws; of options none has attributes of its own."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = set(self.format_value(value))
        about = flatatt(self.build_attrs(self.attrs, (attrs or {}) | {"name": name}))
        return format_html("<select{}>{}</select>", about, _drawn(self.choices, chosen))


def _drawn(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> SafeString:
    """Of a group the second is not a label, but its choices."""
    return format_html_join("", "{}", ([_one(*choice, chosen)] for choice in choices))


def _one(value: Any, label: Any, chosen: set[str]) -> SafeString:
    if isinstance(label, list | tuple):
        return format_html('<optgroup label="{}">{}</optgroup>', value, _drawn(label, chosen))
    mark = SELECTED if str(value) in chosen else ""
    return format_html('<option value="{}"{}>{}</option>', value, mark, label)
