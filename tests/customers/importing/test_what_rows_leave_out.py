"""Intervals of any length, and the currency of rows that name none."""

import pytest
from django.core.management import CommandError, call_command

from customers.importing.working import work_on
from customers.models import Customer, SubscriptionVersion
from tests.customers.importing.conftest import save
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def test_a_contract_may_be_paid_at_intervals_of_any_length(load):
    """mrr-001, arr-001"""
    CustomerFactory(external_id="C-1")
    words = ["14 months", "every 2 weeks", "10 days", "36か月", "5年", "Half-yearly", "0 months"]

    rows = [f"S-{n},C-1,2025-01-01,100,{word}" for n, word in enumerate(words)]
    run = load("subscriptions", "\n".join(["id,customer id,start date,price,interval", *rows]))

    kept = SubscriptionVersion.objects.order_by("subscription__external_id")
    assert list(kept.values_list("interval", "interval_count")) == [
        ("month", 14), ("week", 2), ("day", 10), ("month", 36), ("year", 5), ("month", 6),
    ]  # fmt: skip
    assert [row.number for row in run.rows.filter(verdict="rejected")] == [8]


@pytest.mark.parametrize(("chosen", "kept"), [("", "EUR"), ("USD", "USD")])
def test_a_customer_without_a_currency_pays_in_the_chosen_or_the_reporting_one(
    upload, settings, chosen, kept
):
    settings.REPORTING_CURRENCY = "EUR"
    run = upload("customers", "id,name\nC-1,Sakura\n")
    run.options["currency"] = chosen

    assert run.start_checking()
    assert work_on(run.pk)
    run.refresh_from_db()
    save(run)

    assert Customer.objects.get().currency == kept
    assert Customer().currency == "EUR"


def test_a_column_nobody_recognises_is_asked_for_with_those_there_are(db, tmp_path):
    file = tmp_path / "telco.csv"
    file.write_text("who,monthly charges\nC-1,100\n")

    with pytest.raises(CommandError, match=r"external_id.*--map .*who, monthly charges"):
        call_command("import_file", str(file), noun="subscriptions")


def test_why_one_change_was_made_says_nothing_of_the_next(load):
    CustomerFactory(external_id="C-1")
    load("subscriptions", "id,customer id,start date,price,reason\n"
         "S-1,C-1,2025-01-01,100,\nS-1,C-1,2025-03-01,120,price_rise\n")  # fmt: skip

    load("subscriptions", "id,customer id,start date,price\n"
         "S-1,C-1,2025-03-01,125\nS-1,C-1,2025-05-01,200\n")  # fmt: skip

    kept = SubscriptionVersion.objects.order_by("effective_on", "recorded_at", "pk")
    assert [(int(v.price), v.reason) for v in kept] == [
        (100, ""), (120, "price_rise"), (125, "price_rise"), (200, ""),
    ]  # fmt: skip


def test_a_renewal_on_the_day_its_contract_ended_has_to_say_how_long_it_lasts(load):
    CustomerFactory(external_id="C-1")
    rows = [f"S-{n},C-1,2025-04-01,2026-04-01,100" for n in range(4)]
    load("subscriptions", "\n".join(["id,customer id,start date,end date,price", *rows]))

    run = load("subscriptions", "id,customer id,start date,end date,price\n"
               "S-0,C-1,2026-04-01,,120\nS-1,C-1,2026-06-01,,120\n"
               "S-2,C-1,2026-04-01,NULL,120\nS-3,C-1,2026-04-01,2027-04-01,120\n")  # fmt: skip

    refused = run.rows.filter(verdict="rejected").order_by("number")
    assert [(r.number, r.problems[0]["code"]) for r in refused] == [
        (2, "ends_before_start"), (3, "ends_before_start"),
    ]  # fmt: skip
    assert run.counts["new"] == 2
