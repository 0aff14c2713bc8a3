"""What a survey says: the words a version must have, and good ones to begin with.

A new wording is a new version; the old one stands as it was asked.
"""

from outreach.rendering import placeholders_in, unknown_placeholders

LANGUAGES = ("en", "ja")
# In the order they are met: mail, page, page after it.
KEYS = (
    "subject", "intro", "question", "low", "high", "neutral", "promoter", "passive", "detractor",
    "button", "thanks",
)  # fmt: skip
# Only the mail knows whom it is written to.
PERSONAL_KEYS = frozenset({"subject", "intro"})
MAX_LENGTH = 500

_SAME_FOR_ALL = {
    "en": {
        "subject": "A short question about {brand}",
        "neutral": "What is the main reason for your score?",
        "promoter": "What do you value most?",
        "passive": "What would make it better for you?",
        "detractor": "Where did we fall short? Tell us as much as you like.",
        "button": "Send this answer",
        "thanks": "Thank you. Your answer has arrived.",
    },
    "ja": {
        "subject": "{brand}について、ひとつだけお聞かせください",
        "neutral": "その点数をお選びになった理由をお聞かせください。",
        "promoter": "特に評価いただいた点をお聞かせください。",
        "passive": "より良くするために、どのような点を改善すべきでしょうか。",
        "detractor": "ご期待に沿えなかった点を、差し支えない範囲でお聞かせください。",
        "button": "この内容で送信する",
        "thanks": "ご回答ありがとうございました。",
    },
}
_OF_KIND = {
    "nps": {
        "en": {
            "intro": "It takes ten seconds: choose one number from 0 to 10.",
            "question": "How likely are you to recommend {brand} to a friend or colleague?",
            "low": "0: not at all likely",
            "high": "10: extremely likely",
        },
        "ja": {
            "intro": "10秒ほどで終わります。0から10の数字をひとつお選びください。",
            "question": "{brand}を、ご友人や同僚の方に薦める可能性はどのくらいありますか。",
            "low": "0：まったく薦めない",
            "high": "10：強く薦める",
        },
    },
    "csat": {
        "en": {
            "intro": "It takes ten seconds: choose one number from 1 to 5.",
            "question": "How satisfied are you with {brand}?",
            "low": "1: very dissatisfied",
            "high": "5: very satisfied",
        },
        "ja": {
            "intro": "10秒ほどで終わります。1から5の数字をひとつお選びください。",
            "question": "{brand}にどのくらいご満足いただいていますか。",
            "low": "1：とても不満",
            "high": "5：とても満足",
        },
    },
    "ces": {
        "en": {
            "intro": "It takes ten seconds: choose one number from 1 to 7.",
            "question": "{brand} made it easy for me to get done what I wanted.",
            "low": "1: strongly disagree",
            "high": "7: strongly agree",
        },
        "ja": {
            "intro": "10秒ほどで終わります。1から7の数字をひとつお選びください。",
            "question": "{brand}のおかげで、やりたいことを簡単に済ませられた。",
            "low": "1：まったくそう思わない",
            "high": "7：強くそう思う",
        },
    },
    "ces5": {
        "en": {
            "intro": "It takes ten seconds: choose one number from 1 to 5.",
            "question": "How much effort did it take you to get done what you wanted with {brand}?",
            "low": "1: very little effort",
            "high": "5: very much effort",
        },
        "ja": {
            "intro": "10秒ほどで終わります。1から5の数字をひとつお選びください。",
            "question": "{brand}でご用件を済ませるのに、どのくらい手間がかかりましたか。",
            "low": "1：ほとんどかからなかった",
            "high": "5：とてもかかった",
        },
    },
}

Texts = dict[str, dict[str, str]]


def first_texts(kind: str) -> Texts:
    """Both languages of a kind, to be used as they are or changed."""
    return {language: _SAME_FOR_ALL[language] | _OF_KIND[kind][language] for language in LANGUAGES}


def faults_of(texts: Texts) -> dict[tuple[str, str], str]:
    """Why a wording cannot be published, by language and key: a code for the page to explain."""
    faults = {}
    for language, words in texts.items():
        for key in KEYS:
            fault = _fault(key, words.get(key, ""))
            if fault:
                faults[language, key] = fault
    return faults


def _fault(key: str, text: str) -> str:
    if not text.strip():
        return "empty"
    if len(text) > MAX_LENGTH:
        return "too_long"
    if unknown_placeholders(text):
        return "unknown_placeholder"
    is_personal = placeholders_in(text) - {"brand"}
    return "personal" if is_personal and key not in PERSONAL_KEYS else ""
