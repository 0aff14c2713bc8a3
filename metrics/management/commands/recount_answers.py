from typing import Any

from django.core.management.base import BaseCommand

from metrics.loyalty.counting import recount_answers
from metrics.models import CountedAnswer


class Command(BaseCommand):
    help = "Count answers and invitations to surveys anew, from the facts."

    def handle(self, **options: Any) -> None:
        recount_answers()
        self.stdout.write(f"{CountedAnswer.objects.count()} answers")
