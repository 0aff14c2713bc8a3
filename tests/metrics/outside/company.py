"""A company invented at random, as the files that a program from outside would hand over.

Each noun is a list of rows with the headers of docs/importing.md. Nothing here knows Enishi.
"""

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

Row = dict[str, Any]
Files = dict[str, list[Row]]

TODAY = date(2026, 6, 15)
FIRST = date(2025, 1, 1)
# Use before, inside and at the edges of the 28 days up to the ends that are asked for.
USED_ON = [date(2026, 5, day) for day in (10, 16, 17, 18, 22, 24, 25, 30, 31)]
USED_ON += [date(2026, 6, day) for day in (1, 6, 7, 8, 13)]
CUSTOMERS = 30
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "ces5": (1, 5)}
STAFF_DOMAIN = "@staff.example"
EVENTS = ["export", "report", "search", "login"]


class Inventor:
    """One random source for all files, so that a seed is one company."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.taken: set[datetime] = set()

    def moment(self, first: date, after: date) -> datetime:
        """A minute of a local day that nothing else happens in, often close to midnight."""
        while True:
            day = first + timedelta(days=self.chance.randrange((after - first).days))
            clock = self.chance.choice([time(0, 0), time(23, 59), time(12, 30), time(9, 15)])
            found = datetime.combine(day, clock) - timedelta(minutes=self.chance.randrange(20))
            if found not in self.taken and found.date() >= first:
                self.taken.add(found)
                return found

    def company(self) -> Files:
        files: Files = {
            "customers": [{"id": f"C{n}", "name": f"C{n}", "currency": self.chance.choice(
                ["JPY", "JPY", "USD"])} for n in range(CUSTOMERS)],
        }  # fmt: skip
        files["contacts"] = self.contacts()
        files["exchange_rates"] = [
            {"currency": "USD", "month": month.isoformat(), "rate": 130 + self.chance.randrange(30)}
            for month in months(FIRST, TODAY)
        ]
        files["subscriptions"] = self.subscriptions(files["customers"])
        files["purchases"] = self.purchases()
        files["tickets"] = self.tickets()
        files |= self.costs()
        files |= self.use(files["contacts"])
        files["answers"] = self.answers(files["contacts"], files["tickets"])
        files["invitations"] = self.invitations(files["contacts"], files["answers"])
        files["insiders"] = [{"mark": STAFF_DOMAIN}, {"mark": "probe-1"}]
        files["assumptions"] = [
            {"name": "gross_margin", "date": "2025-01-01", "value": "0.8"},
            {"name": "gross_margin", "date": "2026-03-15", "value": "0.7"},
            {"name": "discount_rate", "date": "2026-02-01", "value": "0.12"},
        ]  # fmt: skip
        return files

    def contacts(self) -> list[Row]:
        found = [
            {"id": f"P{n}-{k}", "customer id": f"C{n}", "email": f"p{k}@c{n}.example"}
            for n in range(CUSTOMERS) for k in range(self.chance.randrange(1, 4))
        ]  # fmt: skip
        for row in found[:2]:
            row["email"] = row["id"].lower() + STAFF_DOMAIN
        return found

    def subscriptions(self, customers: list[Row]) -> list[Row]:
        """Starts, changes of price and seats, ends, second ones and returns."""
        chance, lines = self.chance, []
        for customer in customers:
            plan = chance.choice(["Pro", "Basic"])
            for subscription in range(chance.choice([1, 1, 1, 2])):
                day = FIRST + timedelta(days=chance.randrange(440))
                for _version in range(chance.choice([1, 1, 2, 3])):
                    ends = day + timedelta(days=chance.randrange(20, 260))
                    lines.append({
                        "id": f"{customer['id']}-{subscription}", "customer id": customer["id"],
                        "start date": day, "mrr": chance.choice([0, 1000, 1200, 2500, 4000]),
                        "seats": chance.choice([1, 2, 4, 5]), "plan": plan,
                        "currency": customer["currency"],
                        "end date": ends if chance.random() < 0.4 else None,
                    })  # fmt: skip
                    day += timedelta(days=chance.randrange(10, 120))
        return lines

    def purchases(self) -> list[Row]:
        return [
            {"id": f"I{n}", "customer id": self.customer(), "amount": self.chance.randrange(1, 900),
             "date": FIRST + timedelta(days=self.chance.randrange(500)),
             "currency": self.chance.choice(["JPY", "USD"])} for n in range(60)
        ]  # fmt: skip

    def tickets(self) -> list[Row]:
        found = []
        for n in range(25):
            opened = self.moment(date(2025, 12, 20), date(2026, 6, 1))
            closed = opened + timedelta(hours=self.chance.randrange(1, 200))
            found.append({
                "id": f"T{n}", "customer id": self.customer(), "opened": opened,
                "closed": self.chance.choice([closed, None]),
                "satisfaction": self.chance.choice([None, 1, 3, 4, 5]),
            })  # fmt: skip
        return found

    def costs(self) -> Files:
        chance, lines = self.chance, []
        for n in range(20):
            starts = date(2025, 6, 1) + timedelta(days=chance.randrange(330))
            retention = chance.choice([0, 25, 50, 100])
            lines.append({
                "id": f"K{n}", "kind": chance.choice(["salaries", "tools", "support", "sales"]),
                "what for": f"Line {n}", "first day": starts,
                "last day": starts + timedelta(days=chance.randrange(0, 120)),
                "amount": chance.randrange(1, 90_000), "currency": chance.choice(["JPY", "USD"]),
                "retention share": f"{retention}%",
                "acquisition share": f"{chance.choice([0, 100 - retention])}%",
                "customer id": chance.choice([None, None, self.customer()]),
            })  # fmt: skip
        touches = [
            {"id": f"M{n}", "customer id": self.customer(), "minutes": chance.randrange(0, 90),
             "author": chance.choice(["ana@example.com", "lea@example.com", None]),
             "kind": chance.choice(["call", "meeting", "note"]),
             "date": self.moment(date(2025, 12, 20), TODAY)} for n in range(60)
        ]  # fmt: skip
        rates = [{"role": role, "date": day, "hourly cost": chance.randrange(3000, 7000)}
                 for role in ("csm", "lead") for day in ("2025-01-01", "2026-03-10")]  # fmt: skip
        return {"cost_lines": lines, "touchpoints": touches, "role_rates": rates}

    def use(self, contacts: list[Row]) -> Files:
        """What follows in a session may be a minute or an hour later; some only log in."""
        chance, rows = self.chance, list[Row]()
        people = [(row["customer id"], row["id"]) for row in contacts] + [("C0", "probe-1")]
        for customer, person in people:
            for _day in range(chance.choice([0, 2, 6, 12])):
                day = chance.choice(USED_ON)
                moment = self.moment(day, day + timedelta(days=1))
                for _event in range(chance.randrange(1, 5)):
                    name = chance.choice(EVENTS)
                    rows.append({"id": f"U{len(rows)}", "customer id": customer, "user id": person,
                                 "date": moment, "feature": name,
                                 "count": chance.randrange(1, 3)})  # fmt: skip
                    moment += timedelta(minutes=chance.choice([1, 15, 30, 31, 80]))
        kept = [row for row in rows if row["date"].date() < TODAY]
        return {"usage": kept, "features": [
            {"event": "export", "of value": "yes", "core": "yes", "uses needed": 3, "plans": "Pro"},
            {"event": "report", "of value": "yes", "core": "yes", "uses needed": 8, "plans": None},
            {"event": "search", "of value": "yes", "core": "no", "uses needed": 3, "plans": None},
            {"event": "login", "of value": "no", "core": "no", "uses needed": 3, "plans": None},
        ]}  # fmt: skip

    def answers(self, contacts: list[Row], tickets: list[Row]) -> list[Row]:
        found = []
        for n in range(170):
            kind = self.chance.choice(["nps", "nps", "csat", "ces", "ces5"])
            who = self.chance.choice(contacts)
            row = {"id": f"A{n}", "kind": kind, "score": self.chance.randint(*SCALES[kind]),
                   "date": self.moment(date(2025, 12, 20), TODAY), "survey": "Old tool",
                   "contact": self.chance.choice([who["id"], who["email"], None]),
                   "customer id": who["customer id"], "interaction": None}  # fmt: skip
            if kind != "nps":
                step = self.chance.choice([None, f"step {self.chance.randrange(6)}"])
                ticket = self.chance.choice(tickets)
                row["interaction"] = self.chance.choice([step, ticket["id"]])
                if row["interaction"] == ticket["id"]:
                    row |= {"customer id": ticket["customer id"], "contact": None}
            found.append(row)
        return found

    def invitations(self, contacts: list[Row], answers: list[Row]) -> list[Row]:
        """Some people were asked and answered, others only asked."""
        ids = {row[name]: row["id"] for row in contacts for name in ("id", "email")}
        asked = [(self.chance.choice(contacts)["id"], "nps", None) for _n in range(60)]
        for row in answers:
            row["invitation"] = None
            if row["contact"] and self.chance.random() < 0.6:
                row["invitation"] = f"I{len(asked)}"
                asked.append((ids[row["contact"]], row["kind"], row["date"]))
        return [
            {"id": f"I{n}", "contact": contact, "kind": kind, "survey": "Old tool",
             "sent": (answered or self.moment(date(2025, 12, 20), TODAY))
             - timedelta(days=self.chance.randrange(12), minutes=5),
             "status": self.chance.choice(["delivered", None, None, "bounced", "suppressed"]),
             "closes": None}
            for n, (contact, kind, answered) in enumerate(asked)
        ]  # fmt: skip

    def customer(self) -> str:
        return f"C{self.chance.randrange(CUSTOMERS)}"


def months(first: date, last: date) -> list[date]:
    """The first day of every month from one to another."""
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = following(month)
    return found


def following(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def write(rows: list[Row], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        # An empty cell keeps what was there: of a contract the word NULL takes the former end away.
        clear = {"end date"}
        for row in rows:
            empty = {name: "NULL" if name in clear else "" for name, v in row.items() if v is None}
            writer.writerow(row | empty)
