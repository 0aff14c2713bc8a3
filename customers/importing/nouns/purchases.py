"""Purchases and invoices: money asked for once, and when it came."""

from django.utils.translation import gettext_lazy as _

from customers.importing.cells import number_between, to_currency, to_day, to_id, to_text
from customers.importing.columns import Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import Draft
from customers.importing.nouns.belonging import customer_column, known_by_key, of_customer
from customers.importing.nouns.noun import Noun
from customers.importing.records import Kind, remove, restore, save_records, settle
from customers.models import Purchase

AMOUNT = number_between("-999999999999999999", "999999999999999999")
COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "purchase id,invoice id,order id,transaction id,id,請求ID,注文ID,購入ID,伝票番号,"
        "請求書ID",
        is_required=True,
    ),
    customer_column(is_required=True),
    Column(
        "number", _("Invoice number"), to_text(100),
        "invoice number,invoice no,請求書番号,請求番号",
        clear_to="",
    ),
    Column(
        "purchased_on", _("Date"), to_day,
        "date,purchase date,invoice date,order date,issued on,日付,請求日,購入日,注文日,"
        "発行日",
        is_required=True, is_date=True,
    ),
    Column(
        "due_on", _("Due"), to_day,
        "due date,payment due,支払期限,支払期日,期日",
        clear_to=None, is_date=True,
    ),
    Column(
        "paid_on", _("Paid"), to_day,
        "paid date,payment date,paid at,入金日,支払日",
        clear_to=None, is_date=True,
    ),
    Column(
        "amount", _("Amount"), AMOUNT,
        "total,total amount,value,price,revenue,金額,請求額,合計,合計金額,売上",
        is_required=True,
    ),
    Column("currency", _("Currency"), to_currency, "currency code,通貨,通貨コード"),
)  # fmt: skip

KIND = Kind(
    Purchase,
    ("external_id", "customer_id", "number", "purchased_on", "due_on", "paid_on", "amount",
     "currency"),
    {"number": "", "due_on": None, "paid_on": None},
)  # fmt: skip


def judge(drafts: list[Draft], context: Context) -> None:
    found, customers = known_by_key(KIND, drafts, context)

    def one(draft: Draft) -> None:
        values = of_customer(draft, customers, found, context)
        if draft.key not in found and "currency" not in values:
            own = customers[draft.values["customer"]]["currency"]
            values["currency"] = context.options.currency or own
        settle(KIND, draft, values, found.get(draft.key))

    judged_one_by_one(drafts, context, one)


def save(drafts: list[Draft], context: Context) -> None:
    save_records(KIND, drafts, context)


def take_back(row_ids: list[int]) -> list[int]:
    return [*restore(KIND, row_ids), *remove(KIND, row_ids, lambda ids: set())]


PURCHASES = Noun(
    "purchases", _("Purchases and invoices"), COLUMNS, judge, save, take_back, fills=[Purchase]
)
