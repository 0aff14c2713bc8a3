"""One cell of a file becomes one value, or says why it cannot.

A converter takes the trimmed text of a cell and the options of the file and returns the value.
It raises CellProblem with a code of `customers.importing.reasons` and what the sentence needs.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django_countries import countries

from customers.importing.dates import DAY_FIRST, NotADayError, parse_day, parse_moment
from lib.money import CURRENCIES


@dataclass(frozen=True)
class Options:
    """How the cells of one file are to be read; detected, shown and correctable."""

    date_order: str = DAY_FIRST
    decimal_mark: str = "."
    null_word: str = "NULL"
    # The day on which a snapshot such as "tenure 12 months" was true.
    as_of: date | None = None
    # For rows that name no currency; empty: the customer's own.
    currency: str = ""


class CellProblem(Exception):
    """The cell cannot become a value of its column."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


Converter = Callable[[str, Options], Any]

YES = {"true", "yes", "y", "t", "1", "on", "x", "はい", "有", "有り", "あり", "真", "○", "◯", "済"}
NO = {"false", "no", "n", "f", "0", "off", "-", "いいえ", "無", "無し", "なし", "偽", "×", "未"}
_SHORTENED_ID = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,2})?")
_THOUSANDS = {
    ".": re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))"),
    ",": re.compile(r"(?<=\d)\.(?=\d{3}(?:\D|$))"),
}
_MONEY_SIGNS = re.compile(r"[\s¥￥$€£₩円%'’]|[A-Z]{3}(?=\s*[\d-])|(?<=\d)\s*[A-Z]{3}$")
# Written countries that the country list spells otherwise.
COUNTRY_NAMES = {"uk": "GB", "england": "GB", "usa": "US", "america": "US", "アメリカ": "US",
                 "米国": "US", "英国": "GB", "韓国": "KR", "中国": "CN", "日本": "JP",
                 "japan": "JP", "台湾": "TW", "korea": "KR", "russia": "RU",
                 "vietnam": "VN"}  # fmt: skip


def to_text(max_length: int) -> Converter:
    def convert(text: str, options: Options) -> str:
        if len(text) > max_length:
            raise CellProblem("too_long", limit=max_length, length=len(text))
        return text

    return convert


def to_id(text: str, options: Options) -> str:
    """An id is text: leading zeros stay. What a spreadsheet has shortened is refused."""
    if _SHORTENED_ID.fullmatch(text):
        raise CellProblem("id_shortened")
    if len(text) > 200:
        raise CellProblem("too_long", limit=200, length=len(text))
    return text


def to_day(text: str, options: Options) -> date:
    try:
        day = parse_day(text, options.date_order)
    except NotADayError:
        raise CellProblem("not_a_day", order=options.date_order) from None
    if not 1900 <= day.year <= 2200:
        raise CellProblem("day_out_of_range")
    return day


def to_moment(text: str, options: Options) -> datetime:
    try:
        moment = parse_moment(text, options.date_order)
    except NotADayError:
        raise CellProblem("not_a_day", order=options.date_order) from None
    if not 1900 <= moment.year <= 2200:
        raise CellProblem("day_out_of_range")
    return moment


def to_number(text: str, options: Options) -> Decimal:
    """1,234.50 and ¥1,200, (12) for minus; with a decimal comma 1.234,50."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    plain = _MONEY_SIGNS.sub("", plain)
    plain = _THOUSANDS[options.decimal_mark].sub("", plain)
    if options.decimal_mark == ",":
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise CellProblem("not_a_number", mark=options.decimal_mark)
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise CellProblem("not_a_number", mark=options.decimal_mark) from None


def number_between(low: int | str, high: int | str) -> Converter:
    least, most = Decimal(low), Decimal(high)

    def convert(text: str, options: Options) -> Decimal:
        number = to_number(text, options)
        if not least <= number <= most:
            raise CellProblem("number_out_of_range", low=str(low), high=str(high))
        return number

    return convert


def whole_between(low: int, high: int) -> Converter:
    within = number_between(low, high)

    def convert(text: str, options: Options) -> int:
        number = within(text, options)
        if number != number.to_integral_value():
            raise CellProblem("not_whole")
        return int(number)

    return convert


def to_yes_or_no(text: str, options: Options) -> bool:
    word = text.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellProblem("not_yes_or_no")


def one_of(words: dict[str, str], shown: list[str]) -> Converter:
    """`words`: what people write, simplified, to what is stored."""

    def convert(text: str, options: Options) -> str:
        try:
            return words[simplified(text)]
        except KeyError:
            raise CellProblem("not_a_choice", choices=", ".join(shown)) from None

    return convert


def to_currency(text: str, options: Options) -> str:
    code = {"¥": "JPY", "￥": "JPY", "円": "JPY", "$": "USD", "€": "EUR", "£": "GBP"}.get(text)
    code = code or text.upper()
    if code not in CURRENCIES:
        raise CellProblem("not_a_currency")
    return code


def to_email(text: str, options: Options) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise CellProblem("not_an_email") from None
    if len(text) > 254:
        raise CellProblem("too_long", limit=254, length=len(text))
    return text


def to_domain(text: str, options: Options) -> str:
    """https://www.Example.com/path becomes example.com."""
    host = re.sub(r"^[a-z]+://", "", text.casefold()).split("/")[0].removeprefix("www.")
    if len(host) > 200:
        raise CellProblem("too_long", limit=200, length=len(host))
    return host


@lru_cache(maxsize=1_000)
def _country(text: str) -> str:
    word = text.casefold()
    if word in COUNTRY_NAMES:
        return COUNTRY_NAMES[word]
    if countries.alpha2(text.upper()):
        return countries.alpha2(text.upper())
    return countries.by_name(text, insensitive=True) or countries.by_name(text, language="ja")


def to_country(text: str, options: Options) -> str:
    code = _country(text)
    if not code:
        raise CellProblem("not_a_country")
    return code


def to_term_months(text: str, options: Options) -> int:
    """How long a contract runs: 12, 24 months, One year, Month-to-month, 2年, 6か月."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
    number = next((n for word, n in words.items() if word in plain), None)
    digits = re.search(r"\d+", plain)
    count = int(digits[0][:4]) if digits else number or 1
    if "year" in plain or "年" in plain or "annual" in plain:
        count *= 12
    elif not (digits or "month" in plain or "月" in plain):
        raise CellProblem("not_a_term")
    if not 1 <= count <= 240:
        raise CellProblem("number_out_of_range", low="1", high="240")
    return count


_REMOVED = re.compile(r"[\s_\-./()（）【】\[\]:：*#]+")


def simplified(text: str) -> str:
    """How headers and choices are compared: width, case, spaces and punctuation do not matter."""
    return _REMOVED.sub("", unicodedata.normalize("NFKC", text).casefold())
