"""The numbers of a scale to choose from, as the answer page shows them to everybody alike."""

from functools import lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from surveys.models import Response
from surveys.scales import Scale, scale_of

register = template.Library()


@register.filter
def highest(response: Response) -> int:
    """The end of its scale: a 5 of 5 is not a 5 of 10."""
    return scale_of(response.survey).high


@register.simple_tag
@lru_cache(maxsize=512)
def score_boxes(scale: Scale, chosen: int | None, low: str, high: str) -> SafeString:
    """One box for each score; the words of both ends are read out with theirs."""
    ends = {scale.low: low, scale.high: high}
    boxes = [
        f'<label class="score"><input type="radio" name="score" value="{score}" required'
        f"{' checked' if score == chosen else ''}><span>{score}{_read_out(ends.get(score, ''))}"
        "</span></label>"
        for score in scale.scores
    ]
    return mark_safe("\n".join(boxes))  # noqa: S308  # the words are escaped


def _read_out(words: str) -> str:
    return f'<span class="hidden"> {escape(words)}</span>' if words else ""
