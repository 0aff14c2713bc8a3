"""Words the invented company is made of. Nobody here exists."""

from random import Random

# (written, reading, for the domain)
FIRST_WORDS_JA = [
    ("蒼葉", "アオバ", "aoba"), ("翠嶺", "スイレイ", "suirei"), ("暁星", "ギョウセイ", "gyosei"),
    ("白鷺", "シラサギ", "shirasagi"), ("湊川", "ミナトガワ", "minatogawa"),
    ("千歳野", "チトセノ", "chitoseno"), ("若菜", "ワカナ", "wakana"),
    ("榊原堂", "サカキバラドウ", "sakakibarado"), ("朝凪", "アサナギ", "asanagi"),
    ("雪柳", "ユキヤナギ", "yukiyanagi"), ("萌黄", "モエギ", "moegi"),
    ("月影", "ツキカゲ", "tsukikage"), ("音羽山", "オトワヤマ", "otowayama"),
    ("八重樫", "ヤエガシ", "yaegashi"), ("風見", "カザミ", "kazami"),
    ("銀杏坂", "イチョウザカ", "ichozaka"), ("深雪", "ミユキ", "miyuki"),
    ("東雲谷", "シノノメダニ", "shinonomedani"), ("琥珀", "コハク", "kohaku"),
    ("高梁屋", "タカハシヤ", "takahashiya"),
]  # fmt: skip
LAST_WORDS_JA = [
    ("製作所", "セイサクショ", "works", "製造"), ("物流", "ブツリュウ", "logi", "物流"),
    ("食品", "ショクヒン", "foods", "食品"), ("システムズ", "システムズ", "systems", "ソフトウェア"),
    ("医療機器", "イリョウキキ", "med", "医療"), ("不動産", "フドウサン", "estate", "不動産"),
    ("教育社", "キョウイクシャ", "edu", "教育"), ("商会", "ショウカイ", "trade", "小売"),
    ("証券情報", "ショウケンジョウホウ", "fin", "金融"), ("建設", "ケンセツ", "build", "建設"),
]  # fmt: skip
LEGAL_FORMS_JA = [("株式会社", "カブシキガイシャ", "kk"), ("合同会社", "ゴウドウガイシャ", "gk")]
FIRST_WORDS_EN = [
    "Alderbrook", "Birchgate", "Calderwick", "Dunmore Vale", "Eastlark", "Fernhollow", "Greymoor",
    "Hartsend", "Inglefield", "Junipero", "Kestrelby", "Larkmead", "Millbanke", "Northwold",
    "Oakhaven", "Pinecombe", "Quillford", "Rookery Lane", "Silverbeck", "Thornley",
]  # fmt: skip
LAST_WORDS_EN = [
    ("Manufacturing", "manufacturing"), ("Logistics", "logistics"), ("Foods", "food"),
    ("Software", "software"), ("Medical", "healthcare"), ("Properties", "real estate"),
    ("Learning", "education"), ("Retail Group", "retail"), ("Capital", "finance"),
    ("Builders", "construction"),
]  # fmt: skip
FAMILY_JA = [
    ("佐久間", "サクマ"), ("三輪", "ミワ"), ("長谷部", "ハセベ"), ("野々村", "ノノムラ"),
    ("有坂", "アリサカ"), ("柏木", "カシワギ"), ("久我", "クガ"), ("雨宮", "アメミヤ"),
    ("戸倉", "トクラ"), ("仁科", "ニシナ"), ("広瀬", "ヒロセ"), ("真鍋", "マナベ"),
    ("矢代", "ヤシロ"), ("若林", "ワカバヤシ"), ("髙瀬", "タカセ"), ("﨑山", "サキヤマ"),
]  # fmt: skip
GIVEN_JA = [
    ("遥", "ハルカ"), ("蓮", "レン"), ("美咲", "ミサキ"), ("大輔", "ダイスケ"), ("結衣", "ユイ"),
    ("翔太", "ショウタ"), ("葵", "アオイ"), ("直樹", "ナオキ"), ("千尋", "チヒロ"), ("誠", "マコト"),
]  # fmt: skip
FAMILY_EN = [
    "Abernathy", "Bellweather", "Castellan", "Drummond", "Ellery", "Fairbairn", "Gallagher",
    "Holloway", "Ibarra", "Jansen", "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor",
]  # fmt: skip
GIVEN_EN = ["Amara", "Ben", "Chloe", "Daniel", "Elif", "Farah", "Gus", "Hana", "Iris", "Jonas"]
TITLES = {
    "champion": ("推進リーダー", "Team lead"), "decision_maker": ("部長", "Director"),
    "administrator": ("情報システム担当", "IT administrator"), "billing": ("経理", "Accounting"),
    "member": ("担当", "Specialist"),
}  # fmt: skip
COMMENTS = {
    "ja": {
        "promoter": ["サポートの対応が早く、とても助かっています。", "チーム全員が毎日使っています。",
                     "導入して残業が減りました。"],
        "passive": ["機能は十分ですが、レポートがもう少し柔軟だと嬉しいです。", "", "概ね満足しています。"],
        "detractor": ["画面の動作が遅く、現場から不満が出ています。", "問い合わせの回答に時間がかかりました。",
                      "価格に見合う効果がまだ見えません。"],
    },
    "en": {
        "promoter": ["Support answers within minutes. We rely on it.", "The whole team uses it daily.",
                     "Onboarding was the smoothest we have had."],
        "passive": ["Does the job; reports could be more flexible.", "", "Good, but we miss an integration."],
        "detractor": ["Too slow in the mornings, people avoid it.", "Two tickets took over a week.",
                      "We do not see the value for the price yet."],
    },
}  # fmt: skip
CALL_NOTES = {
    "ja": ["定例会。活用状況を確認し、次の施策を合意。", "利用が減っている部署への研修を提案。",
           "更新条件について相談。社内稟議の時期を確認。", "新しい担当者へ引き継ぎの説明。"],
    "en": ["Regular check-in. Reviewed adoption and agreed the next step.",
           "Offered a training for the teams that use it less.",
           "Talked about the renewal and when their budget is decided.",
           "Introduced a new colleague on their side."],
}  # fmt: skip
TICKETS = {
    "ja": ["ログインできない", "CSV の取り込みで文字化けする", "レポートの数値が合わない", "通知メールが届かない",
           "権限の設定方法を知りたい"],
    "en": ["Cannot log in", "Umlauts break in the CSV import", "Figures of a report do not match",
           "Notification mails do not arrive", "How do we set permissions?"],
}  # fmt: skip


def company(number: int) -> tuple[str, str, str, str]:
    """Name, reading, domain and industry: three Japanese companies, then two others."""
    fifth, rest = divmod(number, 5)
    if rest >= 3:
        place = fifth * 2 + rest - 3
        first = FIRST_WORDS_EN[place % len(FIRST_WORDS_EN)]
        last, industry = LAST_WORDS_EN[place // len(FIRST_WORDS_EN) % len(LAST_WORDS_EN)]
        name = f"{first} {last}"
        return name, "", f"{name.lower().replace(' ', '-')}.example", industry
    place = fifth * 3 + rest
    word, reading, stem = FIRST_WORDS_JA[place % len(FIRST_WORDS_JA)]
    kind, kind_reading, suffix, industry = LAST_WORDS_JA[place // len(FIRST_WORDS_JA) % 10]
    legal, legal_reading, form = LEGAL_FORMS_JA[place // (len(FIRST_WORDS_JA) * 10) % 2]
    kana = f"{reading}{kind_reading}{legal_reading}"
    return f"{legal}{word}{kind}", kana, f"{stem}-{suffix}-{form}.example", industry


def person(random: Random, is_japanese: bool) -> tuple[str, str]:
    """A name and its reading."""
    if is_japanese:
        family, given = random.choice(FAMILY_JA), random.choice(GIVEN_JA)
        return f"{family[0]} {given[0]}", f"{family[1]} {given[1]}"
    return f"{random.choice(GIVEN_EN)} {random.choice(FAMILY_EN)}", ""
