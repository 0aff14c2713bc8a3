"""One index gives the choice of segments and the keys of whoever a filter leaves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0018_tasks_of_other_programs")]

    operations = [
        migrations.RemoveIndex(model_name="customer", name="customer_by_segment"),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["segment", "touch", "stage", "id"], name="customer_by_segment_and_touch"
            ),
        ),
    ]
