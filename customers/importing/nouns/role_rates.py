"""Role rates: what an hour of somebody with a role costs from a day on."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from customers.importing.cells import Options, number_between, one_of, to_day
from customers.importing.columns import Column
from customers.importing.context import Context
from customers.importing.dated_values import DatedValue
from customers.importing.drafts import Draft
from customers.importing.nouns.choices import USER_ROLES
from customers.importing.nouns.noun import Noun
from customers.models import RoleRate

_within = number_between("0", "9999999999")
STORED_HOUR = Decimal(1).scaleb(-4)


def to_hour(text: str, options: Options) -> Decimal:
    return _within(text, options).quantize(STORED_HOUR)


COLUMNS = (
    Column("role", _("Role"), one_of(*USER_ROLES), "user role,役割,ロール,職種",
           is_required=True),
    Column("effective_on", _("Effective from"), to_day,
           "effective from,date,from,start date,effective date,valid from,適用開始日,開始日,日付",
           is_required=True, is_date=True),
    Column("hourly", _("Cost of an hour"), to_hour,
           "cost of an hour,hourly cost,hourly rate,cost per hour,rate,cost,時間単価,時給",
           is_required=True),
)  # fmt: skip


def check(draft: Draft, context: Context) -> None:
    return None


RATES = DatedValue(RoleRate, ("role", "effective_on"), "hourly", check)
ROLE_RATES = Noun(
    "role_rates", _("Costs of an hour"), COLUMNS, RATES.judge, RATES.save, RATES.take_back,
    needs=Permission.MANAGE_COSTS, scope="costs",
)  # fmt: skip
