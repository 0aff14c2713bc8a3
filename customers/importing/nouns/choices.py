"""Words people write for our choices, in English and Japanese."""

import re

from accounts.permissions import Role
from customers.importing.cells import Options, one_of, simplified
from customers.models import Contact, CostLine, Customer, Ticket, Touchpoint

Words = tuple[dict[str, str], list[str]]


def words(choices: type, also: dict[str, str]) -> Words:
    """Stored values, their English and Japanese names and `also` (stored -> words, by comma)."""
    found = {}
    for value in choices.values:  # type: ignore[attr-defined]  # a TextChoices class
        for name in [value, *also.get(value, "").split(",")]:
            if name:
                found[simplified(name)] = value
    return found, list(choices.values)  # type: ignore[attr-defined]  # a TextChoices class


STAGES = words(Customer.Stage, {
    "onboarding": "導入,導入中,オンボーディング,new",
    "adopting": "定着,定着中,活用,active,利用中,契約中",
    "growing": "拡大,成長,expansion",
    "renewing": "更新,更新中,renewal",
    "leaving": "解約予定,at risk",
    "churned": "解約,解約済,cancelled,lost", "detected": "検出",
})  # fmt: skip
TOUCHES = words(Customer.Touch, {
    "high": "ハイタッチ,ハイ,高,high touch,enterprise",
    "low": "ロータッチ,ロー,低,low touch,mid,mid touch",
    "tech": "テックタッチ,テック,tech touch,digital,self service",
})  # fmt: skip
CHURN_REASONS = words(Customer.ChurnReason, {
    "price": "pricing,cost,too expensive,価格,料金,費用,値段",
    "product": "features,feature,missing features,機能,機能不足,製品",
    "support": "service,サポート,対応",
    "competitor": "competition,switched,競合,他社,乗り換え",
    "budget": "予算,予算削減",
    "no_use": "not used,unused,no longer needed,利用なし,不要,未利用",
    "bankruptcy": "closed down,out of business,倒産,廃業",
    "other": "unknown,others,none,その他,不明",
})  # fmt: skip
LANGUAGES: Words = (
    {simplified(name): code for code, names in {
        "en": "en,eng,english,en-us,en-gb,英語,英", "ja": "ja,jp,jpn,japanese,ja-jp,日本語,日",
    }.items() for name in names.split(",")},
    ["en", "ja"],
)  # fmt: skip
ROLES = words(Contact.Role, {
    "champion": "推進者,チャンピオン,sponsor",
    "decision_maker": "decision maker,executive,決裁者,意思決定者,economic buyer",
    "administrator": "admin,管理者",
    "billing": "accounting,finance,経理,請求",
    "member": "user,利用者,メンバー,一般,other",
})  # fmt: skip
CONSENTS = words(Contact.Consent, {
    "unknown": "not asked,未確認,不明", "relation": "business relation,取引関係,既存取引",
    "given": "yes,opt in,optin,true,1,同意,同意済,あり,はい",
    "refused": "no,opt out,optout,unsubscribed,false,0,拒否,不同意,いいえ,配信停止",
})  # fmt: skip
PRIORITIES = words(Ticket.Priority, {
    "low": "低,p4,minor", "medium": "中,normal,普通,通常,p3", "high": "高,p2,major",
    "urgent": "緊急,至急,critical,p1,blocker",
})  # fmt: skip
COST_KINDS = words(CostLine.Kind, {
    "salaries": "salary,pay,payroll,wages,人件費,給与", "tools": "tool,software,ツール",
    "programme": "program,training,プログラム,研修,施策", "campaign": "campaigns,キャンペーン",
    "discount": "discounts,割引,値引", "support": "サポート,サポート費",
    "sales": "sales and marketing,marketing,advertising,営業,販売,広告,マーケティング,販促",
    "other": "その他,雑費",
})  # fmt: skip
USER_ROLES = words(Role, {
    "admin": "administrator,管理者", "lead": "manager,team lead,リード,リーダー,マネージャー",
    "csm": "customer success manager,カスタマーサクセス,担当者,担当", "viewer": "reader,閲覧者",
})  # fmt: skip
TOUCHPOINT_KINDS = words(Touchpoint.Kind, {
    "call": "phone,telephone,電話,通話", "meeting": "visit,video,会議,打合せ,打ち合わせ,訪問",
    "mail": "email,e-mail,メール", "note": "memo,メモ,記録", "training": "workshop,研修,勉強会",
})  # fmt: skip
# How often it is paid: interval and how many of them.
_PERIODS = {
    ("day", 1): "day,daily,日,日次,日払い", ("week", 1): "week,weekly,週,週次,週払い",
    ("month", 1): "month,monthly,month to month,m,月,月次,月払い,月額,毎月,1か月,1ヶ月",
    ("month", 2): "every two months,隔月", ("month", 3): "quarter,quarterly,q,四半期,3か月,3ヶ月",
    ("month", 6): "half year,half yearly,semiannual,semi annually,biannual,半年,半期,6か月,6ヶ月",
    ("year", 1): "year,yearly,annual,annually,one year,1 year,y,年,年次,年払い,年額,毎年,1年",
    ("year", 2): "two year,two years,2 years,biennial,2年", ("year", 3): "three years,3 years,3年",
}  # fmt: skip
PERIODS = {
    simplified(name): f"{unit}:{count}"
    for (unit, count), names in _PERIODS.items()
    for name in names.split(",")
}
PERIOD_WORDS: Words = (
    PERIODS,
    ["monthly", "quarterly", "half-yearly", "annual", "weekly", "daily", "18 months"],
)
# `18 months`, `every 2 weeks`, `36か月`, as `simplified` leaves them; a thousand of any are enough.
_COUNTED = re.compile(
    r"(?:every)?(?P<count>[1-9]\d{0,2})(?:(?P<day>days?|日)|(?P<week>weeks?|週間?)"
    r"|(?P<month>months?|[かヶヵカケ]?月)|(?P<year>years?|年))(?:毎|ごと)?"
)


def to_period(text: str, options: Options) -> str:
    """A word for an interval, or so many days, weeks, months or years: `month:18`."""
    if counted := _COUNTED.fullmatch(simplified(text)):
        return f"{counted.lastgroup}:{counted['count']}"
    return one_of(*PERIOD_WORDS)(text, options)
