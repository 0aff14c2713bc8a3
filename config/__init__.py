"""The roof: settings, addresses and the timetable. Nobody imports from here but the servers."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
