"""The topics contacts may stop hearing about, from the first day on."""

from django.db import migrations

TOPICS = [
    ("surveys", "Surveys", "アンケート"),
    ("newsletter", "Newsletter", "ニュースレター"),
    ("product-tips", "Product tips", "製品の活用のヒント"),
]


def make_topics(apps, schema_editor):
    topics = apps.get_model("outreach", "Topic").objects
    for key, name_en, name_ja in TOPICS:
        topics.get_or_create(key=key, defaults={"name_en": name_en, "name_ja": name_ja})


class Migration(migrations.Migration):
    dependencies = [("outreach", "0002_claims_texts_and_quiet_days")]
    operations = [migrations.RunPython(make_topics, migrations.RunPython.noop)]
