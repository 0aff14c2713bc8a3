"""`manage.py load_demo`: an invented company in an empty installation."""

from datetime import date, timedelta
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from customers.models import Customer
from lib.days import days_between, today
from metrics.daily import close_day
from metrics.demo import answers, costs, usage, writing
from metrics.demo.story import Life, tell
from metrics.jobs import value_customers

PASSWORD = "enishi-demo-2026"  # noqa: S105 - printed for everybody; only for invented people
NIGHTS_CLOSED = 60


class Command(BaseCommand):
    help = "Fills an empty installation with an invented company."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=400)
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--nights", type=int, default=NIGHTS_CLOSED)
        parser.add_argument(
            "--unless-loaded", action="store_true", help="do nothing where there is data"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists() or Customer.objects.exists():
            if options["unless_loaded"]:
                return
            raise CommandError("This installation is not empty; the demo would mix with its data.")
        self.stdout.write("Inventing a company of three years …")
        self._write_facts(options["customers"], options["seed"])
        self.stdout.write("Closing its last nights …")
        for day in days_between(today() - timedelta(days=options["nights"]), today()):
            close_day(day)
        value_customers()
        writing.work_off(today(), Random(options["seed"] + 8))

    def _write_facts(self, count: int, seed: int) -> None:
        day = today()
        lives = tell(count, day, seed)
        with transaction.atomic():
            cast, customers = self._write_company(lives, day, seed)
        # Events come in batches of their own, as they do from a product.
        usage.write_usage(lives, customers, cast, day, Random(seed + 7))

    def _write_company(
        self, lives: list[Life], day: date, seed: int
    ) -> tuple[writing.Cast, list[Customer]]:
        # One generator for each part, so that a change of one leaves the others as they were.
        cast = writing.write_people(PASSWORD)
        writing.write_rates(day)
        costs.write_costs(day, cast, Random(seed + 9))
        customers = writing.write_customers(lives, cast, Random(seed + 1))
        contacts = writing.write_contacts(lives, customers, Random(seed + 2))
        writing.write_subscriptions(lives, customers)
        writing.write_invoices(lives, customers, day)
        writing.write_touchpoints(lives, customers, contacts, day, Random(seed + 3))
        writing.write_tickets(lives, customers, day, Random(seed + 4))
        costs.write_programmes(customers, day, Random(seed + 10))
        writing.write_own_tasks(customers, day, Random(seed + 5))
        answers.write_answers(lives, customers, contacts, cast, day, Random(seed + 6))
        return cast, customers
