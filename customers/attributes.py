"""Custom attributes: what their declared types take, and how a change is laid over them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext_lazy as _

from customers.models import Attribute

LONGEST_VALUE = 2_000


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _passes(validate: Callable[[Any], None], value: Any) -> bool:
    try:
        validate(value)
    except ValidationError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


CHECKS: dict[str, Callable[[Any, Attribute], bool]] = {
    Attribute.Type.TEXT: lambda value, _a: isinstance(value, str),
    Attribute.Type.NUMBER: lambda value, _a: _is_number(value),
    Attribute.Type.BOOLEAN: lambda value, _a: isinstance(value, bool),
    Attribute.Type.DATE: lambda value, _a: _is_day(value),
    Attribute.Type.SELECT: lambda value, a: isinstance(value, str) and value in a.choices,
    Attribute.Type.URL: lambda value, _a: _passes(URLValidator(["http", "https"]), value),
    Attribute.Type.EMAIL: lambda value, _a: _passes(validate_email, value),
}


def declared_attributes() -> dict[str, Attribute]:
    return {attribute.key: attribute for attribute in Attribute.objects.all()}


def attribute_errors(values: Mapping[str, Any]) -> dict[str, Any]:
    """Why values cannot be taken, by key. None always can: it clears the attribute."""
    declared = declared_attributes() if values else {}
    errors: dict[str, Any] = {}
    for key, value in values.items():
        attribute = declared.get(key)
        if attribute is None:
            errors[key] = _("No attribute with this key is declared.")
        elif value is not None and not _fits(attribute, value):
            errors[key] = _("This does not fit the type “%(type)s”.") % {
                "type": attribute.get_type_display()
            }
    return errors


def _fits(attribute: Attribute, value: Any) -> bool:
    is_short = not isinstance(value, str) or len(value) <= LONGEST_VALUE
    return is_short and CHECKS[attribute.type](value, attribute)


def laid_over(before: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A value sets, None clears, an absent key leaves as it was."""
    return {key: value for key, value in {**before, **change}.items() if value is not None}
