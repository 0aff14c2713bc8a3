"""A select that is written in one go: there may be hundreds of options, and Django's own draws a
template for each of them."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe


class Select(forms.Select):
    """Draws what Django's select draws; of options none has attributes of its own."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = set(self.format_value(value))
        about = flatatt(self.build_attrs(self.attrs, (attrs or {}) | {"name": name}))
        return mark_safe(  # noqa: S308  # names, values and labels are escaped
            f"<select{about}>{_drawn(self.choices, chosen)}</select>"
        )


def _drawn(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> str:
    """Of a group the second is not a label, but its choices."""
    return "".join(
        f'<optgroup label="{escape(str(value))}">{_drawn(label, chosen)}</optgroup>'
        if isinstance(label, list | tuple)
        else _option(str(value), str(label), chosen)
        for value, label in choices
    )


def _option(value: str, label: str, chosen: set[str]) -> str:
    mark = " selected" if value in chosen else ""
    return f'<option value="{escape(value)}"{mark}>{escape(label)}</option>'
