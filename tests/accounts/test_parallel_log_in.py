"""Many tries to log in at the same moment: no more come through than one after the other."""

import contextlib
import itertools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db(transaction=True)

TRIES = 200
LIMIT = 5


AT_ONCE = 16


def try_wrong_passwords(addresses: list[str]) -> list[int]:
    """One after the other: what somebody tries who has many of these at once."""
    fields = {"login": "ana@example.com", "password": "wrong wrong wrong"}
    try:
        return [
            Client(REMOTE_ADDR=address).post(reverse("account_login"), fields).status_code
            for address in addresses
        ]
    finally:
        connection.close()


def statuses_of(addresses: list[str]) -> Counter[int]:
    shares = [addresses[n::AT_ONCE] for n in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(itertools.chain.from_iterable(pool.map(try_wrong_passwords, shares)))


ONE_ADDRESS = ["203.0.113.9"] * TRIES
# The same race for another count: fewer tries show it.
MANY_ADDRESSES = [f"203.0.113.{n + 1}" for n in range(64)]
LIMITS = {"login_failed": "5/15m/key,1000/h/ip", "login_failed_everywhere": "1000/h/key"}
LIMITS_EVERYWHERE = {"login_failed": "5/15m/key", "login_failed_everywhere": "5/h/key"}


@pytest.mark.parametrize(
    ("limits", "addresses"),
    [(LIMITS, ONE_ADDRESS), (LIMITS_EVERYWHERE, MANY_ADDRESSES)],
    ids=["200 from one address", "64 from as many addresses"],
)
def test_of_many_parallel_tries_no_more_than_the_limit_come_through(
    ana, settings, limits, addresses
):
    settings.ACCOUNT_RATE_LIMITS = limits

    statuses = statuses_of(addresses)

    assert set(statuses) == {200, 429}
    assert 1 <= statuses[200] <= LIMIT


class SlowCache:
    """The cache, where the first eight who look at the count of all addresses look together."""

    def __init__(self) -> None:
        self.together = threading.Barrier(8)
        self.tickets = itertools.count(1)

    def __getattr__(self, name: str):
        return getattr(cache, name)

    def get(self, key: str, *words):
        seen = cache.get(key, *words)
        if "everywhere" in key and next(self.tickets) <= self.together.parties:
            self.together.wait(timeout=60)
        return seen


def test_without_the_lock_around_counting_more_come_through(ana, settings, monkeypatch):
    """The negative twin."""
    settings.ACCOUNT_RATE_LIMITS = LIMITS_EVERYWHERE
    monkeypatch.setattr(ratelimit, "cache_lock", lambda _key: contextlib.nullcontext(True))
    monkeypatch.setattr(ratelimit, "cache", SlowCache())

    assert statuses_of(MANY_ADDRESSES)[200] > LIMIT


def test_the_right_password_gives_its_tries_back(ana, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/h/key", "login_failed_everywhere": "2/h/key"}
    ana.set_password("correct horse battery")
    ana.save()
    fields = {"login": ana.email, "password": "correct horse battery"}

    statuses = [Client().post(reverse("account_login"), fields).status_code for _ in range(6)]

    assert statuses == [302] * 6
