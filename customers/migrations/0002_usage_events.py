"""The append-only table of usage events, parted by week.

Its key begins with the customer, nothing refers to it and it refers to nothing, so that it can
be spread over machines one day. Partitions are made by lib.partitions, from jobs and tests.
"""

from django.db import migrations

CREATE = """
CREATE TABLE customers_usageevent (
    customer_id bigint NOT NULL,
    client_ts timestamptz NOT NULL,
    event_id uuid NOT NULL,
    source_id bigint NOT NULL,
    message_id varchar(200) NOT NULL,
    person varchar(200) NOT NULL,
    kind varchar(10) NOT NULL,
    name varchar(200) NOT NULL,
    quantity integer NOT NULL DEFAULT 1,
    seconds integer NOT NULL DEFAULT 0,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    properties jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT usage_event_is_stored_once PRIMARY KEY (customer_id, client_ts, event_id)
) PARTITION BY RANGE (client_ts);
-- The roll-up of one day reads by the moment things happened.
CREATE INDEX usage_event_by_moment ON customers_usageevent (occurred_at, customer_id);
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE customers_usageevent")]
