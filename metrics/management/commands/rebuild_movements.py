from typing import Any

from django.core.management.base import BaseCommand

from lib.days import today
from metrics.loyalty.placing import place_answers
from metrics.models import Night
from metrics.revenue.ledger import rebuild_movements
from metrics.revenue.months import rebuild_months


class Command(BaseCommand):
    help = "Write the ledger of MRR movements and its months anew, from all that is known now."

    def handle(self, **options: Any) -> None:
        newest = Night.objects.filter(state=Night.State.DONE).order_by("-day").first()
        through = newest.day if newest else today()
        lines = rebuild_movements(through=through)
        rebuild_months(through=through)
        place_answers()
        self.stdout.write(f"{lines} movements")
