"""Cost lines, costs of an hour and touchpoints from files: judged, corrected, taken back."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from customers.models import CostLine, RoleRate, Touchpoint
from tests.customers.importing.conftest import undo
from tests.factories import NOON, ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db
HEADER = "費用ID,種類,摘要,開始日,終了日,金額,維持割合,獲得割合,通貨,顧客ID\n"


@pytest.fixture(autouse=True)
def _june():
    with time_machine.travel(NOON, tick=True):
        yield


def codes(run) -> list[str]:
    rejected = run.rows.filter(verdict="rejected").order_by("number")
    return [row.problems[0]["code"] for row in rejected]


def test_a_cost_line_comes_changes_and_goes_with_its_undo(load, lea):
    CustomerFactory(external_id="0012")
    load("cost_lines", HEADER + "K1,人件費,CS,2026-06-01,2026-06-30,300000,50%,0.25,,\n", user=lea)

    again = load(
        "cost_lines",
        HEADER + "K1,人件費,CS,2026-06-01,2026-06-30,310000,50%,25%,,\n"
        "K2,研修,導入研修,2026/6/3,2026/6/3,9000,1,0,JPY,0012\n",
        user=lea,
    )  # fmt: skip

    line = CostLine.objects.get(external_id="K1")
    assert (line.amount, line.until, line.author) == (310_000, date(2026, 7, 1), lea)
    assert (line.retention_share, line.acquisition_share) == (Decimal("0.5"), Decimal("0.25"))
    assert CostLine.objects.get(external_id="K2").customer.external_id == "0012"
    assert again.counts == {"new": 1, "changed": 1}
    undo(again)
    assert list(CostLine.objects.values_list("external_id", "amount")) == [("K1", 300_000)]


def test_cost_lines_that_cannot_be_say_why(check):
    rows = [
        "A,夢,x,2026-06-01,2026-06-30,1,1,0,,", "B,tools,x,2026-06-30,2026-06-01,1,1,0,,",
        "C,tools,x,2026-06-01,,1,1,0,,", "D,tools,x,2026-06-01,2026-06-30,-1,1,0,,",
        "E,tools,x,2026-06-01,2026-06-30,1,80%,30%,,", "F,tools,x,2026-06-01,2026-06-30,1,8,0,,",
        "G,tools,x,2026-06-01,2026-06-30,1,1,0,USD,", "H,tools,x,2026-06-01,2026-06-30,1,1,0,,9",
        "I,tools,x,2026-06-01,2026-06-30,1,1,0,,", "I,tools,x,2026-06-01,2026-06-30,1,1,0,,",
    ]  # fmt: skip

    run = check("cost_lines", HEADER + "\n".join(rows))

    assert codes(run) == [
        "not_a_choice", "ends_before_start", "needs_end", "number_out_of_range", "shares_too_high",
        "number_out_of_range", "no_rate", "unknown_customer", "twice_in_file",
    ]  # fmt: skip


def test_costs_of_an_hour_are_known_by_role_and_day(load):
    RoleRate.objects.create(role="csm", effective_on=date(2026, 1, 1), hourly=4000)

    rows = "csm,2026-01-01,4200\nリーダー,2026-01-01,6500\n"
    run = load("role_rates", "役割,適用開始日,時間単価\n" + rows)

    assert run.counts == {"new": 1, "changed": 1}
    assert set(RoleRate.objects.values_list("role", "hourly")) == {("csm", 4200), ("lead", 6500)}
    undo(run)
    assert list(RoleRate.objects.values_list("role", "hourly")) == [("csm", 4000)]


def test_touchpoints_move_the_last_touch_and_an_undo_moves_it_back(load, ana):
    customer = CustomerFactory(external_id="0012", csm=ana)
    contact = ContactFactory(customer=customer)
    header = "id,customer id,contact,author,kind,date,minutes\n"
    load("touchpoints", header + "T1,0012,,,call,2026-06-01 10:00,15\n")

    run = load(
        "touchpoints",
        header + f"T1,0012,,,call,2026-06-02 10:00,20\n"
        f"T2,0012,{contact.external_id},ana@example.com,打合せ,2026-06-10 14:00,45\n"
        "T3,0012,,,note,2026-06-12,\n",
    )  # fmt: skip

    touch = Touchpoint.objects.get(external_id="T2")
    assert (touch.author, touch.contact, touch.kind, touch.minutes) == (ana, contact, "meeting", 45)
    customer.refresh_from_db()
    assert customer.last_touch_at == touch.happened_at
    undo(run)
    customer.refresh_from_db()
    kept = Touchpoint.objects.get()
    assert (kept.minutes, customer.last_touch_at) == (15, kept.happened_at)


def test_touchpoints_that_cannot_be_say_why(check, ana):
    CustomerFactory(external_id="0012")
    stranger = ContactFactory(external_id="P-X")
    header = "id,customer id,contact,author,kind,date,minutes\n"
    rows = [
        "A,9999,,,call,2026-06-01,1", f"B,0012,{stranger.external_id},,call,2026-06-01,1",
        "C,0012,,nobody@example.com,call,2026-06-01,1", "D,0012,,,call,2027-06-01,1",
        "E,0012,,,fax,2026-06-01,1", "F,0012,,,call,2026-06-01,-5",
    ]  # fmt: skip

    run = check("touchpoints", header + "\n".join(rows))

    assert codes(run) == ["unknown_customer", "unknown_contact", "unknown_csm", "in_the_future",
                          "not_a_choice", "number_out_of_range"]  # fmt: skip
