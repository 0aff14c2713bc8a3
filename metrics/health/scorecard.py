"""Which scorecard rules: the newest version, frozen for each night when it begins."""

from metrics.models import Night, Scorecard


def current_scorecard() -> Scorecard:
    """The newest version. A migration makes the first, so there is always one."""
    return Scorecard.objects.order_by("-version")[0]


def scorecard_of(night: Night) -> Scorecard:
    """The one that was current when the night began."""
    return Scorecard.objects.get(version=night.scorecard_version or 0)
