"""Exchange rates: what a unit of a currency is worth in the reporting currency, month by month.

A rate is known by its currency and month. A row with another worth corrects it; what it was before
stays in the log of changes, so that books can be read as they were known then.
"""

import re
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.importing.cells import Options, number_between, to_currency, to_day
from customers.importing.columns import Column
from customers.importing.context import Context
from customers.importing.dated_values import DatedValue
from customers.importing.drafts import Draft, Rejected
from customers.importing.nouns.noun import Noun
from customers.models import ExchangeRate
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


def check(draft: Draft, context: Context) -> None:
    if draft.values["currency"] == settings.REPORTING_CURRENCY:
        raise Rejected("currency", "reporting_currency")
    if draft.values["month"] > latest_month(context.today):
        raise Rejected("month", "month_ahead")


RATES = DatedValue(ExchangeRate, ("currency", "month"), "rate", check)
EXCHANGE_RATES = Noun(
    "exchange_rates", _("Exchange rates"), COLUMNS, RATES.judge, RATES.save, RATES.take_back
)
