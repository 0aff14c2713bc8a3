"""The icons of tablericons, each drawn once: the package copies and writes out a tree at every use.

Templates load it as `tablericons`; the settings say so, in the place of the package's own library.
"""

import functools

from django import template
from django.utils.safestring import SafeString, mark_safe
from tablericons.templatetags import tablericons

register = template.Library()


@register.simple_tag
@functools.lru_cache(maxsize=512)
def icon(name: str, *, size: int | None = None, **attributes: object) -> SafeString:
    """The SVG element itself; attributes are written by keyword, `_` for `-`."""
    return mark_safe(tablericons.icon(name, size=size, **attributes))  # noqa: S308  # it escapes
