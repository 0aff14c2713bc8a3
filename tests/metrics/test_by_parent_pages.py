"""Counting by parent on pages, in the API and in reports: who may ask, who sees what, how often."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from customers.models import Customer
from metrics.catalogue import METRICS
from metrics.question import question_of
from metrics.reports.making import make_report
from metrics.reports.ordering import order_report
from metrics.reports.subjects import content_of
from metrics.traits import keep_traits
from tests.factories import DAY, NOON, CustomerFactory
from tests.metrics.retention.facts import book, pays

pytestmark = pytest.mark.django_db
ASKED = {"period": "2026-05", "roll_up": "parent"}
FOLLOWING = ["revenue", "retention", "churn", "overview"]
AS_BILLED = ["loyalty", "engagement", "value_and_cost"]


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def group(ana, ben):
    """Ana's holding with Ben's child, which moves and leaves; and a family all of which is hers."""
    holding = CustomerFactory(name="Holding", csm=ana, started_on=None)
    pays({"2025-01-05": 100, "2026-05-10": 0}, name="Child of Ben", parent=holding, csm=ben)
    pays({"2025-01-05": 50, "2026-05-10": 190}, name="Child of Ana", parent=holding, csm=ana)
    own = pays({"2025-01-05": 200, "2026-05-04": 230}, name="Her own", csm=ana)
    pays({"2026-05-06": 70}, name="Below her own", parent=own, csm=ana)
    keep_traits(DAY - timedelta(days=1), first=0, last=2**63 - 1)
    book(DAY - timedelta(days=1))
    return holding


def read(client, page: str, **asked: str) -> str:
    return client.get(reverse(f"metrics:{page}"), ASKED | asked).content.decode()


def figure(client, code: str, **asked: str) -> str:
    return client.get(reverse("metrics:figure_detail", args=[code]), ASKED | asked).content.decode()


@pytest.mark.parametrize("page", FOLLOWING)
def test_a_page_says_that_families_count_as_one_and_keeps_it_in_its_links(
    as_user, lea, group, page
):
    shown = read(as_user(lea), page)

    assert "A family of customers counts as one" in shown
    assert re.search(r'<option value="parent"[^>]* selected', shown)
    assert reverse("metrics:churn") + "?period=2026-05&amp;roll_up=parent" in shown


def test_the_steps_of_a_family_are_those_of_one_customer(as_user, lea, group):
    client = as_user(lea)

    billed, rolled_up = read(client, "revenue", roll_up=""), read(client, "revenue")

    assert "MRR rose by ¥140: ¥240 won, ¥100 lost (May 2026)" in billed
    assert "MRR rose by ¥140: ¥140 won, ¥0 lost (May 2026)" in rolled_up
    assert "Child of" not in rolled_up
    assert "Child of Ben" in read(client, "churn", roll_up="")
    assert "Child of Ben" not in read(client, "churn")


@pytest.mark.parametrize("page", AS_BILLED)
def test_pages_of_single_customers_say_that_they_do_not_follow(as_user, lea, group, page):
    client = as_user(lea)

    shown = read(client, page)

    assert "These figures are not counted by parent" in shown
    assert f'href="?{question_of({"period": "2026-05"}, DAY).address}"' in shown
    assert 'class="tile"' not in shown
    assert 'name="roll_up"' not in read(client, page, roll_up="")


def test_the_choice_is_offered_where_a_figure_follows(as_user, lea):
    client = as_user(lea)

    offered = {
        metric.code
        for metric in METRICS
        if 'name="roll_up"' in figure(client, metric.code, roll_up="")
    }

    assert offered == {metric.code for metric in METRICS if metric.rolls_up}


def test_a_figure_that_does_not_follow_says_so_and_opens_nothing(as_user, lea, group):
    shown = figure(as_user(lea), "nps")

    assert "This figure is not counted by parent. Ask for it as billed." in shown
    assert "rows-heading" not in shown


def test_closed_months_are_not_asked_by_parent(as_user, lea, group):
    shown = figure(as_user(lea), "mrr", view="reported")

    assert "Closed months are reported as billed." in shown
    assert "A family of customers counts as one" not in shown


def test_a_csm_sees_a_family_only_where_she_may_see_everybody_in_it(as_user, ana, ben, group):
    rows = {user: figure(as_user(user), "mrr") for user in (ana, ben)}

    assert "Her own" in rows[ana]
    assert not re.search("Holding|Child of", rows[ana] + rows[ben])
    moves = read(as_user(ana), "revenue")
    assert "Her own" in moves
    assert "Holding" not in moves


def test_who_lost_a_family_is_seen_by_who_may_see_everybody_in_it(as_user, ana, lea):
    root = CustomerFactory(name="Gone", csm=ana)
    pays({"2025-01-05": 100, "2026-05-10": 0}, parent=root, csm=ana)
    secret = pays({"2025-01-05": 100, "2026-05-11": 0}, parent=root, csm=lea)
    book(DAY - timedelta(days=1))

    assert "Gone" in read(as_user(lea), "churn")
    assert "Gone" not in read(as_user(ana), "churn")
    Customer.objects.filter(pk=secret.pk).update(csm=ana)
    assert "Gone" in read(as_user(ana), "churn")


@pytest.mark.parametrize("page", FOLLOWING)
def test_a_page_books_a_family_once(as_user, lea, group, page):
    client = as_user(lea)

    with CaptureQueriesContext(connection) as run:
        read(client, page)

    statements = [query["sql"] for query in run.captured_queries]
    for made in ("TEMP TABLE known_family", "INSERT INTO known_movement"):
        assert sum(made in sql for sql in statements) == 1, made


def test_a_program_asks_by_parent_and_is_told_what_it_asked(api_of, lea, group):
    client, numbers = api_of(lea), "/api/v1/numbers"

    mrr = client.get(f"{numbers}/paying_customers/", ASKED).json()
    rows = client.get(mrr["rows"]).json()
    nps = client.get(f"{numbers}/nps/", ASKED).json()

    assert (mrr["value"], mrr["asked"]["roll_up"]) == ("2", "parent")
    assert [row["label"] for row in rows["results"]] == ["Holding", "Her own"]
    assert (nps["value"], nps["reason"]) == (None, "not_by_parent")
    assert client.get(f"{numbers}/nps/rows", ASKED).json()["results"] == []
    assert client.get(f"{numbers}/nps/change", ASKED).json()["now"]["reason"] == "not_by_parent"
    cohorts = client.get(f"{numbers}/cohort_retention/cohorts", ASKED).json()["cohorts"]
    assert [cohort["n"] for cohort in cohorts] == [2]


@pytest.mark.parametrize(
    ("asked", "said"), [({"view": "reported"}, "as billed"), ({"roll_up": "root"}, "“parent”")]
)
def test_a_program_is_told_what_cannot_be_asked_by_parent(api_of, lea, asked, said):
    answer = api_of(lea).get("/api/v1/numbers/mrr/", ASKED | asked)

    assert answer.status_code == 400
    assert said in str(answer.json())


def test_what_takes_too_long_by_parent_is_said(settings, as_user, api_of, lea, group):
    settings.KNOWN_THEN_SECONDS = 0
    said = "Counting by parent takes too long. Ask as billed."

    assert said in figure(as_user(lea), "mrr")
    assert said in read(as_user(lea), "revenue")
    plans = api_of(lea).get("/api/v1/numbers/mrr/", ASKED | {"by": "plan"}).json()["groups"]
    assert {group["reason"] for group in plans} == {"too_many_families"}
    rows = api_of(lea).get("/api/v1/numbers/mrr/rows", ASKED)
    assert (rows.status_code, said in rows.content.decode()) == (400, True)


def test_a_report_ordered_from_a_page_by_parent_is_by_parent(
    as_user, lea, group, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    page = read(as_user(lea), "report_list", subject="churn")
    assert re.search(r'<option value="parent"[^>]* selected', page)
    report = order_report(lea, "revenue", "xlsx", question_of(ASKED, DAY).parameters())

    assert make_report(report.pk)

    report.refresh_from_db()
    sheets = CalamineWorkbook.from_path(str(tmp_path / report.stored_as))
    told = [
        row for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python()
    ]
    assert ["Customers", "By parent: a family counts as one"] in [row[:2] for row in told]
    assert any(row[:2] == ["Paying customers", 2] for row in told)
    assert not any("Child of" in str(row) for row in told)


@pytest.mark.parametrize("subject", ["board", "loyalty", "value"])
def test_a_report_leaves_out_what_is_not_counted_by_parent(lea, group, subject):
    report = order_report(lea, subject, "xlsx", question_of(ASKED, DAY).parameters())

    content = content_of(report, today=DAY)

    for told in content.figures:
        assert (told.figure.reason == "not_by_parent") == (not told.metric.rolls_up)
    assert bool(content.charts) == (subject == "board")
    assert bool(content.tables) == (subject == "board")
