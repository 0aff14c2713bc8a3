"""Watches requests: an append-only table is read for a named customer, or not at all.

Pages read snapshots, and these tables only for one customer at a time; sums over everybody are
the business of jobs. So the tables can be spread over machines one day, by customer.
"""

import re
import threading

from celery import current_task
from django.core.signals import request_finished, request_started
from django.db import connection

TABLES = {
    "customers_usageevent",
    "metrics_dailyusage",
    "metrics_personday",
    "metrics_healthscore",
}
_READS = re.compile(rf'\b(?:FROM|JOIN)\s+"?(?:{"|".join(TABLES)})\b', re.IGNORECASE)
_NAMES_A_CUSTOMER = re.compile(r'\bcustomer_id"?\s*(?:=\s*(?:ANY\s*\(\s*)?%|IN\s*\(\s*%)')


class ReadsEverybody(AssertionError):
    """A page or an endpoint read an append-only table without naming the customer."""


def watch(execute, sql, params, many, context):
    is_a_job = bool(current_task)  # in tests a job may run inside the request that rang for it
    if not is_a_job and is_against_the_rule(str(sql)):
        raise ReadsEverybody(sql)
    return execute(sql, params, many, context)


def is_against_the_rule(sql: str) -> bool:
    is_deletion = sql.lstrip().upper().startswith("DELETE")
    return bool(_READS.search(sql)) and not is_deletion and not _NAMES_A_CUSTOMER.search(sql)


def begin_watching(**_kwargs) -> None:
    if threading.current_thread() is threading.main_thread():
        connection.execute_wrappers.append(watch)


def end_watching(**_kwargs) -> None:
    """Also called after each test: an answer nobody read to its end does not say it finished."""
    while watch in connection.execute_wrappers:
        connection.execute_wrappers.remove(watch)


def install() -> None:
    request_started.connect(begin_watching, dispatch_uid="append only begins")
    request_finished.connect(end_watching, dispatch_uid="append only ends")
