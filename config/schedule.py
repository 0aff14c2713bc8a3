"""The timetable. Every line rings a bell; the rows in PostgreSQL decide what is due."""

from datetime import timedelta

from celery.schedules import crontab

TIMETABLE = {
    "every minute, close the days that are due": {
        "task": "metrics.jobs.close_due_days",
        "schedule": timedelta(seconds=60),
    },
    "every ten seconds, take up chunks that nobody holds": {
        "task": "metrics.jobs.resume_nights",
        "schedule": timedelta(seconds=10),
    },
    "every ten seconds, send what is ready": {
        "task": "outreach.jobs.send_ready_messages",
        "schedule": timedelta(seconds=10),
    },
    "every ten seconds, write down which mailed links were opened": {
        "task": "outreach.jobs.flush_hits",
        "schedule": timedelta(seconds=10),
    },
    "every minute, go on with waves that nobody prepares": {
        "task": "surveys.jobs.resume_waves",
        "schedule": timedelta(seconds=60),
    },
    "every ten seconds, take up imports that nobody holds": {
        "task": "customers.jobs.resume_imports",
        "schedule": timedelta(seconds=10),
    },
    "every minute, send letters with a link that still wait": {
        "task": "accounts.jobs.mail_owed_letters",
        "schedule": timedelta(seconds=60),
    },
    "every ten minutes, value customers after a night": {
        "task": "metrics.jobs.value_customers",
        "schedule": timedelta(minutes=10),
    },
    "every morning, close the month that is due, if that is wanted": {
        "task": "metrics.jobs.close_due_month",
        "schedule": crontab(hour="4", minute="30"),
    },
    "every minute, close months that somebody asked for": {
        "task": "metrics.jobs.resume_closings",
        "schedule": timedelta(seconds=60),
    },
    "every minute, make reports that are due or wait": {
        "task": "metrics.jobs.make_waiting_reports",
        "schedule": timedelta(seconds=60),
    },
    "every hour, forget reports of yesterday": {
        "task": "metrics.jobs.forget_reports",
        "schedule": timedelta(hours=1),
    },
    "every morning, make room for the next year": {
        "task": "metrics.jobs.keep_partitions",
        "schedule": crontab(hour="3", minute="40"),
    },
    "every ten minutes, make and drop partitions of usage events": {
        "task": "customers.jobs.keep_partitions",
        "schedule": timedelta(minutes=10),
    },
    "every minute, place events whose customer has appeared": {
        "task": "customers.jobs.replay_waiting_events",
        "schedule": timedelta(seconds=60),
    },
    "every morning, forget old events and messages": {
        "task": "customers.jobs.forget_old_events",
        "schedule": crontab(hour="3", minute="40"),
    },
    "every morning, take what attributes were declared for out of the bags": {
        "task": "customers.jobs.fill_attributes",
        "schedule": crontab(hour="3", minute="50"),
    },
    "every morning, forget files and former values of old imports": {
        "task": "customers.jobs.tidy_up_imports",
        "schedule": crontab(hour="4", minute="0"),
    },
    "every morning, forget answers kept for repeated requests": {
        "task": "accounts.jobs.forget_stored_answers",
        "schedule": crontab(hour="3", minute="50"),
    },
}
