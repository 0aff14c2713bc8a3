"""What lists of conclusions can be narrowed to."""

from django.db.models import Q, QuerySet

from accounts.api.filtering import (
    EXACT,
    LINK,
    RANGE,
    RANGE_OR_EMPTY,
    MomentFilter,
    NumberFilter,
    StrictFilterSet,
    YesNoFilter,
)
from metrics.models import Alert, Assumption, Feature, Insider, Night, Snapshot


class HealthFilter(StrictFilterSet):
    csm = NumberFilter(field_name="customer__csm")

    class Meta(StrictFilterSet.Meta):
        model = Snapshot
        fields = {
            "customer": ["exact", "in"], "health_band": EXACT, "health_score": RANGE_OR_EMPTY,
            "health_change_7": ["gte", "lte"], "mrr": ["gte", "lte"],
            "renews_on": RANGE_OR_EMPTY, "nps_score": RANGE_OR_EMPTY,
        }  # fmt: skip


class AlertFilter(StrictFilterSet):
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")
    is_open = YesNoFilter(method="only_open")

    class Meta(StrictFilterSet.Meta):
        model = Alert
        fields = {"customer": EXACT, "kind": EXACT, "day": RANGE, "task": LINK,
                  "raised_at": RANGE[1:]}  # fmt: skip

    def only_open(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        is_open = Q(settled_at__isnull=True, dismissed_at__isnull=True)
        return rows.filter(is_open if value else ~is_open)


class NightFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = Night
        fields = {"state": EXACT, "day": RANGE}


class FeatureFilter(StrictFilterSet):
    is_value = YesNoFilter(field_name="is_value")
    is_core = YesNoFilter(field_name="is_core")

    class Meta(StrictFilterSet.Meta):
        model = Feature
        fields = {"event": EXACT}


class InsiderFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = Insider
        fields = {"mark": EXACT}


class AssumptionFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = Assumption
        fields = {"name": EXACT, "effective_on": RANGE}
