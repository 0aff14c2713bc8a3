"""What lists of surveys, invitations and responses can be narrowed to."""

from accounts.api.filtering import (
    EXACT,
    LINK,
    RANGE,
    RANGE_OR_EMPTY,
    MomentFilter,
    NumberFilter,
    StrictFilterSet,
)
from surveys.models import Invitation, Response, Survey


class SurveyFilter(StrictFilterSet):
    class Meta(StrictFilterSet.Meta):
        model = Survey
        fields = {
            "name": EXACT,
            "kind": EXACT,
            "closed_at": RANGE_OR_EMPTY[1:],
            "created_at": RANGE[1:],
        }


class InvitationFilter(StrictFilterSet):
    survey = NumberFilter(field_name="wave__survey")

    class Meta(StrictFilterSet.Meta):
        model = Invitation
        fields = {
            "wave": EXACT, "customer": EXACT, "contact": EXACT, "state": EXACT,
            "created_at": RANGE[1:],
        }  # fmt: skip


class ResponseFilter(StrictFilterSet):
    updated_since = MomentFilter(field_name="changed_at", lookup_expr="gte")

    class Meta(StrictFilterSet.Meta):
        model = Response
        fields = {
            "external_id": EXACT, "survey": EXACT, "customer": EXACT, "contact": LINK,
            "score": RANGE, "grade": EXACT, "language": EXACT, "answered_at": RANGE[1:],
        }  # fmt: skip
