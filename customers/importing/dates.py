"""Days as people write them: 31-12-2026, 2026/4/1, 令和8年4月1日, R8.4.1, Excel's 45000.

A day that begins with its year explains itself. For the others the order of day and month is a
property of the whole file: it is detected from all dates of the file, shown and correctable.
Years need four digits, because 1/2/03 has three readings and a wrong one is not noticed.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from lib.days import local_day, reporting_zone

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
EXCEL_EPOCH = date(1899, 12, 30)
# Excel serials between 1954 and 2119: five digits that cannot be a written day.
SERIALS = range(20_000, 80_500)
ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925,
        "大正": 1911, "T": 1911, "明治": 1867, "M": 1867}  # fmt: skip

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_ERA = re.compile(
    r"(令和|平成|昭和|大正|明治|[RHSTM])(\d{1,2}|元)[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
)
_SERIAL = re.compile(r"(\d{5})(?:\.(\d+))?")
_ISO_CLOCK = re.compile(r"[\d./年月日-]+T\d")
_ZONED = re.compile(r":\d\d(?:\.\d+)? ?(?:[Zz]|[-+]\d\d:?\d\d)$")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?")


class NotADayError(ValueError):
    """The text is not a day of the calendar in the order given."""


def parse_day(text: str, order: str) -> date:
    """A day; a clock behind it is ignored. Raises NotADayError.

    Where the clock names its zone it is a moment, and belongs to the reporting day it falls on.
    """
    if ":" in text and _ZONED.search(text) and (moment := _iso_moment(text.upper())):
        try:
            return local_day(moment)
        except OverflowError as error:
            raise NotADayError(text) from error
    return _written_day(text, order)


@lru_cache(maxsize=20_000)
def _written_day(text: str, order: str) -> date:
    return _parts(text, order)[0]


@lru_cache(maxsize=20_000)
def parse_moment(text: str, order: str) -> datetime:
    """A moment with its zone; one without zone is meant in the reporting time zone."""
    iso = _iso_moment(text)
    if iso is not None:
        return iso
    day, clock = _parts(text, order)
    return datetime.combine(day, clock, tzinfo=reporting_zone())


def _iso_moment(text: str) -> datetime | None:
    if len(text) < 16 or text[4:5] != "-" or text[7:8] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
        # A year at the edge of the calendar cannot be told in UTC.
        return moment if moment.tzinfo else moment.replace(tzinfo=reporting_zone())
    except (ValueError, OverflowError):
        return None


def _parts(text: str, order: str) -> tuple[date, time]:
    plain = unicodedata.normalize("NFKC", text).strip()
    serial = _SERIAL.fullmatch(plain)
    if serial and int(serial[1]) in SERIALS:
        return _from_serial(plain)
    separator = "T" if _ISO_CLOCK.match(plain) else " "
    day_text, _, clock_text = plain.partition(separator)
    try:
        return _day(day_text, order), _clock(clock_text)
    except (ValueError, OverflowError) as error:
        raise NotADayError(text) from error


def _from_serial(text: str) -> tuple[date, time]:
    whole, _, fraction = text.partition(".")
    seconds = round(float(f"0.{fraction or 0}") * 86_400)
    moment = datetime.combine(EXCEL_EPOCH, time.min) + timedelta(days=int(whole), seconds=seconds)
    return moment.date(), moment.time()


def _day(text: str, order: str) -> date:
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = map(int, match.groups())
        return date(year, month, day)
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = map(int, match.groups())
        day, month = (first, second) if order == DAY_FIRST else (second, first)
        return date(year, month, day)
    if match := _ERA.fullmatch(text):
        year = ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))
        return date(year, int(match[3]), int(match[4]))
    raise NotADayError(text)


def _clock(text: str) -> time:
    text = text.strip().removesuffix("Z").strip()
    if not text:
        return time.min
    match = _CLOCK.match(text)
    if not match:
        raise NotADayError(text)
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    return time(hour, int(match[2]), int(match[3] or 0))


def detect_order(samples: Iterable[str]) -> tuple[str, bool]:
    """The order of day and month, and whether the samples prove it.

    Without proof: the day first with `-` and `.`, the month first with `/`, as most who write so.
    """
    day_first = month_first = slashes = others = 0
    for text in samples:
        match = _YEAR_LAST.match(unicodedata.normalize("NFKC", text).strip())
        if not match:
            continue
        first, second = int(match[1]), int(match[2])
        day_first += first > 12 >= second
        month_first += second > 12 >= first
        slashes += "/" in text
        others += "/" not in text
    if day_first != month_first:
        return (DAY_FIRST, True) if day_first > month_first else (MONTH_FIRST, True)
    certain = not (slashes or others)  # no date that needs an order
    return (MONTH_FIRST if slashes > others else DAY_FIRST), certain
