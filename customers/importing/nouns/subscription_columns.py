"""What a file of subscriptions may say."""

from django.utils.translation import gettext_lazy as _

from customers.importing.cells import (
    number_between,
    to_currency,
    to_day,
    to_id,
    to_term_months,
    to_text,
    to_yes_or_no,
    whole_between,
)
from customers.importing.columns import Column
from customers.importing.nouns.belonging import customer_column
from customers.importing.nouns.choices import to_period

MONEY = number_between(0, 10**15)
COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "subscription id,contract id,sub id,id,契約ID,契約番号,サブスクリプションID,"
        "契約コード",
        is_required=True,
    ),
    customer_column(is_required=True),
    Column(
        "effective_on", _("Effective from"), to_day,
        "start date,started on,start,from,effective date,effective from,valid from,"
        "契約開始日,開始日,適用開始日,利用開始日",
        clear_to=None, is_date=True,
    ),
    Column(
        "tenure_months", _("Months since the start"), whole_between(0, 1_200),
        "tenure,tenure in months,契約月数,継続月数",
    ),
    Column(
        "ends_on", _("First day without service"), to_day,
        "end date,ended on,end,cancelled on,cancel at,契約終了日,終了日,解約日",
        clear_to=None, is_date=True,
    ),
    Column(
        "last_service_day", _("Last day of service"), to_day,
        "last day of service,last service day,service until,end date inclusive,inclusive end date,"
        "最終利用日,利用最終日,契約満了日",
        is_date=True,
    ),
    Column(
        "is_churned", _("Has ended (yes or no)"), to_yes_or_no,
        "churn,churned,cancelled,解約,解約済",
    ),
    Column(
        "product", _("Product"), to_text(200),
        "product id,product name,製品,商品,製品名,商品名,サービス",
        clear_to=None,
    ),
    Column(
        "plan", _("Plan"), to_text(100),
        "plan name,plan tier,tier,プラン,プラン名,契約プラン",
        clear_to="",
    ),
    Column("price", _("Price per unit and interval"), MONEY, "unit price,unit amount,単価"),
    Column(
        "mrr", _("Recurring amount per month"), MONEY,
        "mrr amount,monthly amount,monthly charges,monthly charge,monthly fee,月額,月額料金,"
        "月額利用料",
    ),
    Column(
        "arr", _("Recurring amount per year"), MONEY,
        "arr amount,annual amount,annual charges,acv,年額,年額料金,年間契約額",
    ),
    Column("currency", _("Currency"), to_currency, "currency code,通貨,通貨コード"),
    Column(
        "quantity", _("Quantity (seats)"), number_between(0, 10**9),
        "seats,quantity,licenses,licences,users,数量,席数,ライセンス数,ユーザー数,ID数",
    ),
    Column(
        "interval", _("Paid every"), to_period,
        "billing frequency,billing interval,billing period,billing cycle,frequency,"
        "支払サイクル,支払間隔,請求間隔,請求サイクル,支払周期",
    ),
    Column(
        "term_months", _("Length of the contract"), to_term_months,
        "contract,contract term,term,contract length,契約期間",
    ),
    Column(
        "is_trial", _("Trial (yes or no)"), to_yes_or_no,
        "trial,is trial,トライアル,試用,無料期間",
    ),
    Column(
        "trial_ends_on", _("First paid day"), to_day,
        "trial end,trial end date,トライアル終了日,課金開始日",
        clear_to=None, is_date=True,
    ),
    Column(
        "auto_renews", _("Renews by itself"), to_yes_or_no,
        "auto renew,auto renewal,auto renew flag,自動更新",
    ),
    Column(
        "renews_on", _("Renews on"), to_day,
        "renewal date,next renewal,renewal,更新日,契約更新日,次回更新日",
        clear_to=None, is_date=True,
    ),
    Column(
        "notice_days", _("Notice (days)"), whole_between(0, 3_650),
        "notice,notice period,解約予告日数,通知期限",
    ),
    Column(
        "paused_on", _("Paused from"), to_day,
        "pause start,休止日,休止開始日",
        clear_to=None, is_date=True,
    ),
    Column(
        "resumes_on", _("Resumes on"), to_day,
        "pause end,resume date,再開日,休止終了日",
        clear_to=None, is_date=True,
    ),
    Column(
        "past_due_since", _("Past due since"), to_day,
        "past due,overdue since,延滞開始日,未払開始日",
        clear_to=None, is_date=True,
    ),
    Column("reason", _("Reason"), to_text(50), "change reason,変更理由,理由", clear_to=""),
    Column(
        "discount_percent", _("Discount in percent"), number_between(0, 100),
        "discount rate,discount,discount percentage,割引率,値引率",
    ),
    Column("discount_amount", _("Discount per interval"), MONEY, "discount value,割引額,値引額"),
    Column(
        "discount_starts_on", _("Discount from"), to_day,
        "discount start,割引開始日",
        is_date=True,
    ),
    Column(
        "discount_ends_on", _("First day without discount"), to_day,
        "discount end,割引終了日",
        clear_to=None, is_date=True,
    ),
)  # fmt: skip
