"""What a program from outside makes of the use: who was active, on which days, for how long."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.metrics.outside.company import Files, Row
from tests.metrics.outside.money import DAY, Books, Figures, share

IDLE = timedelta(minutes=30)
Person = tuple[str, str]


def events_of(files: Files) -> list[Row]:
    staff = {row["id"] for row in files["contacts"] if row["email"].endswith("@staff.example")}
    ours = staff | {"probe-1"}
    return [row for row in files["usage"] if row["user id"] not in ours]


def active_days(files: Files) -> dict[Person, set[date]]:
    """Days on which somebody did something of value."""
    valued = {row["event"] for row in files["features"] if row["of value"] == "yes"}
    found: dict[Person, set[date]] = defaultdict(set)
    for row in events_of(files):
        if row["feature"] in valued:
            found[row["customer id"], row["user id"]].add(row["date"].date())
    return found


def using(files: Files, books: Books, last: date) -> Figures:
    """The 28 days up to a last one."""
    window = [last - n * DAY for n in range(28)]
    active = active_days(files)
    here = {person: days & set(window) for person, days in active.items() if days & set(window)}
    weekdays = {person: {day for day in days if day.isoweekday() < 6}
                for person, days in here.items()}  # fmt: skip
    at_work = [days for days in weekdays.values() if days]
    seats = {customer: books.sum_of(customer, "seats", last) for customer in books.currency}
    seated = [person for person in here if seats[person[0]] > 0]
    lengths = sessions(files, window)
    return {
        "stickiness": share(sum(map(len, here.values())), 28 * len(here)),
        "stickiness_weekdays": share(sum(map(len, at_work)), 20 * len(at_work)),
        "weekly_share": share(sum(bool(days & set(window[:7])) for days in here.values()),
                              len(here)),
        "active_share": share(len(seated), sum(seats.values(), Fraction())),
        "time_on_site": share(sum(lengths), 60 * len(lengths)),
        "returning_visitors": share(sum(min(active[p]) < window[-1] for p in here), len(here)),
        **adoption(files, books, window),
    }  # fmt: skip


def sessions(files: Files, window: list[date]) -> list[int]:
    """Seconds of each session that began in the window, whatever was done in it."""
    moments: dict[Person, list[datetime]] = defaultdict(list)
    for row in events_of(files):
        moments[row["customer id"], row["user id"]].append(row["date"])
    found = []
    for times in moments.values():
        times.sort()
        began = former = times[0]
        for moment in [*times[1:], None]:
            if moment is None or moment - former > IDLE:
                if began.date() in window:
                    found.append(int((former - began).total_seconds()))
                began = moment or began
            former = moment or former
    return found


def adoption(files: Files, books: Books, window: list[date]) -> Figures:
    """Over customers with seats and the core features of their plan; who never paid has none."""
    last = window[0]
    uses: dict[tuple[str, str], int] = defaultdict(int)
    for row in events_of(files):
        if row["date"].date() in window:
            uses[row["customer id"], row["feature"]] += row["count"]
    entitled = used = adopted = 0
    for customer in books.currency:
        has_paid = books.joined_on(customer, last) is not None
        plan = books.lines[customer][0]["plan"] if has_paid else ""
        if not books.sum_of(customer, "seats", last):
            continue
        for feature in files["features"]:
            if feature["core"] == "yes" and feature["plans"] in {None, plan}:
                count = uses[customer, feature["event"]]
                entitled += 1
                used += count > 0
                adopted += count >= feature["uses needed"]
    return {"adoption": share(adopted, entitled), "adoption_breadth": share(used, entitled)}
