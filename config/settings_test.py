"""What tests do differently: a fast hasher and a plain static storage."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-and-linters-0123456789-0123456789-0123456789")

from config.settings import *

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
SECURE_SSL_REDIRECT = False
# Ada logs in without one; tests/accounts/test_admins_factor.py switches it on.
SECOND_FACTOR_FOR_ADMINS = False
WHITENOISE_AUTOREFRESH = True

# Each test process has a Redis database of its own, so that one may empty its cache.
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
CACHES["default"]["LOCATION"] = f"{REDIS_URL.rstrip('/')}/{2 + _process}"  # noqa: F405
