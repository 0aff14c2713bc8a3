"""Answers as they count, kept by triggers with every change of responses and rated tickets.

A statement that changes answers takes the old ones out, puts the new ones in, and notes anew for
their contacts and interactions when each was answered again. Whoever answers alone waits for
another who answers for the same contact, so that both are seen; a long import does not.
"""

import django.db.models.deletion
from django.db import migrations, models

RESPONSES = """
    SELECT r.id AS key, s.kind, CASE WHEN s.kind = 'nps' THEN
            coalesce('c' || r.contact_id, 'r' || r.id)
        WHEN r.interaction <> '' THEN 'i' || r.interaction ELSE 'r' || r.id END AS unit,
        r.customer_id, r.contact_id, CASE s.kind WHEN 'ces5' THEN 6 - r.score ELSE r.score END
            AS score, r.answered_at
    FROM {responses} r JOIN surveys_survey s ON s.id = r.survey_id
    WHERE r.grade IN ('confirmed', 'manual', 'imported')
        AND r.score BETWEEN CASE s.kind WHEN 'nps' THEN 0 ELSE 1 END
            AND CASE s.kind WHEN 'nps' THEN 10 WHEN 'ces' THEN 7 ELSE 5 END
"""
# A ticket keeps one rating, the latest; it is an interaction like any other (SUR-1).
TICKETS = """
    SELECT -t.id, 'csat', 'i' || t.external_id, t.customer_id, NULL::bigint, t.satisfaction,
        coalesce(t.closed_at, t.opened_at)
    FROM {tickets} t WHERE t.satisfaction BETWEEN 1 AND 5
"""
COLUMNS = "key, kind, unit, customer_id, contact_id, score, answered_at"
FOLLOWED = """
    UPDATE metrics_countedanswer kept SET next_at = later.next_at FROM (
        SELECT key, lead(answered_at) OVER (PARTITION BY kind, unit ORDER BY answered_at, key)
            AS next_at
        FROM metrics_countedanswer {of_units}
    ) later WHERE later.key = kept.key AND kept.next_at IS DISTINCT FROM later.next_at
"""
OF_UNITS = """
    WHERE (kind, unit) IN (SELECT * FROM unnest(kinds, units))
"""
COUNT = f"""
CREATE FUNCTION metrics_count_answers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kinds text[] := '{{}}'; units text[] := '{{}}'; more_kinds text[]; more_units text[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        WITH gone AS (
            DELETE FROM metrics_countedanswer WHERE key IN (
                SELECT CASE WHEN TG_TABLE_NAME = 'customers_ticket' THEN -id ELSE id END
                FROM old_rows)
            RETURNING kind, unit
        ) SELECT coalesce(array_agg(kind), '{{}}'), coalesce(array_agg(unit), '{{}}')
        INTO kinds, units FROM gone WHERE unit NOT LIKE 'r%';
    END IF;
    IF TG_OP <> 'DELETE' AND TG_TABLE_NAME = 'customers_ticket' THEN
        WITH come AS (
            INSERT INTO metrics_countedanswer ({COLUMNS}) {TICKETS.format(tickets="new_rows")}
            RETURNING kind, unit
        ) SELECT array_agg(kind), array_agg(unit) INTO more_kinds, more_units FROM come;
    ELSIF TG_OP <> 'DELETE' THEN
        WITH come AS (
            INSERT INTO metrics_countedanswer ({COLUMNS}) {RESPONSES.format(responses="new_rows")}
            RETURNING kind, unit
        ) SELECT array_agg(kind), array_agg(unit) INTO more_kinds, more_units FROM come
        WHERE unit NOT LIKE 'r%';
    END IF;
    kinds := kinds || more_kinds;
    units := units || more_units;
    IF cardinality(units) BETWEEN 1 AND 10 THEN
        PERFORM pg_advisory_xact_lock(7204003, code) FROM (
            SELECT DISTINCT hashtext(unit) AS code FROM unnest(units) unit ORDER BY code) locked;
    END IF;
    IF cardinality(units) > 0 THEN
        {FOLLOWED.format(of_units=OF_UNITS)};
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION metrics_recount_answers() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM metrics_countedanswer;
    INSERT INTO metrics_countedanswer ({COLUMNS})
    {RESPONSES.format(responses="surveys_response")}
    UNION ALL {TICKETS.format(tickets="customers_ticket")} ORDER BY answered_at;
    {FOLLOWED.format(of_units="")};
END
$$;
CREATE FUNCTION metrics_count_under_other_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE surveys_response SET id = id WHERE survey_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER survey_answers_count_under_other_kind AFTER UPDATE ON surveys_survey
FOR EACH ROW WHEN (OLD.kind <> NEW.kind) EXECUTE FUNCTION metrics_count_under_other_kind();
"""
TABLES = {"response": "surveys_response", "ticket": "customers_ticket"}
SEEN = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}
TRIGGERS = "".join(
    f"CREATE TRIGGER {name}_counts_after_{act} AFTER {act.upper()} ON {table} REFERENCING {seen}"
    " FOR EACH STATEMENT EXECUTE FUNCTION metrics_count_answers();"
    for name, table in TABLES.items()
    for act, seen in SEEN.items()
)
DROP = "".join(
    f"DROP TRIGGER {name}_counts_after_{act} ON {table};"
    for name, table in TABLES.items()
    for act in SEEN
) + """
    DROP TRIGGER survey_answers_count_under_other_kind ON surveys_survey;
    DROP FUNCTION metrics_count_under_other_kind(); DROP FUNCTION metrics_recount_answers();
    DROP FUNCTION metrics_count_answers();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0022_exchange_rates_by_file"),
        ("metrics", "0023_uses_are_read_along_the_key"),
        ("surveys", "0005_open_a_link_by_a_kept_plan"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedAnswer",
            fields=[
                ("key", models.BigIntegerField(primary_key=True, serialize=False,
                                               verbose_name="number")),
                ("kind", models.CharField(max_length=4, verbose_name="kind")),
                ("unit", models.CharField(db_collation="C", max_length=210,
                                          verbose_name="contact or interaction")),
                ("contact_id", models.BigIntegerField(null=True, verbose_name="contact")),
                ("score", models.SmallIntegerField(verbose_name="score")),
                ("answered_at", models.DateTimeField(verbose_name="answered")),
                ("next_at", models.DateTimeField(null=True, verbose_name="answered again")),
                ("customer", models.ForeignKey(
                    db_constraint=False, db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING, related_name="+",
                    to="customers.customer", verbose_name="customer")),
            ],
            options={
                "verbose_name": "counted answer",
                "verbose_name_plural": "counted answers",
                "ordering": ["-answered_at", "-key"],
                "indexes": [
                    models.Index(fields=["kind", "answered_at"], name="counted_answer_by_moment"),
                    models.Index(fields=["kind", "unit"], name="counted_answer_by_unit"),
                ],
            },
        ),
        migrations.RunSQL(COUNT + TRIGGERS, DROP),
        migrations.RunSQL("SELECT metrics_recount_answers()", migrations.RunSQL.noop),
    ]
