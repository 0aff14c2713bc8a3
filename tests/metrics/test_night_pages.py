import pytest
from django.urls import reverse

from metrics.daily import close_day
from metrics.models import Alert, Night, NightChunk
from tests.factories import DAY, CustomerFactory

pytestmark = pytest.mark.django_db


def red(customer) -> Alert:
    return Alert.objects.create(customer=customer, kind="went_red", day=DAY, details={"score": 9})


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_list_of_alerts_asks_the_same_number_of_questions(
    as_user, ana, how_many, django_assert_max_num_queries
):
    for _ in range(how_many):
        red(CustomerFactory(csm=ana))
    browser = as_user(ana)

    with django_assert_max_num_queries(7):
        page = browser.get(reverse("metrics:alert_list"))

    assert page.content.decode().count("Health is red at 9") == how_many


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_list_of_nights_asks_the_same_number_of_questions(
    as_user, lea, how_many, django_assert_max_num_queries
):
    for n in range(how_many):
        night = Night.objects.create(day=DAY.replace(day=1 + n))
        NightChunk.objects.create(night=night, first_id=1, last_id=2)
    browser = as_user(lea)

    with django_assert_max_num_queries(6):
        page = browser.get(reverse("metrics:night_list"))

    assert page.content.decode().count("row-title") == how_many


def test_a_running_night_is_watched_and_a_closed_one_is_not(as_user, lea):
    open_night = Night.objects.create(day=DAY, state=Night.State.RUNNING)
    NightChunk.objects.create(night=open_night, first_id=1, last_id=2, state="done")
    NightChunk.objects.create(night=open_night, first_id=3, last_id=4)
    address = reverse("metrics:night_detail", args=[DAY.isoformat()])

    running = as_user(lea).get(address).content.decode()
    Night.objects.update(state=Night.State.DONE)
    closed = as_user(lea).get(address).content.decode()

    assert 'value="50"' in running
    assert "hx-trigger" in running
    assert "hx-trigger" not in closed


def test_what_a_night_came_to_stands_on_its_page(as_user, lea):
    CustomerFactory.create_batch(3)
    close_day(DAY)

    page = as_user(lea).get(reverse("metrics:night_detail", args=[DAY.isoformat()]))

    assert "<dt>Customers scored</dt><dd>3</dd>" in page.content.decode()


def test_two_clicks_start_one_night(as_user, lea):
    for _ in range(2):
        as_user(lea).post(reverse("metrics:night_close"))

    assert Night.objects.count() == 1


def test_an_alert_is_dismissed_with_a_reason_and_not_without(as_user, ana):
    alert = red(CustomerFactory(csm=ana))
    address = reverse("metrics:alert_dismiss", args=[alert.pk])

    refused = as_user(ana).post(address, {"reason": " "}, follow=True).content.decode()
    alert.refresh_from_db()
    assert "Write why the alert is dismissed." in refused
    assert alert.is_open

    as_user(ana).post(address, {"reason": "They move office"})
    alert.refresh_from_db()
    assert (alert.dismissed_by, alert.dismiss_reason) == (ana, "They move office")


def test_an_odd_day_in_the_address_is_not_found(as_user, lea):
    assert as_user(lea).get("/nights/yesterday/").status_code == 404
