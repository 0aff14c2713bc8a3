from typing import Any

from django.core.management.base import BaseCommand

from metrics.loyalty.counting import recount_answers
from metrics.models import CountedAnswer


class Command(BaseCommand):
    help = "Count the answers to surveys anew, from all responses and rated tickets."

    def handle(self, **options: Any) -> None:
        recount_answers()
        self.stdout.write(f"{CountedAnswer.objects.count()} answers")
