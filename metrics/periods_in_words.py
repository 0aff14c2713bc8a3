"""A period as people say it."""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lib.periods import Period


def period_in_words(period: Period) -> str:
    if period.kind == "month":
        return date_format(period.start, "YEAR_MONTH_FORMAT")
    if period.kind == "quarter":
        year, quarter = period.code.split("-Q")
        words = {"quarter": quarter, "year": year}
        if settings.FISCAL_YEAR_STARTS_IN_MONTH == 1:
            return _("Q%(quarter)s of %(year)s") % words
        return _("Q%(quarter)s of fiscal year %(year)s") % words
    if period.kind == "year":
        return _("Fiscal year %(year)s") % {"year": period.code}
    return _("%(start)s to %(end)s") % {
        "start": date_format(period.start, "SHORT_DATE_FORMAT"),
        "end": date_format(period.last_day, "SHORT_DATE_FORMAT"),
    }
