"""What a program from outside makes of the answers."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.metrics.outside.company import STAFF_DOMAIN, Files, Row, following
from tests.metrics.outside.money import DAY, Books, Figures, share


def valid(files: Files, kind: str, month: date) -> list[Row]:
    """Every answer of a month but those of our own people, and ratings of tickets as CSAT."""
    people = {row[name]: row["id"] for row in files["contacts"] for name in ("id", "email")}
    staff = {row["id"] for row in files["contacts"] if row["email"].endswith(STAFF_DOMAIN)}
    given = [
        row | {"contact": people.get(row["contact"])} for row in files["answers"]
        if row["kind"] == kind and people.get(row["contact"]) not in staff
    ]  # fmt: skip
    if kind == "csat":
        given += [
            {"customer id": row["customer id"], "score": row["satisfaction"],
             "date": row["closed"] or row["opened"], "interaction": row["id"], "contact": None,
             "id": f"rating of {row['id']}"}
            for row in files["tickets"] if row["satisfaction"] is not None
        ]  # fmt: skip
    return [row for row in given if is_in(row["date"], month)]


def counted(files: Files, kind: str, month: date) -> list[Row]:
    """Of each respondent, or of each interaction, the latest of a month."""
    latest: dict[Any, Row] = {}
    unit = "contact" if kind == "nps" else "interaction"
    for row in sorted(valid(files, kind, month), key=lambda row: row["date"]):
        latest[row[unit] or ("alone", row["id"])] = row
    return list(latest.values())


def is_in(moment: datetime, month: date) -> bool:
    return month <= moment.date() < following(month)


def mean(values: list[Fraction]) -> Fraction | None:
    return share(sum(values, Fraction()), len(values))


def sign(score: int) -> Fraction:
    return Fraction(100 if score >= 9 else -100 if score <= 6 else 0)


def response_rate(files: Files, month: date) -> Fraction | None:
    """Of the mails that left in a month and stayed away, those that anybody answered since."""
    staff = {row["id"] for row in files["contacts"] if row["email"].endswith(STAFF_DOMAIN)}
    answered = {row["invitation"] for row in files["answers"]}
    delivered = [
        row["id"] in answered for row in files["invitations"]
        if is_in(row["sent"], month) and row["contact"] not in staff
        and row["status"] not in {"bounced", "suppressed"}
    ]  # fmt: skip
    return share(sum(delivered), len(delivered))


def voices(files: Files, books: Books, month: date) -> Figures:
    nps = counted(files, "nps", month)
    by_customer: dict[str, list[Fraction]] = {}
    for row in nps:
        by_customer.setdefault(row["customer id"], []).append(sign(row["score"]))
    csat = [Fraction(row["score"]) for row in counted(files, "csat", month)]
    ces = [Fraction(row["score"]) for row in counted(files, "ces", month)]
    effort = [Fraction(6 - row["score"]) for row in counted(files, "ces5", month)]
    return {
        "response_rate": response_rate(files, month),
        "nps": mean([sign(row["score"]) for row in nps]),
        "nps_by_customer": mean([mean(signs) or Fraction() for signs in by_customer.values()]),
        "csat": mean([Fraction(score >= 4) for score in csat]), "csat_mean": mean(csat),
        "ces": mean([Fraction(score >= 5) for score in ces]), "ces_mean": mean(ces),
        "ces_effort": mean([Fraction(score >= 4) for score in effort]),
        "ces_effort_mean": mean(effort),
        **coverage(files, books, month),
    }  # fmt: skip


def coverage(files: Files, books: Books, month: date) -> Figures:
    """Whoever answered at all was heard, also where a later answer counts instead."""
    day = following(month) - DAY
    heard = {row["customer id"] for kind in ("nps", "csat", "ces", "ces5")
             for row in valid(files, kind, month)}  # fmt: skip
    paying = books.paying(day)
    spoken = [customer for customer in paying if customer in heard]
    money = sum((books.value(customer, day) for customer in spoken), Fraction())
    return {
        "answer_coverage": share(len(spoken), len(paying)),
        "answer_coverage_mrr": share(money, books.total(day)),
    }


Z = 1.959963984540054


def ranges(files: Files, books: Books, month: date) -> dict[str, tuple[float, float] | None]:
    """Wilson's for shares; for NPS the adjusted Wald interval with three answers added."""
    csat, nps = counted(files, "csat", month), counted(files, "nps", month)
    start = books.paying(month - timedelta(days=1))
    lost = [c for c in start if c not in books.paying(following(month) - DAY)]
    good, bad = (sum(sign(row["score"]) == s for row in nps) + 0.75 for s in (100, -100))
    n = len(nps) + 3
    centre = (good - bad) / n
    half = Z * (((good + bad) / n - centre**2) / n) ** 0.5
    return {
        "csat": wilson(sum(row["score"] >= 4 for row in csat), len(csat)),
        "logo_churn": wilson(len(lost), len(start)),
        "nps": (max(-100.0, 100 * (centre - half)), min(100.0, 100 * (centre + half)))
        if nps else None,
    }  # fmt: skip


def wilson(k: int, n: int) -> tuple[float, float] | None:
    if not n:
        return None
    p, z2 = k / n, Z * Z
    half = Z * (p * (1 - p) / n + z2 / (4 * n * n)) ** 0.5
    return (p + z2 / (2 * n) - half) / (1 + z2 / n), (p + z2 / (2 * n) + half) / (1 + z2 / n)
