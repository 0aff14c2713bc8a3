"""Cost lines and costs of an hour as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.serializers import PersonSerializer, ResourceSerializer
from customers.api.bulk import BulkSerializer
from customers.api.serializers.customers import (
    MATCHED_BY,
    BriefCustomerSerializer,
    NamesCustomer,
)
from customers.models import CostLine, RoleRate
from customers.models.cost_line import has_rate


class CostLineSerializer(ResourceSerializer):
    """Money spent on the days from `starts_on` up to, not with, `until`."""

    expandable = {
        "customer": ("customer", BriefCustomerSerializer),
        "author": ("author", PersonSerializer),
    }

    class Meta:
        model = CostLine
        fields = [
            "id", "external_id", "kind", "label", "starts_on", "until", "amount", "currency",
            "retention_share", "acquisition_share", "customer", "author", "created_at",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = ["author", "created_at", "updated_at"]

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        values = super().validate(values)
        faults: dict[str, Any] = {}
        if self.whole(values, "until") <= self.whole(values, "starts_on"):
            faults["until"] = [_("The first day without must come after the first day.")]
        shares = [self.whole(values, f"{what}_share") or 0 for what in ("retention", "acquisition")]
        if sum(shares) > 1:
            faults["acquisition_share"] = [_("The two shares must not come to more than 1.")]
        if "currency" in values and not has_rate(values["currency"]):
            faults["currency"] = [_("Enter an exchange rate for this currency first.")]
        if faults:
            raise serializers.ValidationError(faults)
        return values


class BulkCostLineSerializer(NamesCustomer, CostLineSerializer):
    """A cost line need not be about a customer."""

    needs_customer = False

    class Meta(CostLineSerializer.Meta):
        fields = [*CostLineSerializer.Meta.fields, "customer_external_id"]
        extra_kwargs = {**MATCHED_BY, "external_id": {
            **MATCHED_BY["external_id"], "required": True, "allow_null": False}}  # fmt: skip


class CostLineBulkSerializer(BulkSerializer):
    items = BulkCostLineSerializer(many=True)


class RoleRateSerializer(ResourceSerializer):
    """In the reporting currency, from a day on until the next one of the same role."""

    class Meta:
        model = RoleRate
        fields = ["id", "role", "effective_on", "hourly"]

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """What is corrected is the cost; another role or day is another entry."""
        self.refuse_change(values, "role", "effective_on")
        return values
