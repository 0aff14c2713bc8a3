"""An alert whose figures are missing or are none is named by its kind; no page breaks."""

import pytest
from django.urls import reverse

from metrics.alerts.sentences import sentence
from metrics.health.wording import override_text
from metrics.models import Alert
from tests.factories import AlertFactory, CustomerFactory, TaskFactory

DETAILS = [{}, {"score": None}, {"before": "x", "after": "y"}, {"renews_on": "soon"}, []]


@pytest.mark.parametrize("kind", Alert.Kind)
@pytest.mark.parametrize("details", DETAILS, ids=str)
def test_every_kind_has_a_sentence_whatever_its_figures(kind, details):
    assert sentence(kind, details)


def test_whole_figures_still_make_the_whole_sentence():
    assert sentence(Alert.Kind.WENT_RED, {"score": "31"}) == "Health is red at 31"


@pytest.mark.parametrize(
    ("details", "said"),
    [({"score": 1, "highest": 7}, "Answered 1 of 7"), ({"score": "2"}, "Answered 2 of 10")],
)
def test_an_answer_is_told_on_its_own_scale(details, said):
    assert sentence(Alert.Kind.DETRACTOR, details) == said


def test_who_is_red_for_a_champion_who_left_is_told_so():
    details = {"score": "39", "override": "champion_left"}

    said = sentence(Alert.Kind.WENT_RED, details)

    assert said == "Health is red at 39: the champion has left"


@pytest.mark.parametrize(("limit", "words"), [(1, "1 day"), (45, "45 days")])
def test_who_pays_late_is_told_the_limit_of_the_installation(settings, limit, words):
    settings.PAST_DUE_LIMIT_DAYS = limit

    said = sentence(Alert.Kind.WENT_RED, {"score": "39", "override": "past_due"})

    assert said == f"Health is red at 39: more than {words} past due"
    assert override_text("past_due") == f"Held at 39 at most: more than {words} past due."


@pytest.mark.parametrize("kind", Alert.Kind)
def test_pages_and_api_survive_an_alert_without_figures(kind, ana, as_user, api_of):
    customer = CustomerFactory(csm=ana)
    task = TaskFactory(customer=customer, assignee=ana, reason=kind, reason_details={})
    AlertFactory(customer=customer, kind=kind, details={}, task=task)
    AlertFactory(customer=customer, kind=kind, details={}, subject="another")
    browser = as_user(ana)
    pages = [
        customer.get_absolute_url(), reverse("customers:today"), reverse("customers:task_list"),
        reverse("metrics:alert_list"),
    ]  # fmt: skip

    assert {browser.get(page).status_code for page in pages} == {200}
    found = api_of(ana).get("/api/v1/alerts")

    assert [row["details"] for row in found.json()["results"]] == [{}, {}]
