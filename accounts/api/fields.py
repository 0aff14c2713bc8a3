"""Fields that take a value for what it is: text is text, numbers are numbers, moments have zones.

Stock fields turn 5 into "5" and "true" into true; a caller who mixes them up has a bug she wants
to hear about.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
LARGEST_ID = 2**63 - 1
LONGEST_TEXT = 20_000
PLAIN_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,20})?")


class TextField(serializers.CharField):
    default_error_messages = {"invalid": _("This must be text.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_TEXT)
        kwargs.pop("style", None)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumberField(serializers.IntegerField):
    default_error_messages = {"invalid": _("This must be a whole number.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class YesNoField(serializers.BooleanField):
    default_error_messages = {"invalid": _("This must be true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class DayField(serializers.DateField):
    default_error_messages = {"out_of_range": _("This must be a day from 1900 to 2200.")}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str):
            self.fail("invalid", format="YYYY-MM-DD")
        day = super().to_internal_value(data)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("out_of_range")
        return day


def read_moment(text: str) -> datetime | None:
    """The moment in UTC, or None for a text that is none, has no zone or is out of range."""
    try:
        moment = parse_datetime(text)
        if moment is None or moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if FIRST_DAY <= moment.date() <= LAST_DAY else None


class MomentField(serializers.DateTimeField):
    default_error_messages = {
        "invalid": _("This must be a moment with its zone, such as 2026-06-15T03:00:00Z.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default_timezone": UTC, **kwargs})

    def to_internal_value(self, data: Any) -> datetime:
        moment = read_moment(data) if isinstance(data, str) else None
        if moment is None:
            self.fail("invalid")
        return moment


class AmountField(serializers.DecimalField):
    """Text with a point, such as "1234.50"; whole numbers may come as numbers."""

    default_error_messages = {"invalid": _("This must be a decimal such as “1234.50”.")}

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("invalid")
        if not PLAIN_DECIMAL.fullmatch(str(data)):
            self.fail("invalid")
        return super().to_internal_value(data) + 0  # without the sign of -0


@extend_schema_field(OpenApiTypes.INT64)
class VisibleField(serializers.PrimaryKeyRelatedField):
    """The id of a row the caller may see; somebody else's is as unknown as a missing one."""

    def __init__(self, **kwargs: Any) -> None:
        number = WholeNumberField(min_value=1, max_value=LARGEST_ID)
        super().__init__(pk_field=number, **kwargs)

    def get_queryset(self) -> QuerySet:
        rows: Any = super().get_queryset()
        if not hasattr(rows, "visible_to"):
            return rows
        return rows.visible_to(self.context["request"].user)

    def to_internal_value(self, data: Any) -> Any:
        number = self.pk_field.run_validation(data)
        # A bulk request names the same few rows again and again; it brings a place to keep them.
        known = self.context.get("known", {})
        kept = (self.source, number)
        try:
            if kept not in known:
                known[kept] = self.get_queryset().get(pk=number)
        except ObjectDoesNotExist:
            self.fail("does_not_exist", pk_value=number)
        return known[kept]

    def use_pk_only_optimization(self) -> bool:
        return True
