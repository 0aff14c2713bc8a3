from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from customers.models import Task
from metrics.company import close_company_day
from metrics.day_plan import renewing_soon
from metrics.models import CompanyDay, CsmDay, Snapshot
from metrics.standing import company_standing, standing_of
from tests.factories import (
    DAY,
    AlertFactory,
    ContactFactory,
    CustomerFactory,
    ResponseFactory,
    SnapshotFactory,
    TaskFactory,
    TeamFactory,
)

TODAY = reverse("customers:today")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(datetime(2026, 6, 15, 12, 0), tick=False):  # noqa: DTZ001  # any hour of the day
        yield


def risky(csm, name: str, annual_value: int, **task) -> Task:
    customer = CustomerFactory(name=name, csm=csm)
    SnapshotFactory(customer=customer, annual_value=annual_value)
    task = {"reason": "went_red", "reason_details": {"score": "31"}, **task}
    return TaskFactory(customer=customer, **task)


def planned(response) -> list[str]:
    return [str(line.customer) for line in response.context["plan"].lines]


@pytest.mark.parametrize("how_many", [3, 30])
def test_today_asks_the_same_number_of_questions(as_user, lea, how_many, django_assert_num_queries):
    for number in range(how_many):
        task = risky(CustomerFactory().csm, f"Customer {number}", number)
        ResponseFactory(customer=task.customer, task=TaskFactory(customer=task.customer))
    CompanyDay.objects.create(day=DAY)
    client = as_user(lea)

    with django_assert_num_queries(10):
        client.get(TODAY)


def test_more_money_stands_higher_when_the_reason_is_the_same(as_user, ana):
    risky(ana, "Small", 100_000)
    risky(ana, "Big", 9_000_000)

    assert planned(as_user(ana).get(TODAY)) == ["Big", "Small"]


def test_an_overdue_task_stands_higher_than_one_of_next_week(as_user, ana):
    risky(ana, "Next week", 100, due_on=DAY + timedelta(days=6))
    risky(ana, "Overdue", 100, due_on=DAY - timedelta(days=9))

    assert planned(as_user(ana).get(TODAY)) == ["Overdue", "Next week"]


def test_several_reasons_are_one_line(as_user, ana):
    task = risky(ana, "Bakery", 100)
    TaskFactory(customer=task.customer, title="Send the plan")

    response = as_user(ana).get(TODAY)

    assert planned(response) == ["Bakery"]
    assert b"Send the plan" in response.content
    assert b"Health is red at 31" in response.content


def test_what_sleeps_or_is_done_or_is_far_away_is_not_planned(as_user, ana):
    risky(ana, "Asleep", 1).snooze(until=DAY, reason="holiday")
    risky(ana, "Done", 1).mark_done(by=ana)
    risky(ana, "Far", 1, due_on=DAY + timedelta(days=30))

    assert planned(as_user(ana).get(TODAY)) == []


def test_a_csm_gets_her_own_day_and_a_lead_everybodys(as_user, ana, ben, lea):
    risky(ana, "Bakery", 100)
    risky(ben, "Brewery", 100)

    assert planned(as_user(ana).get(TODAY)) == ["Bakery"]
    assert planned(as_user(ana).get(TODAY, {"scope": "all"})) == ["Bakery"]
    assert set(planned(as_user(lea).get(TODAY))) == {"Bakery", "Brewery"}
    assert planned(as_user(lea).get(TODAY, {"scope": "mine"})) == []


def test_my_team_is_what_its_people_look_after(as_user, ana, ben, lea):
    User.objects.filter(pk__in=[ana.pk, lea.pk]).update(team=TeamFactory())
    for csm, name in ((ana, "Bakery"), (ben, "Brewery")):
        customer = risky(csm, name, 100).customer
        Snapshot.objects.filter(customer=customer).update(renews_on=DAY + timedelta(days=9))
        CsmDay.objects.create(csm=csm, day=DAY - timedelta(days=1), customers=1, mrr=csm.pk)

    response = as_user(lea).get(TODAY, {"scope": "team"})

    assert planned(response) == ["Bakery"]
    assert [str(row.customer) for row in response.context["renewals"]] == ["Bakery"]
    assert response.context["standing"].arr == 12 * ana.pk
    assert b"My team" not in as_user(ben).get(TODAY).content


def test_renewals_of_few_people_come_in_the_order_of_everybodys(ana):
    for days in (9, 3, 90, 91, -1, 3):
        customer = CustomerFactory(csm=ana)
        SnapshotFactory(customer=customer, renews_on=DAY + timedelta(days=days))

    of_few = renewing_soon(Snapshot.objects.visible_to(ana), day=DAY, of_few=True)
    of_all = renewing_soon(Snapshot.objects.all(), day=DAY)

    assert [(row.renews_on - DAY).days for row in of_few] == [3, 3, 9, 90]
    assert [row.pk for row in of_few] == [row.pk for row in of_all]


def test_the_tiles_of_a_csm_and_of_a_team_add_up_to_the_companys(ana, ben):
    for csm, worth, band in ((ana, 100, "red"), (ana, 300, "green"), (ben, 9_000, "green"),
                             (None, 50, "red")):  # fmt: skip
        customer = CustomerFactory(csm=csm)
        SnapshotFactory(customer=customer, mrr=worth, health_band=band)
        ResponseFactory(customer=customer, contact=ContactFactory(customer=customer), score=9)

    close_company_day(DAY)
    own, team = standing_of([ana.pk], DAY), standing_of([ana.pk, ben.pk], DAY)
    company = company_standing(DAY)

    assert (own.customers, own.arr, own.at_risk, own.red) == (2, 4_800, 1_200, 1)
    assert own.at_risk_rate.value == Decimal("0.25")
    assert (team.customers, team.arr, team.nps.n) == (3, 112_800, 3)
    assert (company.customers, company.arr, company.nps.n) == (4, 113_400, 4)
    assert (own.trend.at_risk, own.trend.nps) == ([1_200], [100])


def test_the_tiles_of_a_lead_are_those_of_the_last_closed_day(as_user, lea):
    CompanyDay.objects.create(day=DAY - timedelta(days=1), customers=7, mrr=Decimal(10),
                              promoters=6, passives=2, detractors=2)  # fmt: skip

    response = as_user(lea).get(TODAY)

    assert response.context["standing"].arr == 120
    assert "+40" in response.content.decode()
    assert "from 10 answers" in response.content.decode()


def test_before_the_first_night_the_page_says_so(as_user, lea):
    assert b"after the first night" in as_user(lea).get(TODAY).content


def test_a_viewer_sees_the_plan_without_buttons(as_user, vic, ana):
    risky(ana, "Bakery", 100)

    response = as_user(vic).get(TODAY)

    assert b"Bakery" in response.content
    assert b"Log a call" not in response.content


def test_an_unhappy_answer_waits_until_its_task_is_done(as_user, ana):
    answer = ResponseFactory(customer__csm=ana, score=2, comment="Too slow")
    task = TaskFactory(customer=answer.customer)
    AlertFactory(customer=answer.customer, kind="detractor", subject=f"response:{answer.pk}",
                 task=task)  # fmt: skip
    client = as_user(ana)

    assert b"Too slow" in client.get(TODAY).content
    task.mark_done(by=ana)

    assert b"Too slow" not in client.get(TODAY).content


def test_who_has_half_an_hour_is_shown_what_fits_and_what_is_left(as_user, ana):
    risky(ana, "Red", 9_000)
    risky(ana, "Angry", 5_000, reason="detractor", reason_details={"score": "2"})
    risky(ana, "Own task", 1_000, reason="", reason_details={})

    response = as_user(ana).get(TODAY, {"minutes": "30"})
    plan, page = response.context["plan"], response.content.decode()

    assert planned(response) == ["Red"]
    assert "about 30 min" in page
    assert "Left for later: 2 customers, ¥6K a year." in page
    assert [str(line.customer) for line in plan.left] == ["Angry", "Own task"]


def test_a_small_task_takes_the_place_of_a_large_one_that_does_not_fit(as_user, ana):
    risky(ana, "Red", 9_000)
    risky(ana, "Angry", 10, reason="detractor", reason_details={"score": "2"})

    assert planned(as_user(ana).get(TODAY, {"minutes": "15"})) == ["Angry"]


@pytest.mark.parametrize("odd", ["", "x", "0", "-5", "7", "٣٠"])
def test_an_odd_number_of_minutes_is_the_whole_day(as_user, ana, odd):
    risky(ana, "Red", 9_000)

    response = as_user(ana).get(TODAY, {"minutes": odd})

    assert planned(response) == ["Red"]
    assert response.context["minutes"] is None


def test_a_new_installation_says_what_to_begin_with(as_user, ana, ada):
    for_admin, for_csm = (as_user(who).get(TODAY).content.decode() for who in (ada, ana))

    assert f'href="{reverse("customers:import_upload")}"' in for_admin
    assert "A lead or an admin imports them." in for_csm
