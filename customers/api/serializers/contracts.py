"""Products, subscriptions with their versions, purchases and exchange rates as JSON."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import fields
from accounts.api.serializers import ResourceSerializer, StrictMixin
from customers.api.bulk import BulkSerializer
from customers.api.serializers.customers import (
    MATCHED_BY,
    BriefCustomerSerializer,
    NamesCustomer,
)
from customers.models import (
    Discount,
    ExchangeRate,
    Product,
    Purchase,
    Subscription,
    SubscriptionVersion,
)
from customers.models.exchange_rate import MONTH_AHEAD, latest_month
from customers.models.subscription import is_worth_too_much
from lib.days import today

TOO_MUCH = _("Price and quantity come to more than anybody pays. Correct them.")


class ProductSerializer(ResourceSerializer):
    class Meta:
        model = Product
        fields = ["id", "external_id", "name"]


class ExchangeRateSerializer(ResourceSerializer):
    class Meta:
        model = ExchangeRate
        fields = ["id", "currency", "month", "rate", "recorded_at"]
        read_only_fields = ["recorded_at"]

    def validate_month(self, month: date) -> date:
        if month > latest_month(today()):
            raise serializers.ValidationError(MONTH_AHEAD)
        return month

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """What is corrected is the worth; another currency or month is another rate."""
        self.refuse_change(values, "currency", "month")
        return values


class PurchaseSerializer(ResourceSerializer):
    expandable = {"customer": ("customer", BriefCustomerSerializer)}

    class Meta:
        model = Purchase
        fields = [
            "id", "customer", "external_id", "number", "purchased_on", "due_on", "paid_on",
            "amount", "currency", "created_at",
        ]  # fmt: skip
        read_only_fields = ["created_at"]


class DiscountSerializer(ResourceSerializer):
    class Meta:
        model = Discount
        fields = ["percent", "amount", "starts_on", "ends_on"]

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if (values.get("percent") is None) == (values.get("amount") is None):
            raise serializers.ValidationError(_("Give either a percent or an amount."))
        ends_on = values.get("ends_on")
        if ends_on is not None and ends_on <= values["starts_on"]:
            raise serializers.ValidationError({"ends_on": [_("This must be after the start.")]})
        return values


TERMS = [
    "effective_on", "plan", "price", "currency", "quantity", "interval", "interval_count",
    "trial_ends_on", "paused_on", "resumes_on", "ends_on", "past_due_since", "renews_on",
    "notice_days", "auto_renews", "reason", "discounts",
]  # fmt: skip


class VersionSerializer(ResourceSerializer):
    """What a subscription is from a day on. Versions are added, never changed."""

    discounts = DiscountSerializer(many=True, required=False)

    class Meta:
        model = SubscriptionVersion
        fields = ["id", "recorded_at", *TERMS]
        read_only_fields = ["recorded_at"]
        extra_kwargs = {
            "price": {"min_value": 0},
            "quantity": {"min_value": 0},
            "interval_count": {"min_value": 1},
        }

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        paused_on, resumes_on = values.get("paused_on"), values.get("resumes_on")
        if resumes_on is not None and (paused_on is None or resumes_on <= paused_on):
            raise serializers.ValidationError({"resumes_on": [_("This must be after the pause.")]})
        ends_on = values.get("ends_on")
        if ends_on is not None and ends_on < values["effective_on"]:
            raise serializers.ValidationError(
                {"ends_on": [_("This must not be before the start.")]}
            )
        worth = (
            values.get("price", Decimal(0)), values.get("quantity", Decimal(1)),
            values.get("interval", "month"), values.get("interval_count", 1),
        )  # fmt: skip
        if is_worth_too_much(*worth):
            raise serializers.ValidationError({"price": [TOO_MUCH]})
        return values


class ChangeSerializer(VersionSerializer):
    """A new version; what is not named is carried over from the one it follows."""

    class Meta(VersionSerializer.Meta):
        extra_kwargs = {**VersionSerializer.Meta.extra_kwargs, "currency": {"required": False}}


def too_much_with_what_was_carried(terms: dict[str, Any]) -> dict[str, list[Any]]:
    """The errors of terms that are fine by themselves and not with what they follow."""
    return {name: [TOO_MUCH] for name in ("price", "quantity", "interval") if name in terms}


class SubscriptionSerializer(ResourceSerializer):
    """One contract line. `terms` is the version in force on the day asked for."""

    terms = serializers.SerializerMethodField()

    expandable = {"customer": ("customer", BriefCustomerSerializer)}

    class Meta:
        model = Subscription
        fields = ["id", "customer", "product", "external_id", "terms", "created_at"]
        read_only_fields = ["created_at"]

    @extend_schema_field(VersionSerializer(allow_null=True))
    def get_terms(self, subscription: Subscription) -> dict[str, Any] | None:
        versions = subscription.in_force
        return VersionSerializer().to_representation(versions[0]) if versions else None


class BulkSubscriptionSerializer(NamesCustomer, StrictMixin, serializers.ModelSerializer):
    """A contract line, with the terms that rule from their day on."""

    terms = ChangeSerializer(required=False)
    serializer_related_field = fields.VisibleField

    class Meta:
        model = Subscription
        fields = ["customer", "customer_external_id", "product", "external_id", "terms"]
        extra_kwargs = {**MATCHED_BY, "customer": {"required": False}}

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        values = super().validate(values)
        terms = values.get("terms", {})
        required = "effective_on" not in terms if terms else self.instance is None
        if required:
            message = serializers.ErrorDetail(str(_("This field is required.")), "required")
            raise serializers.ValidationError({"terms": {"effective_on": [message]}})
        return values


class SubscriptionBulkSerializer(BulkSerializer):
    items = BulkSubscriptionSerializer(many=True)


class NewSubscriptionSerializer(StrictMixin, serializers.ModelSerializer):
    """A new contract line with its first version."""

    terms = VersionSerializer()
    serializer_related_field = fields.VisibleField

    class Meta:
        model = Subscription
        fields = ["customer", "product", "external_id", "terms"]
