from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from customers.forms import COLUMNS
from customers.models import Customer
from customers.templatetags.portfolio import CELLS
from metrics import portfolio
from tests.factories import DAY, CustomerFactory, SnapshotFactory

LIST = reverse("customers:customer_list")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(DAY, tick=False):
        yield


def names(response) -> list[str]:
    return [customer.name for customer in response.context["page"].rows]


def with_score(name: str, score: int | None, csm, **snapshot) -> Customer:
    customer = CustomerFactory(name=name, csm=csm)
    band = "none" if score is None else "red" if score < 40 else "green"
    SnapshotFactory(customer=customer, health_score=score, health_band=band, **snapshot)
    return customer


@pytest.mark.parametrize("how_many", [3, 30])
@pytest.mark.parametrize(
    ("asked", "questions"), [({}, 10), ({"q": "customer", "touch": "low"}, 11)]
)
def test_the_list_asks_the_same_number_of_questions(
    as_user, lea, how_many, asked, questions, django_assert_num_queries
):
    for number in range(how_many):
        with_score(f"Customer {number}", number, CustomerFactory().csm)
    client = as_user(lea)

    with django_assert_num_queries(questions):
        client.get(LIST, asked)


def test_those_who_need_help_stand_first_and_those_without_a_score_last(as_user, lea):
    with_score("Well", 88, lea)
    with_score("Unknown", None, lea)
    with_score("Ill", 12, lea)

    assert names(as_user(lea).get(LIST)) == ["Ill", "Well", "Unknown"]


def test_a_csm_sees_only_her_own_customers(as_user, ana, ben):
    with_score("Bakery", 50, ana)
    with_score("Brewery", 50, ben)

    assert names(as_user(ana).get(LIST)) == ["Bakery"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("-arr", "Big"), ("arr", "Small"), ("renewal", "Small"), ("name", "Big"), ("-name", "Small"),
     ("touch", "Big"), ("-health", "Big"), ("nps", "Small"), ("-nps", "Big"), ("usage", "Small"),
     ("-usage", "Big")],
)  # fmt: skip
def test_columns_sort_the_list(as_user, lea, sort, first):
    big = with_score("Big", 80, lea, mrr=Decimal(9), renews_on=DAY + timedelta(days=90),
                     nps_score=9, usage_28=20, usage_before_28=10)  # fmt: skip
    with_score("Small", 30, lea, mrr=Decimal(1), renews_on=DAY + timedelta(days=9), nps_score=2,
               usage_28=30, usage_before_28=50)  # fmt: skip
    Customer.objects.exclude(pk=big.pk).update(last_touch_at="2026-06-01T00:00Z")

    assert names(as_user(lea).get(LIST, {"sort": sort}))[0] == first


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"band": "red"}, {"Ill"}),
        ({"segment": "Enterprise"}, {"Well"}),
        ({"renewing": "30"}, {"Ill"}),
        ({"q": "wel"}, {"Well"}),
        ({"q": "nobody"}, set()),
        ({"stage": "churned"}, {"Gone"}),
    ],
)
def test_filters_narrow_the_list(as_user, lea, asked, found):
    well = with_score("Well", 80, lea)
    with_score("Ill", 12, lea, renews_on=DAY + timedelta(days=9))
    gone = with_score("Gone", 5, lea)
    gone.mark_churned(on=date(2026, 5, 1), reason="price")
    Customer.objects.filter(pk=well.pk).update(segment="Enterprise")

    assert set(names(as_user(lea).get(LIST, asked))) == found


@pytest.fixture
def sakura(lea) -> Customer:
    customer = with_score("株式会社さくら製作所", 80, lea)
    customer.kana, customer.domain, customer.external_id = "サクラ", "sakura.example.jp", "A-77"
    customer.refresh_search_text()
    customer.save()
    with_score("Umbrella Corporation", 12, lea)
    return customer


def test_whoever_never_answered_is_left_out_when_answers_sort_the_list(as_user, lea):
    with_score("Silent", 50, lea)
    with_score("Well", 80, lea, nps_score=9)

    response = as_user(lea).get(LIST, {"sort": "nps"})

    assert names(response) == ["Well"]
    assert b"without a score are left out" in response.content


@pytest.mark.parametrize("few", [2_000, 0])
@pytest.mark.parametrize(
    ("typed", "is_found"),
    [("さくら", True), ("サクラ", True), ("ｻｸﾗ", True), ("製作", True), ("製", True),
     ("SAKURA", True), ("example.jp", True), ("a-77", True), ("会社 77", True),
     ("製作 nobody", False), ("所さ", False), ("77sa", False), ("%", False), ("_", False)],
)  # fmt: skip
def test_a_search_finds_words_anywhere(lea, sakura, monkeypatch, typed, is_found, few):
    """Whether few match, so that they are sorted, or many, so that the order is walked along."""
    monkeypatch.setattr(portfolio, "FEW", few)

    keys = portfolio.ordered_keys(lea, portfolio.Wishes(text=typed), today=DAY)

    assert list(keys) == [sakura.pk] * is_found


@pytest.mark.parametrize("few", [2_000, 0])
@pytest.mark.parametrize("sort", ["health", "name"])
def test_a_search_keeps_the_order_and_the_walls(as_user, ana, ben, monkeypatch, few, sort):
    monkeypatch.setattr(portfolio, "FEW", few)
    for name, score, csm in [("Same B", 80, ana), ("Same A", 12, ana), ("Same C", 1, ben)]:
        with_score(name, score, csm)

    assert names(as_user(ana).get(LIST, {"q": "same", "sort": sort})) == ["Same A", "Same B"]


@pytest.mark.parametrize(("few", "far"), [(2_000, 20), (0, 20), (0, 0)])
@pytest.mark.parametrize("sort", ["health", "name"])
def test_filters_find_few_and_many_near_and_far(as_user, ana, ben, monkeypatch, sort, few, far):
    monkeypatch.setattr(portfolio, "FEW", few)
    monkeypatch.setattr(portfolio, "FAR", far)
    for number, csm in [(2, ana), (1, ana), (3, ben), (4, ana)]:
        customer = with_score(f"C{number}", number, csm)
        standing = {"segment": "Other", "touch": "high"} if number == 4 else {"segment": "SMB"}
        Customer.objects.filter(pk=customer.pk).update(**standing)
    client = as_user(ana)

    for asked in ({"segment": "SMB"}, {"touch": "low", "stage": "adopting"}):
        assert names(client.get(LIST, asked | {"sort": sort})) == ["C1", "C2"]


def test_a_search_is_answered_from_the_index_of_letter_pairs():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

        plan = Customer.objects.matching("さくら").order_by().explain()

    assert "customer_by_letter_pairs" in plan


@pytest.mark.parametrize(
    "asked",
    [{"page": "0"}, {"page": "x"}, {"page": "9" * 40}, {"band": "purple"}, {"csm": "x"},
     {"sort": "; drop"}, {"q": "a\x00b"}, {"q": "%"}, {"renewing": "-1"}],
)  # fmt: skip
def test_nonsense_in_the_address_is_left_out(as_user, lea, asked):
    with_score("Well", 80, lea)

    assert as_user(lea).get(LIST, asked).status_code == 200


def test_the_second_page_goes_on_where_the_first_ended(as_user, lea):
    for number in range(52):
        with_score(f"C{number:02}", number, lea)
    client = as_user(lea)

    first, second = client.get(LIST), client.get(LIST, {"page": "2"})

    assert names(first) + names(second) == [f"C{number:02}" for number in range(52)]
    assert first.context["page"].has_next
    assert not second.context["page"].has_next


def test_a_customer_of_today_is_named_though_she_has_no_figures_yet(as_user, lea):
    from metrics.models import CompanyDay  # the only test that needs a closed day

    CompanyDay.objects.create(day=DAY - timedelta(days=1))
    CustomerFactory(name="Newcomer", csm=lea)

    response = as_user(lea).get(LIST)

    assert b"Newcomer" in response.content


def test_a_search_as_you_type_brings_only_the_table(as_user, lea):
    with_score("Well", 80, lea)

    response = as_user(lea).get(LIST, {"q": "well", "band": ""}, headers={"hx-request": "true"})

    assert b"<html" not in response.content
    assert b"Well" in response.content
    assert response["HX-Replace-Url"] == f"{LIST}?q=well"


def test_a_name_cannot_smuggle_markup_into_a_line(as_user, lea):
    with_score('"><script>alert(1)</script>', 80, lea)

    assert b"<script>alert" not in as_user(lea).get(LIST).content


def test_a_line_knows_each_column_in_the_order_of_the_head():
    assert list(CELLS) == [name for name, _label in COLUMNS]


def test_lines_speak_the_language_of_whoever_reads(as_user, lea, vic):
    customer = with_score("Well", 80, lea, renews_on=DAY + timedelta(days=9))
    Customer.objects.filter(pk=customer.pk).update(last_touch_at="2026-06-01T00:00Z")
    lea.language = "ja"
    lea.save()

    first, second, again = (as_user(user).get(LIST).text for user in (lea, vic, lea))

    assert "in 9 days" in second
    assert "in 9 days" not in first + again
    assert "Adopting · Low touch" in second
    assert "Adopting" not in first + again


def test_an_empty_list_says_what_to_do(as_user, lea):
    assert b"Import customers" in as_user(lea).get(LIST).content


def test_a_customer_without_figures_stands_in_the_list_by_name(as_user, lea):
    CustomerFactory(name="Newcomer", csm=lea)

    response = as_user(lea).get(LIST, {"sort": "name"})

    assert names(response) == ["Newcomer"]
    assert b"Not enough data" in response.content


def test_a_new_installation_begins_with_a_file_of_customers(as_user, ada):
    empty = as_user(ada).get(reverse("customers:customer_list")).content.decode()
    CustomerFactory()
    begun = as_user(ada).get(reverse("customers:customer_list")).content.decode()

    assert f'href="{reverse("customers:import_upload")}"' in empty
    assert reverse("customers:import_upload") not in begun
