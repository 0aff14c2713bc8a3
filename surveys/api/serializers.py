"""Surveys, invitations and responses as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import ResourceSerializer
from customers.api.bulk import BulkSerializer
from customers.api.serializers.customers import NamesCustomer
from customers.models import Contact, Customer
from surveys.models import Invitation, Response, Survey, SurveyVersion
from surveys.scales import scale_of


class BriefContactSerializer(serializers.ModelSerializer):
    """A contact beside something else."""

    class Meta:
        model = Contact
        fields = ["id", "external_id", "name", "email"]


class AskedCustomerSerializer(serializers.ModelSerializer):
    """The customer who was asked or answered."""

    class Meta:
        model = Customer
        fields = ["id", "external_id", "name", "segment", "stage", "csm"]


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
        "description": "Texts by language, then by place: question, low, high, thanks …",
    }
)
class TextsField(serializers.JSONField):
    pass


class SurveyVersionSerializer(ResourceSerializer):
    """One wording of a survey in its languages."""

    texts = TextsField(read_only=True)

    class Meta:
        model = SurveyVersion
        fields = ["id", "number", "brand", "default_language", "texts", "published_at"]


class SurveySerializer(ResourceSerializer):
    """A survey made here is one that another tool asked: closed, never sent, to hold answers."""

    versions = SurveyVersionSerializer(many=True, read_only=True)

    class Meta:
        model = Survey
        fields = ["id", "name", "kind", "is_imported", "closed_at", "created_at", "versions"]
        read_only_fields = ["is_imported", "closed_at", "created_at"]

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if Survey.objects.filter(is_imported=True, **values).exists():
            message = _("There is an imported survey of this name and kind already.")
            raise serializers.ValidationError({"name": [message]}, "unique")
        return values


class InvitationSerializer(ResourceSerializer):
    survey = serializers.IntegerField(source="wave.survey_id", read_only=True)
    asked_as = serializers.DictField(read_only=True)
    response = serializers.SerializerMethodField()

    expandable = {
        "customer": ("customer", AskedCustomerSerializer),
        "contact": ("contact", BriefContactSerializer),
    }

    class Meta:
        model = Invitation
        fields = [
            "id", "external_id", "survey", "wave", "customer", "contact", "language", "asked_as",
            "state", "skip_reason", "expires_at", "response", "created_at",
        ]  # fmt: skip

    def get_response(self, invitation: Invitation) -> int | None:
        response = getattr(invitation, "response", None)
        return None if response is None else response.pk


class ResponseSerializer(ResourceSerializer):
    """What a contact answered. One entered here counts as imported, and only such can change."""

    expandable = {
        "customer": ("customer", AskedCustomerSerializer),
        "contact": ("contact", BriefContactSerializer),
    }

    class Meta:
        model = Response
        fields = [
            "id", "external_id", "survey", "version", "invitation", "customer", "contact",
            "interaction", "score", "comment", "language", "grade", "task",
            "answered_at", "changed_at",
        ]  # fmt: skip
        read_only_fields = ["version", "invitation", "grade", "task", "changed_at"]
        extra_kwargs = {"score": {"min_value": 0, "max_value": 10}, "language": {"max_length": 2}}

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        values = super().validate(values)
        self.refuse_change(values, "survey", "customer")
        contact, customer = self.whole(values, "contact"), self.whole(values, "customer")
        if contact is not None and contact.customer_id != customer.pk:
            message = _("This contact belongs to another customer.")
            raise serializers.ValidationError({"contact": [message]}, "other_customer")
        scale = scale_of(self.whole(values, "survey"))
        if self.whole(values, "score") not in scale.scores:
            message = _("This survey takes %(lowest)s to %(highest)s.")
            numbers = {"lowest": scale.low, "highest": scale.high}
            raise serializers.ValidationError({"score": [message % numbers]}, "off_the_scale")
        return values


class BulkResponseSerializer(NamesCustomer, ResponseSerializer):
    class Meta(ResponseSerializer.Meta):
        fields = [*ResponseSerializer.Meta.fields, "customer_external_id"]
        extra_kwargs: dict[str, Any] = {
            **ResponseSerializer.Meta.extra_kwargs, "customer": {"required": False},
            "external_id": {"validators": [], "required": True, "allow_null": False},
        }  # fmt: skip


class ResponseBulkSerializer(BulkSerializer):
    items = BulkResponseSerializer(many=True)
