"""Exchange rates: what a unit of a currency is worth in the reporting currency, month by month.

A rate is known by its currency and month. A row with another worth corrects it; what it was before
stays in the log of changes, so that books can be read as they were known then.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.importing.cells import Options, number_between, to_currency, to_day
from customers.importing.columns import Column
from customers.importing.context import Context, judged_one_by_one
from customers.importing.drafts import CHANGED, NEW, UNCHANGED, Draft, Rejected
from customers.importing.nouns.noun import Noun
from customers.importing.records import OvertakenError
from customers.importing.rows import note_written
from customers.models import ExchangeRate, ImportRow
from customers.models.exchange_rate import HIGHEST, LOWEST, STORED_RATE, latest_month

_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_within = number_between(str(LOWEST), str(HIGHEST))


def to_month(text: str, options: Options) -> date:
    """2026-10, 2026/10, 2026年10月, or any day of the month."""
    found = _MONTH.fullmatch(text)
    day = to_day(f"{found[1]}-{int(found[2]):02}-01" if found else text, options)
    return day.replace(day=1)


def to_rate(text: str, options: Options) -> Decimal:
    return _within(text, options).quantize(STORED_RATE)


COLUMNS = (
    Column("currency", _("Currency"), to_currency, "currency code,from,通貨,通貨コード",
           is_required=True),
    Column("month", _("Month"), to_month, "date,period,valid from,月,年月,対象月,日付",
           is_required=True, is_date=True),
    Column("rate", _("Rate"), to_rate,
           "exchange rate,value,worth,レート,為替レート,換算レート", is_required=True),
)  # fmt: skip


def judge(drafts: list[Draft], context: Context) -> None:
    found = _existing(drafts, lock=context.is_saving)

    def one(draft: Draft) -> None:
        currency, month = draft.values["currency"], draft.values["month"]
        if currency == settings.REPORTING_CURRENCY:
            raise Rejected("currency", "reporting_currency")
        if month > latest_month(context.today):
            raise Rejected("month", "month_ahead")
        draft.key = f"{currency} {month:%Y-%m}"
        context.once(draft.key)
        draft.record = dict(draft.values)
        former = found.get((currency, month))
        if former is None:
            draft.verdict = NEW
            return
        is_same = former.rate == draft.values["rate"]
        draft.verdict, draft.record_id = UNCHANGED if is_same else CHANGED, former.pk
        draft.before = {} if is_same else {"rate": former.rate}

    judged_one_by_one(drafts, context, one)


def _existing(drafts: list[Draft], *, lock: bool) -> dict[tuple[str, date], ExchangeRate]:
    currencies = {draft.values.get("currency") for draft in drafts}
    rows = ExchangeRate.objects.filter(currency__in=currencies).order_by("pk")
    if lock:
        rows = rows.select_for_update(no_key=True)
    return {(row.currency, row.month): row for row in rows}


def save(drafts: list[Draft], context: Context) -> None:
    written = [draft for draft in drafts if draft.verdict in {NEW, CHANGED}]
    new = [ExchangeRate(**draft.record) for draft in written if draft.verdict == NEW]
    ExchangeRate.objects.bulk_create(new, ignore_conflicts=True)
    for draft in written:
        if draft.verdict == CHANGED:
            ExchangeRate.objects.filter(pk__in=[draft.record_id]).update(rate=draft.record["rate"])
    stored = _existing(written, lock=False)
    for draft in written:
        row = stored[draft.record["currency"], draft.record["month"]]
        if row.rate != draft.record["rate"]:
            raise OvertakenError
        draft.record_id = row.pk
        draft.before = draft.before | {"wrote": draft.record["rate"]}
    note_written(written, context.run_id)


def take_back(row_ids: list[int]) -> list[int]:
    """Former worths come back and new rates go, unless somebody corrected them since."""
    done = []
    for row in ImportRow.objects.filter(pk__in=row_ids):
        before: dict[str, Any] = row.before or {}
        ours = ExchangeRate.objects.filter(pk__in=[row.record_id], rate=Decimal(before["wrote"]))
        if "rate" in before:
            is_done = ours.update(rate=Decimal(before["rate"]))
        else:
            is_done = ours.delete()[0]
        if is_done:
            done.append(row.pk)
    return done


EXCHANGE_RATES = Noun(COLUMNS, judge, save, take_back)
