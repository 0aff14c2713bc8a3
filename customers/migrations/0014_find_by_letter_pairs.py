"""Search finds the customers in whose name a word stands anywhere, without reading all of them."""

import django.contrib.postgres.indexes
from django.db import migrations

import lib.searching

CREATE = """
CREATE FUNCTION letter_pairs(words text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    letters text[] := string_to_array(words, NULL);
    pairs text[] := '{}';
BEGIN
    FOR n IN 1 .. cardinality(letters) - 1 LOOP
        IF letters[n] <> ' ' AND letters[n + 1] <> ' ' THEN
            pairs := pairs || (letters[n] || letters[n + 1]);
        END IF;
    END LOOP;
    RETURN pairs;
END
$$
"""
DROP = "DROP FUNCTION letter_pairs(text)"


class Migration(migrations.Migration):
    dependencies = [("customers", "0013_costs_and_assumptions")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                lib.searching.LetterPairs("search_text"),
                name="customer_by_letter_pairs",
                gin_pending_list_limit=256,
            ),
        ),
    ]
