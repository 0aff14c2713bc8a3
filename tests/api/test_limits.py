"""How often one person's programs may ask."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.api.throttling import take
from tests.api.programs import CUSTOMERS, send

pytestmark = pytest.mark.django_db


def takes_of_200(identity: str) -> tuple[int, float]:
    """How many of 200 parallel tries at a bucket of 50 won, and what was refilled meanwhile."""
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _n: take(identity, 1, 50)[0], range(200)))
    return sum(taken), (time.monotonic() - began) * 50 / 60


def test_an_empty_bucket_is_429_with_the_seconds_to_wait(ana, api_of, settings):
    settings.API_RATE_PER_MINUTE = 5
    one, other = api_of(ana), api_of(ana)

    reads = [client.get(CUSTOMERS) for client in (one, other, one)]
    write = send(one, "post", CUSTOMERS, {})
    refused = other.get(CUSTOMERS)

    assert [answer["RateLimit-Remaining"] for answer in (*reads, write)] == ["4", "3", "2", "0"]
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= 12
    assert refused["RateLimit-Limit"] == "5"


def test_another_person_has_a_bucket_of_her_own(ana, ben, api_of, settings):
    settings.API_RATE_PER_MINUTE = 1
    api_of(ana).get(CUSTOMERS)

    assert api_of(ana).get(CUSTOMERS).status_code == 429
    assert api_of(ben).get(CUSTOMERS).status_code == 200


def test_200_parallel_tries_never_overdraw_the_bucket():
    taken, refilled = takes_of_200("parallel")

    assert 50 <= taken <= 51 + refilled


def test_without_redis_each_process_counts_for_itself(ana, api_of, settings, caplog):
    settings.CACHES = {"default": {"LOCATION": "redis://127.0.0.1:1/0"}}
    settings.API_RATE_PER_MINUTE = 3
    client = api_of(ana)

    statuses = [client.get(CUSTOMERS).status_code for _ in range(5)]

    assert statuses == [200, 200, 200, 429, 429]
    assert caplog.text.count("Redis does not answer") == 1


def test_200_parallel_tries_without_redis_never_overdraw_the_bucket(settings):
    settings.CACHES = {"default": {"LOCATION": "redis://127.0.0.1:1/0"}}

    taken, refilled = takes_of_200("parallel, without Redis")

    assert 50 <= taken <= 51 + refilled
