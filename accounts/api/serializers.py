"""Serializers that refuse what they do not know, and show what was asked for."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api import fields
from accounts.models import Team, User


class StrictMixin:
    """A field we do not know, or one nobody may set, is an error and never dropped silently."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            self._refuse_strangers(data)
        return super().to_internal_value(data)

    def _refuse_strangers(self, data: Mapping) -> None:
        errors = {}
        for name in data:
            if name not in self.fields:
                message = _("There is no such field.")
                errors[name] = [serializers.ErrorDetail(str(message), "unknown_field")]
            elif self.fields[name].read_only:
                message = _("This field cannot be set.")
                errors[name] = [serializers.ErrorDetail(str(message), "read_only")]
        if errors:
            raise serializers.ValidationError(errors)


class StrictSerializer(StrictMixin, serializers.Serializer):
    """For the body of an action."""


class ResourceSerializer(StrictMixin, serializers.ModelSerializer):
    """A row as JSON. `expandable` names what `?expand=` may add: its path and its serializer."""

    expandable: dict[str, tuple[str, Any]] = {}

    serializer_related_field = fields.VisibleField
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: fields.TextField,
        models.TextField: fields.TextField,
        models.BooleanField: fields.YesNoField,
        models.IntegerField: fields.WholeNumberField,
        models.BigIntegerField: fields.WholeNumberField,
        models.PositiveIntegerField: fields.WholeNumberField,
        models.PositiveSmallIntegerField: fields.WholeNumberField,
        models.DateField: fields.DayField,
        models.DateTimeField: fields.MomentField,
        models.DecimalField: fields.AmountField,
    }

    def to_representation(self, instance: Any) -> dict[str, Any]:
        data = super().to_representation(instance)
        if not self._is_outermost():
            return data
        expand = self.context.get("expand", ())
        if expand:
            data["expanded"] = {name: self._expanded(instance, name) for name in expand}
        shown = self.context.get("shown")
        return {n: v for n, v in data.items() if n in shown or n == "expanded"} if shown else data

    def whole(self, values: dict[str, Any], name: str) -> Any:
        """A field as it would stand after this request: what is not named stays."""
        return values[name] if name in values else getattr(self.instance, name, None)

    def refuse_change(self, values: dict[str, Any], *names: str) -> None:
        """For what tells a row apart: with another value it would be another row."""
        for name in names:
            if self.instance and self.whole(values, name) != getattr(self.instance, name):
                raise serializers.ValidationError({name: [_("This cannot be changed.")]})

    def _is_outermost(self) -> bool:
        return self.parent is None or (
            isinstance(self.parent, serializers.ListSerializer) and self.parent.parent is None
        )

    def _expanded(self, instance: Any, name: str) -> dict[str, Any] | None:
        path, serializer = self.expandable[name]
        related = getattr(instance, path, None)
        return None if related is None else serializer().to_representation(related)


class PersonSerializer(serializers.ModelSerializer):
    """A colleague, as others see her."""

    class Meta:
        model = User
        fields = ["id", "full_name", "email", "role", "is_active"]


class TeamSerializer(serializers.ModelSerializer):
    class Meta:
        model = Team
        fields = ["id", "name"]
