"""The roof: settings, addresses and the timetable. Nobody imports from here but the servers."""

import atexit
import gc

from config.celery import app as celery_app

__all__ = ["celery_app"]

# What a process makes while it starts it keeps. To look for garbage among it every 700 objects, as
# is usual, and again when the process ends, took a quarter of the time of a short command.
gc.set_threshold(50_000, 20, 20)
atexit.register(gc.freeze)
