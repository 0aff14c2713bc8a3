"""Declarations of custom attributes as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api import fields
from accounts.api.serializers import ResourceSerializer
from customers.api.bulk import BulkSerializer
from customers.models import Attribute

MOST_CHOICES = 200


class AttributeSerializer(ResourceSerializer):
    choices = serializers.ListField(
        child=fields.TextField(max_length=200), required=False, max_length=MOST_CHOICES,
        help_text="What a value of the type `select` may be.",
    )  # fmt: skip

    class Meta:
        model = Attribute
        fields = ["id", "key", "label", "type", "choices"]

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        values = super().validate(values)
        before = self.instance
        kind = values.get("type", before.type if before else Attribute.Type.TEXT)
        if before is not None and kind != before.type:
            # Values that are there would not fit any more.
            message = _("The type of a declared attribute stays. Declare another one.")
            raise serializers.ValidationError({"type": [message]}, "declared")
        choices = values.get("choices", before.choices if before else [])
        if kind == Attribute.Type.SELECT and not choices:
            message = _("Name what may be chosen.")
            raise serializers.ValidationError({"choices": [message]}, "required")
        return values


class BulkAttributeSerializer(AttributeSerializer):
    class Meta(AttributeSerializer.Meta):
        # The key is what an item is matched by, so that it may exist.
        extra_kwargs = {"key": {"validators": Attribute._meta.get_field("key").validators}}


class AttributeBulkSerializer(BulkSerializer):
    items = BulkAttributeSerializer(many=True)
