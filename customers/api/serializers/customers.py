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
from customers.api.bulk import BulkSerializer
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
    churn_reason = serializers.ChoiceField(
        choices=Customer.ChurnReason.choices, allow_blank=True, read_only=True
    )

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


# The external id is what an item is matched by, so that it may exist.
MATCHED_BY: dict[str, dict[str, Any]] = {"external_id": {"validators": []}}


class BulkCustomerSerializer(CustomerSerializer):
    class Meta(CustomerSerializer.Meta):
        extra_kwargs = MATCHED_BY


class NamesCustomer(serializers.Serializer):
    """For records in bulk: the customer is named by our id or by yours."""

    customer_external_id = fields.TextField(max_length=200, required=False, write_only=True)
    needs_customer = True

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        values = super().validate(values)
        named = values.pop("customer_external_id", None)
        if named is not None:
            values["customer"] = self._customer_named(named)
        if self.instance is None and self.needs_customer and "customer" not in values:
            raise serializers.ValidationError({"customer": [_("Name the customer.")]}, "required")
        return values

    def _customer_named(self, external_id: str) -> Customer:
        known = self.context["known"]
        kept = ("customer_external_id", external_id)
        if kept not in known:
            visible = Customer.objects.visible_to(self.context["request"].user)
            known[kept] = visible.filter(external_id=external_id).first()
        if known[kept] is None:
            message = _("There is no customer with this id.")
            raise serializers.ValidationError({"customer_external_id": [message]}, "does_not_exist")
        return known[kept]


class BulkContactSerializer(NamesCustomer, ContactSerializer):
    class Meta(ContactSerializer.Meta):
        fields = [*ContactSerializer.Meta.fields, "customer_external_id"]
        extra_kwargs = {**MATCHED_BY, "customer": {"required": False}}


class CustomerBulkSerializer(BulkSerializer):
    items = BulkCustomerSerializer(many=True)


class ContactBulkSerializer(BulkSerializer):
    items = BulkContactSerializer(many=True)
