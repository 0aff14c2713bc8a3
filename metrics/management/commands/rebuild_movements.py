from typing import Any

from django.core.management.base import BaseCommand

from lib.days import today
from metrics.models import Night
from metrics.revenue.ledger import rebuild_movements


class Command(BaseCommand):
    help = "Write the ledger of MRR movements anew for everybody, from all that is known now."

    def handle(self, **options: Any) -> None:
        newest = Night.objects.filter(state=Night.State.DONE).order_by("-day").first()
        lines = rebuild_movements(through=newest.day if newest else today())
        self.stdout.write(f"{lines} movements")
