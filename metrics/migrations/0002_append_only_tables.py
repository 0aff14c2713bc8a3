"""Daily usage, days of people and health scores: append-only tables parted by year."""

from django.db import migrations

CREATE = """
CREATE TABLE metrics_dailyusage (
    customer_id bigint NOT NULL,
    day date NOT NULL,
    event_count integer NOT NULL,
    active_people integer NOT NULL,
    seconds bigint NOT NULL DEFAULT 0,
    CONSTRAINT daily_usage_once_per_customer_and_day PRIMARY KEY (customer_id, day)
) PARTITION BY RANGE (day);

CREATE TABLE metrics_personday (
    customer_id bigint NOT NULL,
    day date NOT NULL,
    person varchar(200) NOT NULL,
    event_count integer NOT NULL,
    CONSTRAINT person_day_once PRIMARY KEY (customer_id, day, person)
) PARTITION BY RANGE (day);

CREATE TABLE metrics_healthscore (
    customer_id bigint NOT NULL,
    day date NOT NULL,
    score numeric(5, 2),
    uncapped numeric(5, 2),
    override varchar(30) NOT NULL DEFAULT '',
    band varchar(5) NOT NULL,
    coverage numeric(4, 3) NOT NULL,
    parts jsonb NOT NULL,
    scorecard_version integer NOT NULL,
    CONSTRAINT health_score_once_per_customer_and_day PRIMARY KEY (customer_id, day)
) PARTITION BY RANGE (day);
"""
DROP = "DROP TABLE metrics_dailyusage, metrics_personday, metrics_healthscore"


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
