"""The big installation: 100,000 customers (times `scale`), made by the database itself.

3,000,000 rows of daily usage, 1,000,000 messages, 500,000 touchpoints, and subscriptions,
contacts, tickets, invoices and answers for all. Made once in a database; the same every time.
"""

import sys
import time
from datetime import date, timedelta

from django.db import connection

from accounts.models import User
from accounts.permissions import Role
from customers.models import Customer
from lib.days import today
from lib.partitions import make_partitions
from metrics.models.daily_usage import DAILY_USAGE, PERSON_DAYS
from metrics.models.health_score import HEALTH_SCORES
from outreach.models import Mailing, Topic
from surveys.models import Survey

CUSTOMERS = 100_000
DAYS_OF_USAGE = 30
CSM_COUNT = 200

CUSTOMER_ROWS = """
INSERT INTO customers_customer (external_id, name, kana, domain, segment, stage, touch, csm_id,
    industry, country, language, currency, attributes, started_on, churned_on, churn_reason,
    search_text, last_touch_at, created_at, updated_at)
SELECT 'B-' || n, 'Bench ' || n, '', 'bench' || n || '.example',
    (ARRAY['SMB', 'Mid-market', 'Enterprise'])[1 + n %% 3], 'adopting',
    (ARRAY['tech', 'low', 'high'])[1 + n %% 3], %(first_csm)s + n %% %(csms)s, 'software', 'JP',
    'ja', 'JPY', '{}', %(day)s::date - 400 - n %% 300, NULL, '', 'bench ' || n || ' b-' || n,
    %(day)s::date - (1 + n %% 90) * interval '1 day', now(), now()
FROM generate_series(1, %(customers)s) n
"""
CONTACT_ROWS = """
INSERT INTO customers_contact (customer_id, external_id, name, kana, email, title, role, language,
    consent, created_at, updated_at)
SELECT id, external_id || '-P', 'Contact ' || id, '', 'p@' || domain, '', 'champion', 'ja',
    'relation', now(), now()
FROM customers_customer
"""
SUBSCRIPTION_ROWS = """
INSERT INTO customers_subscription (customer_id, external_id, created_at, updated_at)
SELECT id, external_id || '-S', %(day)s::date - 400, %(day)s::date - 400 FROM customers_customer
"""
VERSION_ROWS = """
INSERT INTO customers_subscriptionversion (subscription_id, effective_on, recorded_at, plan, price,
    currency, quantity, interval, interval_count, renews_on, notice_days, auto_renews, reason)
SELECT s.id, %(day)s::date - 400, %(day)s::date - 400, 'Pro', 1000 + s.id %% 9000, 'JPY',
    5 + s.id %% 50, 'month', 1, %(day)s::date + (s.id %% 365)::int, 30, true, ''
FROM customers_subscription s
"""
USAGE_ROWS = """
INSERT INTO metrics_dailyusage (customer_id, day, event_count, active_people, seconds)
SELECT c.id, %(day)s::date - d, 10 + (c.id * 7 + d * 13) %% 90, 1 + (c.id + d) %% 9, 600
FROM customers_customer c, generate_series(1, %(days)s) d
"""
PERSON_ROWS = """
INSERT INTO metrics_personday (customer_id, day, person, event_count)
SELECT c.id, %(day)s::date - 1 - (c.id %% 20)::int, 'u' || p, 5
FROM customers_customer c, generate_series(1, 3) p
"""
TOUCHPOINT_ROWS = """
INSERT INTO customers_touchpoint (customer_id, kind, happened_at, minutes, summary, created_at)
SELECT id, 'call', %(day)s::date - t * 17 * interval '1 day', 30, 'Regular check-in', now()
FROM customers_customer, generate_series(1, 5) t
"""
TICKET_ROWS = """
INSERT INTO customers_ticket (customer_id, external_id, subject, priority, opened_at, closed_at,
    is_escalated, created_at)
SELECT id, external_id || '-T', 'Bench', CASE WHEN id %% 40 = 0 THEN 'urgent' ELSE 'low' END,
    now() - interval '3 days', CASE WHEN id %% 20 = 0 THEN NULL ELSE now() END, false, now()
FROM customers_customer
"""
PURCHASE_ROWS = """
INSERT INTO customers_purchase (customer_id, external_id, number, purchased_on, due_on, paid_on,
    amount, currency, created_at)
SELECT id, external_id || '-I', '', %(day)s::date - 60, %(day)s::date - 30,
    CASE WHEN id %% 50 = 0 THEN NULL ELSE %(day)s::date - 40 END, 10000, 'JPY', now()
FROM customers_customer
"""
SURVEY_ROWS = """
INSERT INTO surveys_response (survey_id, customer_id, contact_id, score, comment, language, grade,
    interaction, answered_at, changed_at)
SELECT (SELECT min(id) FROM surveys_survey), customer_id, id, id %% 11, '', 'ja', 'confirmed', '',
    now() - id %% 80 * interval '1 day', now()
FROM customers_contact WHERE id %% 3 = 0
"""
MESSAGE_ROWS = """
INSERT INTO outreach_message (uuid, mailing_id, contact_id, email, email_norm, language, subject,
    merge_fields, state, reason, attempts, due_at, sent_at, smtp_text, hit_scores, hit_count,
    created_at)
SELECT gen_random_uuid(), m.id, c.id, c.email, c.email, 'ja', 'Bench', '{}', 'sent', '', 1, now(),
    now(), '', 0, 0, now()
FROM customers_contact c, outreach_mailing m
"""
STATEMENTS = [
    CONTACT_ROWS, SUBSCRIPTION_ROWS, VERSION_ROWS, USAGE_ROWS, PERSON_ROWS, TOUCHPOINT_ROWS,
    TICKET_ROWS, PURCHASE_ROWS, SURVEY_ROWS, MESSAGE_ROWS,
]  # fmt: skip


def build(scale: float, day: date | None = None) -> int:
    """Fill an empty database; nothing when it was filled before. How many customers there are."""
    count = max(100, int(CUSTOMERS * scale))
    if Customer.objects.filter(external_id=f"B-{count}").exists():
        return count
    started = time.perf_counter()
    end = day or today()
    for table in (DAILY_USAGE, PERSON_DAYS, HEALTH_SCORES):
        make_partitions(table, end - timedelta(days=400), end + timedelta(days=366))
    first = _people()
    Survey.objects.create(name="Bench")
    topic = Topic.objects.create(key="bench", name_en="Bench", name_ja="Bench")
    Mailing.objects.bulk_create(Mailing(name=f"Bench {n}", topic=topic) for n in range(10))
    values: dict[str, date | int] = {"customers": count, "day": end, "days": DAYS_OF_USAGE,
                                     "first_csm": first, "csms": CSM_COUNT}  # fmt: skip
    with connection.cursor() as cursor:
        # The history of rows nobody typed would only slow the building down.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET statement_timeout = 0")
        for statement in [CUSTOMER_ROWS, *STATEMENTS]:
            cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    print(f"company: built in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return count


def _people() -> int:
    """200 CSMs with ids in a row; the id of the first."""
    made = User.objects.bulk_create(
        User(email=f"bench{n}@example.com", full_name=f"Bench {n}", role=Role.CSM, password="!")
        for n in range(CSM_COUNT)
    )
    return int(made[0].pk)
