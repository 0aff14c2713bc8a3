"""An NPS survey to begin with, in both languages, not yet published."""

from django.db import migrations

from surveys.wording import first_texts


def make_survey(apps, schema_editor):
    survey = apps.get_model("surveys", "Survey").objects.create(name="NPS", kind="nps")
    apps.get_model("surveys", "SurveyVersion").objects.create(
        survey=survey, number=1, brand="Enishi", texts=first_texts("nps")
    )


class Migration(migrations.Migration):
    dependencies = [("surveys", "0002_waves_know_when_planned")]
    operations = [migrations.RunPython(make_survey, migrations.RunPython.noop)]
