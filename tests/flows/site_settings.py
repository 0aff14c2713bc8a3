"""The shipped settings, but for static files that were not collected and how people log in."""

import os

from config.settings import *  # noqa: F403

STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECOND_FACTOR_FOR_ADMINS = False
if os.environ.get("CARELESS"):
    CACHES["default"] |= {  # noqa: F405
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "OPTIONS": {"socket_timeout": 2},
    }
