"""Customers and contacts as JSON. What a value means is decided by the models."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_countries import countries
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import fields
from accounts.api.serializers import (
    PersonSerializer,
    ResourceSerializer,
    StrictSerializer,
    TeamSerializer,
)
from customers.attributes import attribute_errors
from customers.models import Contact, Customer
from metrics.models import Snapshot

STAMPS = ["created_at", "updated_at"]


class CountryField(fields.TextField):
    """Two letters of ISO 3166-1, or empty."""

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code and code not in countries:
            raise serializers.ValidationError(_("This must be a country code such as JP."))
        return code

    def to_representation(self, value: Any) -> str:
        return str(getattr(value, "code", value) or "")


@extend_schema_field({"type": "object", "additionalProperties": True})
class AttributesField(serializers.JSONField):
    """Custom attributes: a value sets, null clears, a key that is absent leaves as it was."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("This must be an object."))
        errors = attribute_errors(data)
        if errors:
            raise serializers.ValidationError({key: [why] for key, why in errors.items()})
        return data


class SnapshotSerializer(serializers.ModelSerializer):
    """What we concluded about a customer last night."""

    class Meta:
        model = Snapshot
        fields = [
            "day", "health_score", "health_band", "health_coverage", "health_change_7", "mrr",
            "renews_on", "seats", "active_people_28", "usage_28", "nps_score", "nps_on",
            "open_urgent_tickets", "days_past_due",
        ]  # fmt: skip


class CustomerSerializer(ResourceSerializer):
    country = CountryField(max_length=2, required=False, allow_blank=True)
    attributes = AttributesField(required=False)

    expandable = {
        "csm": ("csm", PersonSerializer),
        "team": ("team", TeamSerializer),
        "health": ("snapshot", SnapshotSerializer),
    }

    class Meta:
        model = Customer
        fields = [
            "id", "external_id", "name", "kana", "domain", "segment", "stage", "touch", "csm",
            "team", "parent", "industry", "country", "language", "currency", "attributes",
            "started_on", "churned_on", "churn_reason", "last_touch_at", *STAMPS,
        ]  # fmt: skip
        read_only_fields = ["churned_on", "churn_reason", "last_touch_at", *STAMPS]

    def validate_csm(self, csm: Any) -> Any:
        """Who looks after her own customers only cannot give them away unseen."""
        user = self.context["request"].user
        if not user.sees_every_customer and csm != user:
            raise serializers.ValidationError(_("You can only name yourself."), "not_allowed")
        return csm


class ChurnSerializer(StrictSerializer):
    churned_on = fields.DayField(help_text="The first day without the customer.")
    reason = serializers.ChoiceField(choices=Customer.ChurnReason.choices)


class BriefCustomerSerializer(serializers.ModelSerializer):
    """A customer beside something else."""

    class Meta:
        model = Customer
        fields = ["id", "external_id", "name", "segment", "stage", "csm"]


class ContactSerializer(ResourceSerializer):
    expandable = {"customer": ("customer", BriefCustomerSerializer)}

    class Meta:
        model = Contact
        fields = [
            "id", "customer", "external_id", "name", "kana", "email", "title", "role", "language",
            "consent", "bounced_at", "left_at", *STAMPS,
        ]  # fmt: skip
        read_only_fields = ["bounced_at", *STAMPS]
