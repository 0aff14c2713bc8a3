"""Conclusions as JSON: health, alerts and nights."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import fields
from accounts.api.serializers import PersonSerializer, ResourceSerializer, StrictSerializer
from customers.models import Customer
from metrics.models import Alert, HealthScore, Night, Snapshot


class JudgedCustomerSerializer(serializers.ModelSerializer):
    """The customer a conclusion is about."""

    class Meta:
        model = Customer
        fields = ["id", "external_id", "name", "segment", "stage", "csm"]


class HealthSerializer(ResourceSerializer):
    """How a customer is doing as of the last night."""

    expandable = {"customer": ("customer", JudgedCustomerSerializer)}

    class Meta:
        model = Snapshot
        fields = [
            "customer", "day", "health_score", "health_band", "health_coverage",
            "health_change_7", "mrr", "renews_on", "seats", "active_people_28", "usage_28",
            "usage_before_28", "nps_score", "nps_on", "open_urgent_tickets", "days_past_due",
        ]  # fmt: skip


@extend_schema_field(
    {
        "type": "object",
        "description": "By measure: its input, the input scaled to 0-100, and its weight."
        " A missing input is null.",
        "additionalProperties": {"type": "object", "additionalProperties": True},
    }
)
class PartsField(serializers.JSONField):
    pass


class HealthScoreSerializer(serializers.ModelSerializer):
    """The score of one day, as we believed then, with its parts."""

    customer = serializers.IntegerField(source="customer_id")
    parts = PartsField()

    class Meta:
        model = HealthScore
        fields = [
            "customer", "day", "score", "uncapped", "override", "band", "coverage", "parts",
            "scorecard_version",
        ]  # fmt: skip


class AlertSerializer(ResourceSerializer):
    """A rule that fired."""

    details = serializers.DictField(read_only=True)

    expandable = {
        "customer": ("customer", JudgedCustomerSerializer),
        "dismissed_by": ("dismissed_by", PersonSerializer),
    }

    class Meta:
        model = Alert
        fields = [
            "id", "customer", "kind", "subject", "details", "day", "raised_at", "settled_at",
            "dismissed_at", "dismissed_by", "dismiss_reason", "task",
        ]  # fmt: skip


class DismissSerializer(StrictSerializer):
    reason = fields.TextField(max_length=200)


class NightSerializer(ResourceSerializer):
    """The closing of one day."""

    report = serializers.DictField(read_only=True)

    class Meta:
        model = Night
        fields = [
            "day", "state", "stage", "scorecard_version", "started_at", "finished_at", "report",
            "created_at",
        ]  # fmt: skip
