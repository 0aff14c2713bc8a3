"""What a tested change looks like in the description of the API; see changes.py."""

from typing import Any

from rest_framework import serializers

from metrics.api.number_shapes import IntervalSerializer, PeriodSerializer


class ScoreSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(allow_null=True, help_text="Exact; null with a reason.")
    numerator = serializers.CharField(allow_null=True)
    denominator = serializers.CharField(allow_null=True)
    n = serializers.IntegerField()
    interval = IntervalSerializer(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    flag = serializers.CharField(allow_null=True)


class TestSerializer(serializers.Serializer[Any]):
    now = ScoreSerializer()
    before = ScoreSerializer()
    difference = serializers.FloatField(
        allow_null=True,
        help_text="What is tested: of NPS between the adjusted centres, in points; of shares "
        "between the shares, -1 to 1; of the same people the mean of what they changed.",
    )
    z = serializers.FloatField(allow_null=True)
    p_value = serializers.FloatField(allow_null=True, help_text="Two-sided, of this test alone.")
    p_adjusted = serializers.FloatField(
        allow_null=True, help_text="By Holm's rule over the groups; it decides the verdict."
    )
    interval = IntervalSerializer(
        allow_null=True, help_text="Of the difference; of shares it is Newcombe's."
    )
    is_paired = serializers.BooleanField(
        help_text="Many of the same people answered both times, and their changes are tested."
    )
    verdict = serializers.ChoiceField(["higher", "lower", "no_evidence", "no_data"])
    verdict_in_words = serializers.CharField()


class TestOfGroupSerializer(TestSerializer):
    key = serializers.CharField()
    name = serializers.CharField()


class ChangeSerializer(TestSerializer):
    metric = serializers.CharField()
    unit = serializers.CharField(help_text="`points` are -100 to 100, a `share` is 0 to 1.")
    period = PeriodSerializer()
    day = serializers.DateField(help_text="The last day that is counted.")
    compared_with = PeriodSerializer()
    asked = serializers.DictField(child=serializers.CharField())
    groups = TestOfGroupSerializer(many=True, required=False)
