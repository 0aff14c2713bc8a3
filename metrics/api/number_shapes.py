"""What figures look like in the description of the API. Answers are built in numbers.py."""

from typing import Any

from rest_framework import serializers


class MetricSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    name = serializers.CharField()
    chapter = serializers.CharField()
    rule = serializers.CharField(help_text="Its section in docs/numbers.md.")
    unit = serializers.CharField()
    definition = serializers.CharField()
    formula = serializers.CharField()
    definition_version = serializers.IntegerField()
    groupings = serializers.ListField(child=serializers.CharField())
    has_rows = serializers.BooleanField()
    has_change = serializers.BooleanField(help_text="Its change can be tested: `/change`.")
    has_cohorts = serializers.BooleanField(help_text="It opens to a triangle: `/cohorts`.")


class PeriodSerializer(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField(help_text="The first day after it.")


class IntervalSerializer(serializers.Serializer[Any]):
    low = serializers.FloatField()
    high = serializers.FloatField()
    level = serializers.FloatField()


class FigureSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    unit = serializers.CharField(help_text="Shares are 0 to 1.")
    currency = serializers.CharField(allow_null=True)
    formula = serializers.CharField()
    definition_version = serializers.IntegerField()
    period = PeriodSerializer()
    day = serializers.DateField(help_text="The last day that is counted.")
    asked = serializers.DictField(child=serializers.CharField())
    value = serializers.CharField(allow_null=True, help_text="Exact; null with a reason.")
    numerator = serializers.CharField(allow_null=True)
    denominator = serializers.CharField(allow_null=True)
    n = serializers.IntegerField()
    interval = IntervalSerializer(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    reason_in_words = serializers.CharField(allow_null=True)
    flag = serializers.CharField(allow_null=True)
    parts = serializers.DictField(child=serializers.CharField(allow_null=True))
    settings = serializers.DictField(
        help_text="What was set when it was counted and bears on this figure: settings of the "
        "installation, assumptions of the day, least counts and windows of its rule."
    )
    rows = serializers.URLField(allow_null=True)


class GroupSerializer(FigureSerializer):
    key = serializers.CharField()
    name = serializers.CharField()


class NumberSerializer(FigureSerializer):
    groups = GroupSerializer(many=True, required=False)


class NumberRowSerializer(serializers.Serializer[Any]):
    key = serializers.IntegerField(allow_null=True)
    customer = serializers.IntegerField(allow_null=True)
    label = serializers.CharField()
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    note = serializers.CharField(allow_null=True)


class NumberRowsSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    kind = serializers.CharField()
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    n = serializers.IntegerField()
    page = serializers.IntegerField()
    has_next = serializers.BooleanField()
    results = NumberRowSerializer(many=True)
