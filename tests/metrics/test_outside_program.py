"""A program from outside loads a random company from files, asks for each figure, and checks us.

The reference below knows nothing of Enishi: it walks over the lines of the files day by day.
"""

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
import time_machine
from django.core.management import call_command

from tests.factories import NOON

TODAY = date(2026, 6, 15)
FIRST = date(2025, 12, 1)
MONTHS = [date(2026, month, 1) for month in range(1, 6)]
pytestmark = pytest.mark.django_db


def random_company(seed: int) -> list[dict]:
    """Lines of subscriptions: starts, changes of price, ends, second ones and returns."""
    chance, lines = Random(seed), []
    for customer in range(24):
        for subscription in range(chance.choice([1, 1, 1, 2])):
            key = f"S{customer}-{subscription}"
            day = FIRST + timedelta(days=chance.randrange(150))
            for _version in range(chance.choice([1, 1, 2, 3])):
                mrr = chance.choice([0, 1000, 1200, 2500, 4000])
                ends = day + timedelta(days=chance.randrange(20, 160))
                line = {"id": key, "customer id": f"C{customer}", "start date": day, "mrr": mrr,
                        "end date": ends if chance.random() < 0.5 else ""}  # fmt: skip
                lines.append(line)
                day += timedelta(days=chance.randrange(10, 70))
    return lines


def mrr_of(lines: list[dict], customer: str, day: date) -> Decimal:
    """At the end of a day: of each subscription the line that started last, while it lasts."""
    ruling: dict[str, dict] = {}
    for line in lines:
        if line["customer id"] == customer and line["start date"] <= day:
            former = ruling.get(line["id"])
            if former is None or line["start date"] >= former["start date"]:
                ruling[line["id"]] = line
    lasting = [ln for ln in ruling.values() if not ln["end date"] or ln["end date"] > day]
    return sum((Decimal(line["mrr"]) for line in lasting), Decimal(0))


def reference(lines: list[dict], month: date) -> dict[str, Decimal | None]:
    """Every figure of a month from balances day by day."""
    end = (month + timedelta(days=32)).replace(day=1)
    customers = sorted({line["customer id"] for line in lines})
    steps: dict[str, Decimal] = defaultdict(Decimal)
    before, after = {}, {}
    for customer in customers:
        has_paid, balance = False, Decimal(0)
        day = FIRST - timedelta(days=1)
        while day < end:
            if day == month:
                before[customer] = balance
            total = mrr_of(lines, customer, day)
            change = total - balance
            if change and day >= month:
                kind = (
                    "expansion" if change > 0 and balance
                    else "reactivation" if change > 0 and has_paid
                    else "new" if change > 0
                    else "contraction" if total else "churned"
                )  # fmt: skip
                steps[kind] += abs(change)
            has_paid, balance = has_paid or total > 0, total
            day += timedelta(days=1)
        after[customer] = balance
    return steps | figures_of(before, after) | {"steps": steps}


def figures_of(before: dict, after: dict) -> dict:
    start = [customer for customer, balance in before.items() if balance > 0]
    paying = [customer for customer, balance in after.items() if balance > 0]
    opening = sum(before[customer] for customer in start)
    kept = sum(after[customer] for customer in start)
    least = sum(min(before[customer], after[customer]) for customer in start)
    lost = [customer for customer in start if not after[customer]]
    total = sum(after.values(), Decimal(0))
    return {
        "mrr": total, "arr": total * 12,
        "arpa": total / len(paying) if paying else None,
        "nrr": kept / opening if opening else None,
        "grr": least / opening if opening else None,
        "logo_churn": Decimal(len(lost)) / len(start) if start else None,
        "logo_retention": 1 - Decimal(len(lost)) / len(start) if start else None,
        "opening": opening,
    }  # fmt: skip


def load(lines: list[dict], folder) -> None:
    customers = [{"id": c, "name": c, "currency": "JPY"} for c in
                 sorted({line["customer id"] for line in lines})]  # fmt: skip
    for name, rows in (("customers", customers), ("subscriptions", lines)):
        path = folder / f"{name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            # An empty cell would keep the end of the line before; the word NULL takes it away.
            writer.writerows({k: "NULL" if v == "" else v for k, v in row.items()} for row in rows)
        call_command("import_file", str(path), "--noun", name, "--currency", "JPY", verbosity=0)
    call_command("rebuild_movements", verbosity=0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_of_money_agrees_with_the_files(seed, api_of, lea, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    lines = random_company(seed)
    with time_machine.travel(NOON, tick=False):
        load(lines, tmp_path)
        client, differences = api_of(lea), {}
        for month in MONTHS:
            expected = reference(lines, month)
            steps = expected.pop("steps")
            expected.pop("opening")
            for kind in ("new", "expansion", "contraction", "churned", "reactivation"):
                expected.pop(kind, None)
                expected[f"{kind}_mrr"] = steps[kind]
            for code, figure in expected.items():
                answer = client.get(f"/api/v1/numbers/{code}/", {"period": f"{month:%Y-%m}"}).json()
                value = None if answer["value"] is None else Decimal(answer["value"])
                if figure is None or value is None:
                    same = figure is value
                else:
                    same = abs(figure - value) < Decimal("1e-9")
                if not same:
                    differences[(f"{month:%Y-%m}", code)] = (figure, value, answer["reason"])

    assert differences == {}
