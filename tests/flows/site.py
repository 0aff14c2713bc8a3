"""The web server of test_redis_down.py. With CARELESS=yes it trusts Redis as Django and Celery do
by themselves."""

import os

from django.urls import get_resolver

from config.wsgi import application

# Pages are imported with the rest, before the process that answers is forked.
get_resolver().url_patterns  # noqa: B018

if os.environ.get("CARELESS"):
    from celery.contrib.django.task import DjangoTask

    from config.doorbell import Doorbell

    Doorbell.delay_on_commit = DjangoTask.delay_on_commit

__all__ = ["application"]
