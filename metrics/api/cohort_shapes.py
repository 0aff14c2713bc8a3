"""What a triangle of cohorts looks like in the description of the API; see cohorts.py."""

from typing import Any

from rest_framework import serializers

from metrics.api.number_shapes import IntervalSerializer


class CellSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(allow_null=True)
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    n = serializers.IntegerField(help_text="How many customers joined.")
    interval = IntervalSerializer(allow_null=True, help_text="Of counted customers only.")
    flag = serializers.CharField(allow_null=True)


class CohortSerializer(serializers.Serializer[Any]):
    cohort = serializers.CharField(help_text="The month in which they first paid.")
    n = serializers.IntegerField()
    cells = serializers.ListField(
        child=CellSerializer(allow_null=True),
        help_text="By age in months: at the end of the month of joining, one month later, and so "
        "on. Null where that month is not over.",
    )


class TriangleSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    variant = serializers.ChoiceField(["status", "survival"])
    currency = serializers.CharField(
        allow_null=True, help_text="Of annual values, at the rates of the month of joining."
    )
    day = serializers.DateField(help_text="The last day that is counted.")
    asked = serializers.DictField(child=serializers.CharField())
    cohorts = CohortSerializer(many=True)
    average = serializers.ListField(
        child=CellSerializer(allow_null=True),
        help_text="By age over the cohorts that reached it, weighted by size.",
    )
    reason = serializers.CharField(allow_null=True)
