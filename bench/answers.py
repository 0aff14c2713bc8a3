"""Five years of surveys, purchases and costs for the bench, after the contracts of history.py.

Every month a fifth of the contacts is asked, in turn about NPS, CSAT, CES and effort; a quarter of
them answers. For 100,000 customers that makes 1,200,000 mails and 300,000 answers, a rated ticket
for every fourth customer, 400,000 purchases, the company's 500,000 touchpoints spread over the
years, and cost lines for each month. Made by the database.
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from lib.days import add_months, month_start
from metrics.loyalty.counting import recount_answers
from metrics.models import CustomerValue
from outreach.models import Mailing, Topic
from surveys.models import Response, Survey, SurveyVersion, Wave

MONTHS = 60
KINDS = ("nps", "csat", "nps", "ces", "nps", "ces5")
# Every id is spread by a prime, so that who answers has nothing to do with segment and CSM.
MESSAGES = """
    INSERT INTO outreach_message (uuid, mailing_id, contact_id, email, email_norm, language,
        subject, merge_fields, state, reason, attempts, due_at, sent_at, smtp_text, hit_scores,
        hit_count, created_at)
    SELECT gen_random_uuid(), %(mailing)s, c.id, c.email, c.email, 'ja', 'Bench', '{}', 'sent', '',
        1, sent.at, sent.at, '', 0, 0, sent.at
    FROM customers_contact c, LATERAL (
        SELECT %(month)s::date + (c.id %% 25 * 1440 + c.id %% 600 + 60) * interval '1 minute' AS at
    ) sent
    WHERE (c.id * 7919 + %(n)s) %% 5 = 0
"""
INVITATIONS = """
    INSERT INTO surveys_invitation (wave_id, contact_id, customer_id, message_id, language,
        asked_as, state, skip_reason, expires_at, created_at)
    SELECT %(wave)s, c.id, c.customer_id, m.id, 'ja', '{}',
        CASE WHEN (c.id * 104729 + %(n)s * 31) %% 4 = 0 THEN 'answered' ELSE 'queued' END, '',
        m.sent_at + interval '30 days', m.sent_at
    FROM outreach_message m JOIN customers_contact c ON c.id = m.contact_id
    WHERE m.mailing_id = %(mailing)s
"""
ANSWERS = """
    INSERT INTO surveys_response (invitation_id, survey_id, customer_id, contact_id, score,
        comment, language, grade, interaction, answered_at, changed_at)
    SELECT i.id, %(survey)s, i.customer_id, i.contact_id,
        CASE %(kind)s WHEN 'nps' THEN (i.contact_id * 13 + %(n)s) %% 11
            WHEN 'ces' THEN 1 + (i.contact_id * 13 + %(n)s) %% 7
            ELSE 1 + (i.contact_id * 13 + %(n)s) %% 5 END,
        CASE WHEN i.contact_id %% 6 = 0 THEN 'Said so' ELSE '' END, 'ja',
        CASE WHEN i.contact_id %% 50 = 0 THEN 'suspect' ELSE 'confirmed' END, '',
        least(now(), i.created_at + (1 + i.contact_id %% 96) * interval '1 hour'), now()
    FROM surveys_invitation i WHERE i.wave_id = %(wave)s AND i.state = 'answered'
"""
RATINGS = """
    UPDATE customers_ticket SET satisfaction = 1 + id %% 5,
        closed_at = %(end)s::date - (id * 7919 %% 1800) * interval '1 day'
    WHERE id %% 4 = 0
"""
# The company was touched in its last 85 days and bought 60 days ago: spread over the five years.
TOUCHPOINTS = """
    UPDATE customers_touchpoint
    SET happened_at = happened_at - (id * 7919 %% 1700) * interval '1 day' WHERE id %% 5 > 0
"""
OLD_PURCHASES = """
    UPDATE customers_purchase
    SET purchased_on = purchased_on - (customer_id * 7919 %% 1700)::int WHERE paid_on IS NOT NULL
"""
PURCHASES = """
    INSERT INTO customers_purchase (customer_id, external_id, number, purchased_on, due_on,
        paid_on, amount, currency, created_at)
    SELECT c.id, c.external_id || '-P' || n, '', bought.day, bought.day + 30, bought.day + 20,
        5000 + c.id * 37 %% 20000 + n * 100, 'JPY', now()
    FROM customers_customer c, generate_series(1, 4) n, LATERAL (
        SELECT %(end)s::date - (c.id * 7919 + n * 433 * (1 + c.id %% 3))::int %% 1800 AS day
    ) bought
    WHERE (c.id * 31 + n) %% 5 <> 0 OR n = 1
"""
COSTS = """
    INSERT INTO customers_costline (kind, label, amount, currency, starts_on, until,
        retention_share, acquisition_share, customer_id, created_at)
    SELECT kind, 'Bench ' || kind, 1000000 + n * 1000, 'JPY', month, month + interval '1 month',
        CASE kind WHEN 'sales' THEN 0 ELSE 0.6 END, CASE kind WHEN 'sales' THEN 1 ELSE 0.2 END,
        NULL, now()
    FROM generate_series(0, 59) n, unnest(ARRAY['salaries', 'tools', 'programme', 'campaign',
        'support', 'sales']) kind, LATERAL (
        SELECT (%(first)s::date + n * interval '1 month')::date AS month) m
    UNION ALL
    SELECT 'discount', 'Bench of one', 3000, 'JPY', %(end)s::date - (id %% 700)::int - 30,
        %(end)s::date - (id %% 700)::int, 1, 0, id, now()
    FROM customers_customer WHERE id %% 50 = 0
"""
HOURS = """
    INSERT INTO customers_rolerate (role, effective_on, hourly)
    SELECT 'csm', day, 4000 FROM unnest(ARRAY[%(first)s::date, %(end)s::date - 400]) day
    ON CONFLICT DO NOTHING
"""


def tell_what_was_said(newest: date) -> None:
    """Surveys, purchases and costs of the five years before a day; once in a database."""
    if Survey.objects.filter(name="Bench nps").exists():
        return
    # The company has a third of its contacts answer within 80 days: too many for a month.
    Response.objects.filter(invitation=None).delete()
    surveys = {kind: _survey(kind) for kind in set(KINDS)}
    topic, _made = Topic.objects.get_or_create(key="bench")
    first = add_months(month_start(newest), 1 - MONTHS)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        for n in range(MONTHS):
            month, kind = add_months(first, n), KINDS[n % len(KINDS)]
            mailing = Mailing.objects.create(name=f"Bench {month:%Y-%m}", topic=topic)
            wave = Wave.objects.create(
                survey_id=surveys[kind].survey_id, version=surveys[kind], mailing=mailing,
                name=f"{month:%Y-%m}", closes_at=_noon_after(month),
            )  # fmt: skip
            values: dict[str, Any] = {"n": n, "month": month, "kind": kind, "mailing": mailing.pk,
                      "wave": wave.pk, "survey": surveys[kind].survey_id}  # fmt: skip
            for statement in (MESSAGES, INVITATIONS, ANSWERS):
                cursor.execute(statement, values)
        for statement in (RATINGS, TOUCHPOINTS, OLD_PURCHASES, PURCHASES, COSTS, HOURS):
            cursor.execute(statement, {"first": first, "end": newest})
        cursor.execute("SET session_replication_role = DEFAULT")
        recount_answers()
        cursor.execute("VACUUM ANALYZE")
    CustomerValue.objects.all().delete()


def _survey(kind: str) -> SurveyVersion:
    survey = Survey.objects.create(name=f"Bench {kind}", kind=kind)
    return SurveyVersion.objects.create(survey=survey, number=1, brand="Bench")


def _noon_after(month: date) -> str:
    return f"{month + timedelta(days=60)}T12:00:00Z"
