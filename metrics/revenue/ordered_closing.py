"""Closing a month in the background: ordered on the page, done by one worker, watched meanwhile.

The order is a row until the month is closed. How far it has got is told through the cache, because
closing is one transaction and nothing it writes can be seen before its end.
"""

import logging
from datetime import date, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from metrics.models import MonthClosing
from metrics.revenue.closing import MonthNotClosableError, close_month, obstacle_to_closing

HELD_FOR = timedelta(minutes=5)
AGAIN_AFTER = timedelta(seconds=30)
MOST_TRIES = 3
logger = logging.getLogger(__name__)


def order_closing(month: date, *, today: date, by: User) -> bool:
    """Whether somebody has to be rung for; False while it is under way, or ordered already.

    MonthNotClosableError says in words why it cannot be closed.
    """
    if obstacle := obstacle_to_closing(month, today):
        raise MonthNotClosableError(obstacle.words)
    order, is_new = MonthClosing.objects.get_or_create(month=month, defaults={"asked_by": by})
    return is_new or order.try_again(by)


def close_ordered(month: date, *, today: date) -> bool:
    """Whether it closed the month. A second call finds it held or closed and does nothing."""
    now = timezone.now()
    won = MonthClosing.objects.waiting().filter(pk=month).update(
        claimed_until=now + HELD_FOR, tries=F("tries") + 1
    )  # fmt: skip
    if not won:
        return False
    order = MonthClosing.objects.select_related("asked_by").get(pk=month)
    language = order.asked_by.language if order.asked_by else settings.LANGUAGE_CODE
    with translation.override(language):
        return _close(order, today)


def percent_done(month: date) -> int:
    return int(cache.get(_key(month)) or 0)


def _close(order: MonthClosing, today: date) -> bool:
    def note(percent: int) -> None:
        cache.set(_key(order.month), percent, HELD_FOR.total_seconds())

    try:
        close_month(order.month, today=today, by=order.asked_by, note=note)
    except MonthNotClosableError as why:
        order.give_up(str(why))
        return False
    except Exception:  # whatever the data hold, the person must learn that it failed
        logger.exception("closing %s failed", order.month)
        if order.tries < MOST_TRIES:
            order.put_back(timezone.now() + AGAIN_AFTER)
        else:
            order.give_up(_("Something went wrong. Ask again, or tell your administrator."))
        return False
    finally:
        cache.delete(_key(order.month))
    return True


def _key(month: date) -> str:
    return f"closing-{month:%Y-%m}"
