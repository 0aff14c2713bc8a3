"""The Engagement page and the page that says what counts as use."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from customers.models import DirtyDay
from metrics.engaging import sum_up_engagement
from metrics.models import CustomerEngagement, Feature, Insider
from tests.factories import DAY, NOON, CustomerFactory

pytestmark = pytest.mark.django_db
PAGE, CHOICES = reverse("metrics:engagement"), reverse("metrics:feature_list")


@pytest.fixture(autouse=True)
def _the_day_after():
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        yield


def engaged(customer, people, seats, feature):
    return CustomerEngagement(
        day=DAY, customer=customer, seats=seats, people=people, people_seated=people,
        people_today=people, people_week=people, people_weekday=people, came_back=people,
        days=7 * people, days_weekday=5 * people, sessions=people, session_seconds=600 * people,
        entitled=1, used=1, adopted=1, features={str(feature.pk): 5}, segment=customer.segment,
    )  # fmt: skip


@pytest.fixture
def company(ana, ben):
    feature = Feature.objects.create(event="report.exported", is_core=True)
    hers = CustomerFactory(name="Hers", csm=ana, segment="Small")
    his = CustomerFactory(name="His", csm=ben, segment="Large")
    CustomerEngagement.objects.bulk_create(
        [engaged(hers, 4, 10, feature), engaged(his, 12, 10, feature)]
    )
    sum_up_engagement(DAY)


def test_the_page_shows_figures_features_and_who_has_more_people_than_seats(as_user, lea, company):
    page = as_user(lea).get(PAGE).content.decode()

    assert "25.0%" in page  # stickiness: 7 of 28 days
    assert "report.exported" in page
    assert "120%" in page


def test_a_csm_finds_only_her_own_customers_in_the_lists(as_user, ana, company):
    page = as_user(ana).get(PAGE).content.decode()

    assert "Hers" in page
    assert ">His<" not in page


def test_a_segment_is_asked_for_in_the_address(as_user, lea, company):
    page = as_user(lea).get(PAGE, {"segment": "Small"}).content.decode()

    assert "40.0%" in page
    assert ">His<" not in page


def test_without_a_night_the_page_says_what_to_do(as_user, lea):
    page = as_user(lea).get(PAGE).content.decode()

    assert "Engagement is not kept for this day" in page


@pytest.mark.parametrize("more", [2, 29])
def test_the_page_asks_as_many_questions_for_3_and_30_customers(
    as_user, lea, company, more, django_assert_max_num_queries
):
    feature = Feature.objects.get()
    CustomerEngagement.objects.bulk_create(
        engaged(CustomerFactory(csm=None), 3, 10, feature) for _ in range(more)
    )

    with django_assert_max_num_queries(31):
        as_user(lea).get(PAGE)


def saved(client, feature, **changed):
    fields = {"id": feature.pk, "label": "", "is_value": "on", "uses_needed": "3", "plans": ""}
    forms = {f"features-0-{name}": value for name, value in (fields | changed).items()}
    management = {"features-TOTAL_FORMS": "1", "features-INITIAL_FORMS": "1"}
    return client.post(CHOICES, forms | management | {"marks": "@ours.example\nbot-1"})


def test_a_feature_nobody_sent_is_not_made_by_a_form(as_user, lea, company):
    sent = {"features-TOTAL_FORMS": 1, "features-INITIAL_FORMS": 0, "features-0-label": "New",
            "features-0-uses_needed": 1, "marks": ""}  # fmt: skip

    answer = as_user(lea).post(CHOICES, sent)

    assert (answer.status_code, Feature.objects.count()) == (302, 1)


def test_what_counts_as_use_is_chosen_and_counted_again_tonight(as_user, lea, company):
    feature = Feature.objects.get()

    answer = saved(as_user(lea), feature, label="Export", uses_needed="9", plans="Pro, Team")

    feature.refresh_from_db()
    assert answer.status_code == 302
    assert (str(feature), feature.is_core, feature.uses_needed) == ("Export", False, 9)
    assert feature.plans == ["Pro", "Team"]
    assert set(Insider.objects.values_list("mark", flat=True)) == {"@ours.example", "bot-1"}
    assert DirtyDay.objects.count() == 28


def test_a_choice_that_makes_no_sense_is_refused_and_nothing_is_lost(as_user, lea, company):
    page = saved(as_user(lea), Feature.objects.get(), label="Export", uses_needed="0")

    assert page.status_code == 422
    assert 'value="Export"' in page.content.decode()
    assert not Insider.objects.exists()
