"""/api/v1/health, /alerts and /nights: what we concluded, as programs read it."""

from datetime import timedelta

import pytest

from lib.days import today
from metrics.models import Alert, HealthScore, Night, Snapshot
from tests.api.programs import send
from tests.factories import DAY, CustomerFactory

pytestmark = pytest.mark.django_db
PARTS = {"nps": {"input": 9, "scaled": "90", "weight": "0.2"}}


def scored(customer, day=DAY, score=50) -> None:
    HealthScore.objects.create(
        customer_id=customer.pk, day=day, score=score, band="amber", coverage=1, parts=PARTS,
        scorecard_version=1,
    )  # fmt: skip


def test_the_latest_score_comes_with_its_parts_and_its_history(ana, ben, api_of):
    bakery, other = CustomerFactory(csm=ana), CustomerFactory(csm=ben)
    for n in range(3):
        scored(bakery, day=DAY - timedelta(days=n), score=50 + n)
    scored(other)
    url = f"/api/v1/health/{bakery.pk}"

    latest = api_of(ana).get(url).json()
    history = api_of(ana).get(f"{url}/history", {"day__gte": DAY - timedelta(days=1)}).json()

    assert (latest["score"], latest["parts"]) == ("50.00", PARTS)
    assert [line["score"] for line in history] == ["50.00", "51.00"]


def test_the_large_table_is_asked_for_one_customer_only(ana, api_of, django_assert_num_queries):
    bakery, client = CustomerFactory(csm=ana), api_of(ana)
    scored(bakery)
    client.get("/api/v1/products")

    with django_assert_num_queries(3) as asked:
        client.get(f"/api/v1/health/{bakery.pk}/history")

    assert f'"customer_id" = {bakery.pk}' in asked.captured_queries[-1]["sql"]


def test_customers_are_listed_from_the_worst_and_those_without_a_score_come_last(lea, api_of):
    for score, band in ((70, "green"), (None, "none"), (20, "red")):
        Snapshot.objects.create(
            customer=CustomerFactory(), day=DAY, health_score=score, health_band=band
        )

    found = api_of(lea).get("/api/v1/health", {"ordering": "health_score"}).json()["results"]
    red = api_of(lea).get("/api/v1/health", {"health_band": "red"}).json()["results"]

    assert [row["health_band"] for row in found] == ["red", "green", "none"]
    assert [row["health_score"] for row in red] == ["20.00"]


def test_an_alert_is_dismissed_once_and_with_a_reason(ana, api_of):
    alert = Alert.objects.create(customer=CustomerFactory(csm=ana), kind="went_red", day=DAY)
    url, client = f"/api/v1/alerts/{alert.pk}/dismiss", api_of(ana)

    answers = [
        send(client, "post", url, body) for body in ({}, {"reason": "known"}, {"reason": "again"})
    ]

    assert [answer.status_code for answer in answers] == [400, 200, 409]
    assert answers[1].json()["dismissed_by"] == ana.pk
    assert client.get("/api/v1/alerts", {"is_open": "true"}).json()["results"] == []


@pytest.mark.parametrize(("days_ago", "code"), [(2, 202), (-1, 400), (4_000, 400)])
def test_a_day_that_is_over_can_be_closed_by_hand(days_ago, code, lea, api_of):
    day = today() - timedelta(days=days_ago)

    answer = send(api_of(lea), "post", f"/api/v1/nights/{day}/close", {})

    assert answer.status_code == code
    assert Night.objects.filter(day=day).exists() == (code == 202)


def test_a_closed_day_is_not_closed_again(lea, api_of):
    day = today() - timedelta(days=2)
    Night.objects.create(day=day, state=Night.State.DONE)

    answer = send(api_of(lea), "post", f"/api/v1/nights/{day}/close", {})

    assert answer.status_code == 409


@pytest.mark.parametrize("day", ["2026-02-30", "2026-06-15x", "0000-00-00"])
def test_a_day_that_is_none_is_404(day, lea, api_of):
    assert api_of(lea).get(f"/api/v1/nights/{day}").status_code == 404


@pytest.mark.parametrize("path", ["", "/history"])
def test_a_score_that_is_known_is_not_sent_again(path, api_of, ana):
    bakery = CustomerFactory(csm=ana)
    scored(bakery)
    address = f"/api/v1/health/{bakery.pk}{path}"
    tag = api_of(ana).get(address)["ETag"]

    again = api_of(ana).get(address, headers={"if-none-match": tag})
    HealthScore.objects.filter(customer_id=bakery.pk).update(score=1)
    changed = api_of(ana).get(address, headers={"if-none-match": tag})

    assert (again.status_code, again["ETag"], again.content) == (304, tag, b"")
    assert (changed.status_code, changed["ETag"] != tag) == (200, True)
