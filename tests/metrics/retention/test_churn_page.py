"""The Churn page: who was lost, why and after how long, and what is done to win them back."""

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from customers.models import ExchangeRate, WinBack
from metrics.members import narrowing_few
from metrics.models import CustomerTrait
from metrics.question import question_of
from metrics.retention.lost import lost_by_reason, lost_by_tenure, lost_customers, standing_of
from metrics.retention.tenure import paying_by_tenure
from metrics.revenue.months import rebuild_months
from metrics.revenue.start_set import start_set
from metrics.traits import begin_traits
from tests.factories import DAY, NOON
from tests.metrics.retention.facts import book, day, learned_late, pays

PAGE = reverse("metrics:churn")
MAY = {"period": "2026-05"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def left(ana, ben):
    """In May two leave Ana, one of them soon after, and one leaves Ben and comes back in June."""
    price = pays({"2025-01-05": 1000, "2026-05-10": 0}, name="Price", csm=ana, churn_reason="price")
    young = pays({"2026-04-05": 500, "2026-05-20": 0}, name="Young", csm=ana, segment="Small")
    back = pays({"2025-01-05": 700, "2026-05-15": 0, "2026-06-01": 900}, name="Back", csm=ben)
    pays({"2025-01-05": 100}, name="Stays", csm=ben)
    pays({"2026-05-05": 100, "2026-05-25": 0}, name="Early", csm=ben)
    pays({"2025-01-05": 100, "2026-05-05": 0, "2026-05-07": 100}, name="Gap", csm=ben)
    book(DAY)
    return price, young, back


def win_back(customer) -> str:
    return reverse("metrics:win_back", args=[customer.pk])


def test_the_lost_are_listed_with_day_amount_tenure_and_reason(lea, left):
    page = lost_customers(question_of(MAY, DAY), lea, 1)

    found = [(r.name, str(r.lost_on), r.mrr, r.months, r.reason, r.standing) for r in page.rows]
    assert found == [
        ("Young", "2026-05-20", 500, 1, "ended", "not_tried"),
        ("Back", "2026-05-15", 700, 16, "ended", "won_back"),
        ("Price", "2026-05-10", 1000, 16, "price", "not_tried"),
    ]


def test_lists_reasons_and_bands_come_to_the_same_count_as_the_rate(left):
    question = question_of(MAY, DAY)

    reasons, bands, whole = lost_by_reason(question), lost_by_tenure(question), start_set(question)

    assert reasons == [("ended", 2, 1200), ("price", 1, 1000)]
    assert [(band.start, band.lost) for band in bands] == [(1, 1), (0, 0), (4, 2), (0, 0), (0, 0)]
    assert (whole.start_customers, whole.lost, whole.early) == (5, 3, 1)


ASKED = ({}, {"segment": "Small"}, {"csm": "~"}, {"plan": "Pro"}, {"segment": "~", "plan": "~"})


@pytest.mark.parametrize("asked", ASKED)
def test_bands_of_a_stored_month_are_those_of_the_steps(left, asked):
    pays({"2023-02-05": 100, "2023-02-20": 0, "2023-08-01": 10}, name="Old", segment="Small")
    pays({"2025-05-31": 100}, name="A year", segment="Small")
    pays({"2026-03-01": 100}, name="Two months")
    book(DAY)
    begin_traits(DAY)
    question = question_of(MAY | asked, DAY)

    stepped = paying_by_tenure(question)
    rebuild_months(through=DAY)

    assert paying_by_tenure(question) == stepped
    assert sum(stepped.values()) == start_set(question).start_customers


@pytest.mark.parametrize("asked", ASKED)
def test_those_looked_up_one_by_one_are_those_on_the_list(ana, left, asked):
    begin_traits(DAY)
    CustomerTrait.objects.filter(customer=left[1]).update(until=day("2026-05-02"))
    CustomerTrait.objects.create(customer=left[1], since=day("2026-05-02"), csm_id=ana.pk)
    question = question_of(MAY | asked, DAY)

    for noted_on in (day("2026-05-01"), day("2026-05-02"), day("2026-05-31")):
        found = [
            ids_where(*narrowing)
            for narrowing in (
                question.narrowing(noted_on, "c.id"),
                narrowing_few(question, noted_on, "c.id"),
            )
        ]

        assert found[0] == found[1]


def ids_where(condition, values) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM customers_customer c WHERE true {condition} ORDER BY id", values
        )
        return [row[0] for row in cursor.fetchall()]


def test_who_was_lost_may_be_read_as_it_was_known_then(lea, left):
    learned_late(left[0], "2026-04-20", "2026-06-10")
    book(DAY)

    now = lost_customers(question_of(MAY, DAY), lea, 1)
    then = lost_customers(question_of(MAY | {"known": "2026-06-05"}, DAY), lea, 1)

    assert [r.name for r in now.rows] == ["Young", "Back"]
    assert [r.name for r in then.rows] == ["Young", "Back", "Price"]


def test_the_page_shows_it_all(as_user, lea, left):
    rebuild_months(through=DAY)

    page = as_user(lea).get(PAGE, MAY | {"by": "csm"}).content.decode()

    for words in ("Price", "Young", "contract ended", "Less than 3 months", "Won back",
                  "Ana Abe", "The same numbers as a table"):  # fmt: skip
        assert words in page


def test_amounts_are_in_the_currency_asked_for(as_user, lea, left):
    ExchangeRate.objects.create(currency="USD", month=day("2026-05-01"), rate=100)

    page = as_user(lea).get(PAGE, MAY | {"currency": "USD"}).content.decode()

    assert "¥" not in page
    # Of all, by reason, by time as a customer, by segment and one by one.
    assert all(amount in page for amount in ("$22", "$12.00", "$10.00", "$5.00", "$7.00"))


def test_a_csm_sees_the_rate_of_all_and_her_own_lost(as_user, ana, left):
    page = as_user(ana).get(PAGE, MAY).content.decode()

    assert "Young" in page
    assert "Back" not in page
    assert "the figure counts everybody" in page


def test_a_note_says_where_a_lost_customer_stands(as_user, ana, left):
    price, _young, _back = left

    as_user(ana).post(
        win_back(price), {"state": "contacted", "note": "Call on Monday", "next": "/"}
    )

    noted = WinBack.objects.get()
    assert (noted.state, noted.note, noted.author) == ("contacted", "Call on Monday", ana)
    assert standing_of(price).state == "contacted"
    assert "Call on Monday" in as_user(ana).get(PAGE, MAY).content.decode()
    assert "Call on Monday" in as_user(ana).get(price.get_absolute_url()).content.decode()
    assert WinBack.pgh_event_model.objects.count() == 1


def test_whatever_page_a_note_names_is_never_an_error(as_user, ana, left):
    answer = as_user(ana).post(win_back(left[0]), {"state": "contacted", "next": "NaN"})

    assert (answer.status_code, answer["Location"]) == (302, "NaN")


def test_an_old_note_does_not_speak_of_a_new_loss(ana, left):
    price = left[0]
    WinBack.objects.create(customer=price, state="given_up", author=ana)
    WinBack.objects.update(noted_at="2025-12-01T00:00:00Z")

    assert standing_of(price).state == "not_tried"


def test_somebody_elses_customer_is_not_found(as_user, ben, left):
    assert as_user(ben).post(win_back(left[0]), {"state": "contacted"}).status_code == 404


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"state": "nonsense"}, "Choose where the customer stands."),
        ({"state": "contacted", "note": "x" * 501}, "500 characters or fewer"),
        ({"state": "contacted", "next": "https://elsewhere.invalid/"}, "Noted for Price."),
    ],
)
def test_what_is_not_understood_is_said(as_user, ana, left, sent, words):
    page = as_user(ana).post(win_back(left[0]), sent, follow=True)

    assert page.status_code == 200
    assert words in page.content.decode()


def test_an_empty_company_is_told_so(as_user, lea):
    page = as_user(lea).get(PAGE, {"period": "2026-05-02..2026-05-09", "by": "x"}).content.decode()

    assert "Nobody was lost in this period" in page
    assert "Only for whole months" in page


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_page_asks_as_often_however_many_left(
    as_user, lea, how_many, django_assert_max_num_queries
):
    for number in range(how_many):
        pays({"2026-01-05": 1000, f"2026-05-{number % 28 + 1:02}": 0}, name=f"Left {number}")
    book(DAY)
    browser = as_user(lea)

    with django_assert_max_num_queries(26):
        browser.get(PAGE, MAY)


def test_nobody_who_never_paid_is_lost(left):
    never = pays({"2026-07-05": 100})

    assert standing_of(never) is None
    assert standing_of(left[2]) is None
    assert day("2026-05-10") == standing_of(left[0]).lost_on
