"""The audit log is read newest first, of everybody or of one person."""

from django.db import migrations

CREATE = """
CREATE INDEX audit_entry_by_moment ON pghistory_context (created_at DESC, id DESC);
CREATE INDEX audit_entry_by_person ON pghistory_context ((metadata -> 'user'), created_at DESC);
"""
DROP = "DROP INDEX audit_entry_by_moment; DROP INDEX audit_entry_by_person"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_stored_answers"), ("pghistory", "0007_auto_20250421_0444")]

    operations = [migrations.RunSQL(CREATE, DROP)]
