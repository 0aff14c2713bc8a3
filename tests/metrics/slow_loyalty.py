"""The slow and obvious twin of the survey figures: lists, loops and fractions."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True)
class Given:
    """An answer: `unit` is the contact or the interaction, `at` grows with time."""

    customer: str
    unit: str
    day: date
    at: int
    score: int


def latest(answers: list[Given], start: date, end: date) -> list[Given]:
    counted = {}
    for answer in sorted(answers, key=lambda given: (given.day, given.at)):
        if start <= answer.day < end:
            counted[answer.unit] = answer
    return list(counted.values())


def sign(score: int) -> int:
    return 1 if score >= 9 else -1 if score <= 6 else 0


def nps(answers: list[Given]) -> Fraction | None:
    return Fraction(100 * sum(sign(a.score) for a in answers), len(answers)) if answers else None


def nps_by_customer(answers: list[Given]) -> Fraction | None:
    signs = defaultdict(list)
    for answer in answers:
        signs[answer.customer].append(sign(answer.score))
    means = [Fraction(sum(each), len(each)) for each in signs.values()]
    return 100 * sum(means, Fraction(0)) / len(means) if means else None


def share(answers: list[Given], good_from: int) -> Fraction | None:
    good = sum(answer.score >= good_from for answer in answers)
    return Fraction(good, len(answers)) if answers else None
