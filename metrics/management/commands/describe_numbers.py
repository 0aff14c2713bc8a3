from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from metrics.catalogue import METRICS
from metrics.figure import FLAGS, REASONS
from metrics.metric import Metric

PAGE = Path("docs") / "numbers.md"
MARK = "<!-- Written by `manage.py describe_numbers`; change the metrics, not this part. -->"
CHAPTERS = {
    "survey": "What customers say",
    "revenue": "Recurring revenue",
    "cost": "Costs",
    "value": "Lifetime value",
    "engagement": "Engagement",
}


class Command(BaseCommand):
    help = "Write the definitions of all metrics into docs/numbers.md, below its mark."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / PAGE
        kept = path.read_text(encoding="utf-8").partition(MARK)[0]
        path.write_text(f"{kept}{MARK}\n\n{described()}", encoding="utf-8")
        self.stdout.write(f"{len(METRICS)} metrics")


def described() -> str:
    with translation.override("en"):
        parts = [chapter(code, heading) for code, heading in CHAPTERS.items()]
        reasons = [f"| `{code}` | {words} |" for code, words in REASONS.items()]
        flags = [f"| `{code}` | {words} |" for code, words in FLAGS.items()]
    why = ["## Why there is no figure", "", "| Reason | Words |", "|---|---|", *reasons, ""]
    minded = ["## What to mind about a figure", "", "| Mark | Words |", "|---|---|", *flags, ""]
    return "\n".join([*parts, *why, *minded])


def chapter(code: str, heading: str) -> str:
    entries = [entry(metric) for metric in METRICS if metric.chapter == code]
    return "\n".join([f"## {heading}", "", *entries])


def entry(metric: Metric) -> str:
    groups = ", ".join(metric.groupings) or "nothing"
    opened = "opens to its rows" if metric.rows else "comes from a model and has no rows"
    return (
        f"### {metric.name}\n\n"
        f"`{metric.code}` · {metric.rule} · {metric.unit} · version {metric.version}\n\n"
        f"{metric.definition}\n\n"
        f"    {metric.formula}\n\n"
        f"Can be split by: {groups}; {opened}.\n"
    )
