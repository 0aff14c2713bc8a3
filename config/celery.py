"""The Celery application. Truth lives in PostgreSQL; the broker is only a doorbell."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("enishi")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Files are called jobs.py because a task is a word on our pages.
app.autodiscover_tasks(related_name="jobs")
