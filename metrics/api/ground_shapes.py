"""What figures rest on, as JSON: features, our own people, and what is taken for granted."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.fields import TextField
from accounts.api.serializers import PersonSerializer, ResourceSerializer
from metrics.models import Assumption, Feature, Insider


class FeatureSerializer(ResourceSerializer):
    """An event of the product and what using it says. Nights find new ones by themselves."""

    plans = serializers.ListField(
        child=TextField(max_length=100), required=False, max_length=200,
        help_text="Plans that include it; empty means all.",
    )  # fmt: skip

    class Meta:
        model = Feature
        fields = ["id", "event", "label", "is_value", "is_core", "uses_needed", "plans",
                  "found_at"]  # fmt: skip
        read_only_fields = ["found_at"]
        extra_kwargs = {"uses_needed": {"min_value": 1, "max_value": 1_000_000}}

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Another event is another feature."""
        self.refuse_change(values, "event")
        return values


class InsiderSerializer(ResourceSerializer):
    """Somebody who uses the product but is no customer: staff, testers, bots."""

    class Meta:
        model = Insider
        fields = ["id", "mark", "note", "created_at"]
        read_only_fields = ["created_at"]

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        self.refuse_change(values, "mark")
        if values.get("mark") == "@":
            raise serializers.ValidationError({"mark": [_("Write the domain after the @.")]})
        return values


class AssumptionSerializer(ResourceSerializer):
    """It rules from a day on until the next one of the same name."""

    expandable = {"author": ("author", PersonSerializer)}

    class Meta:
        model = Assumption
        fields = ["id", "name", "effective_on", "value", "author", "created_at"]
        read_only_fields = ["author", "created_at"]
        extra_kwargs = {"value": {"min_value": 0}}

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """What is corrected is the value; another name or day is another entry."""
        self.refuse_change(values, "name", "effective_on")
        name, value = self.whole(values, "name"), self.whole(values, "value")
        most = Assumption.MOST.get(name)
        if most is not None and value > most:
            message = _("This must be at most %(most)s.") % {"most": most}
            raise serializers.ValidationError({"value": [message]}, "max_value")
        return values
