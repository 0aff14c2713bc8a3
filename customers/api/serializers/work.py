"""Touchpoints, tasks and tickets as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api import fields
from accounts.api.serializers import PersonSerializer, ResourceSerializer, StrictSerializer
from customers.api.bulk import BulkSerializer
from customers.api.serializers.customers import BriefCustomerSerializer, NamesCustomer
from customers.models import Task, Ticket, Touchpoint


class TicketSerializer(ResourceSerializer):
    expandable = {"customer": ("customer", BriefCustomerSerializer)}

    class Meta:
        model = Ticket
        fields = [
            "id", "customer", "external_id", "subject", "priority", "opened_at",
            "first_response_at", "closed_at", "satisfaction", "is_escalated", "created_at",
        ]  # fmt: skip
        read_only_fields = ["created_at"]
        extra_kwargs = {"satisfaction": {"min_value": 1, "max_value": 5}}


class TouchpointSerializer(ResourceSerializer):
    expandable = {
        "customer": ("customer", BriefCustomerSerializer),
        "author": ("author", PersonSerializer),
    }

    class Meta:
        model = Touchpoint
        fields = [
            "id", "external_id", "customer", "contact", "author", "kind", "happened_at",
            "minutes", "summary", "created_at",
        ]  # fmt: skip
        read_only_fields = ["author", "created_at"]
        extra_kwargs = {"minutes": {"max_value": 24 * 60}}

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        contact = values.get("contact")
        if contact is not None and contact.customer_id != values["customer"].pk:
            message = _("This contact belongs to another customer.")
            raise serializers.ValidationError({"contact": [message]}, "other_customer")
        return values


class TaskSerializer(ResourceSerializer):
    expandable = {
        "customer": ("customer", BriefCustomerSerializer),
        "assignee": ("assignee", PersonSerializer),
    }

    class Meta:
        model = Task
        fields = [
            "id", "external_id", "customer", "assignee", "type", "priority", "title", "reason",
            "reason_details", "note", "due_on", "snoozed_until", "snooze_reason", "done_at",
            "done_by", "dropped_at", "created_at",
        ]  # fmt: skip
        read_only_fields = [
            "reason", "reason_details", "snoozed_until", "snooze_reason", "done_at", "done_by",
            "dropped_at", "created_at",
        ]  # fmt: skip


class BulkTaskSerializer(NamesCustomer, TaskSerializer):
    """A task need not be about a customer."""

    needs_customer = False

    class Meta(TaskSerializer.Meta):
        fields = [*TaskSerializer.Meta.fields, "customer_external_id"]
        extra_kwargs = {"external_id": {"validators": [], "required": True, "allow_null": False}}


class TaskBulkSerializer(BulkSerializer):
    items = BulkTaskSerializer(many=True)


class SnoozeSerializer(StrictSerializer):
    until = fields.DayField(help_text="The last day the task sleeps.")
    reason = fields.TextField(max_length=200, allow_blank=True, default="")
