"""Settings of Enishi. Every environment variable is read here and nowhere else."""

import logging
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import logs

# By subject, the same in every installation:
from config.api_settings import *  # noqa: F403
from config.celery_settings import *  # noqa: F403
from config.cookies import cookie_name
from config.headers import CONTENT_POLICY
from config.sign_in_settings import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env")

# --- The installation -------------------------------------------------------------------------
# DEBUG=on shows tracebacks in the browser. Never on a server that others can reach.
DEBUG = env.bool("DEBUG", default=False)
# SECRET_KEY signs sessions. LINK_KEYS signs the links in mails: newest first, old ones still open.
SECRET_KEY = env.str("SECRET_KEY", default="")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is missing or shorter than 50 characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
LINK_KEYS = env.list("LINK_KEYS", default=[f"links:{SECRET_KEY}"])
# ADDRESS_KEY turns addresses into the hashes of "do not write to". Never change it: who has said
# stop would be forgotten. Without it, the oldest SECRET_KEY serves.
ADDRESS_KEY = env.str("ADDRESS_KEY", default=[SECRET_KEY, *SECRET_KEY_FALLBACKS][-1])
# The address people and mails use, for example https://cs.example.com
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
IS_SECURE = PUBLIC_URL.startswith("https://")
# The demo fills an empty installation with an invented company and prints its log-ins.
DEMO_MODE = env.bool("DEMO_MODE", default=False)
# A folder in which the embedded mail catcher leaves what was sent; empty elsewhere.
MAILBOX_DIR = env.str("MAILBOX_DIR", default="")

# --- The business -----------------------------------------------------------------------------
REPORTING_TIME_ZONE = env.str("REPORTING_TIME_ZONE", default="Asia/Tokyo")
REPORTING_CURRENCY = env.str("REPORTING_CURRENCY", default="JPY")
FISCAL_YEAR_STARTS_IN_MONTH = env.int("FISCAL_YEAR_STARTS_IN_MONTH", default=4)
# The local hour from which yesterday may be closed.
NIGHT_STARTS_AT_HOUR = env.int("NIGHT_STARTS_AT_HOUR", default=1)
NIGHTS_MADE_UP = env.int("NIGHTS_MADE_UP", default=35)
# Customers one worker closes together, and after how long a silent worker may be replaced.
NIGHT_CHUNK_SIZE = env.int("NIGHT_CHUNK_SIZE", default=5_000)
NIGHT_LEASE_SECONDS = env.int("NIGHT_LEASE_SECONDS", default=10)
PAST_DUE_LIMIT_DAYS = env.int("PAST_DUE_LIMIT_DAYS", default=30)
# Whether a paused subscription goes on counting. After a change: manage.py rebuild_movements.
PAUSED_SUBSCRIPTIONS_COUNT = env.bool("PAUSED_SUBSCRIPTIONS_COUNT", default=False)
# Contracts that end and begin within so many days are one. After a change: the same command.
MERGE_GAP_DAYS = env.int("MERGE_GAP_DAYS", default=0)
# A month is closed by itself so many days after its end; 0 leaves it to people.
CLOSE_MONTHS_AFTER_DAYS = env.int("CLOSE_MONTHS_AFTER_DAYS", default=0)
# How long a page may work out what was known on a past day; after that it says so.
KNOWN_THEN_SECONDS = env.int("KNOWN_THEN_SECONDS", default=20)
EVENT_RETENTION_DAYS = env.int("EVENT_RETENTION_DAYS", default=400)
# How much one person's programs may ask a minute; reading costs 1, writing 2.
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", default=600)
# A message of a source is known as sent before for so many days.
EVENT_DEDUPE_DAYS = env.int("EVENT_DEDUPE_DAYS", default=35)
EVENT_NAMES_PER_SOURCE = env.int("EVENT_NAMES_PER_SOURCE", default=2_000)
EVENT_MAX_BYTES = env.int("EVENT_MAX_BYTES", default=32_768)
# A company a server speaks of and nobody knows becomes a customer in stage "detected".
EVENTS_CREATE_CUSTOMERS = env.bool("EVENTS_CREATE_CUSTOMERS", default=True)
# PostHog's group type, and properties or traits, that name the company of an event.
EVENTS_MATCH_EMAIL_DOMAIN = env.bool("EVENTS_MATCH_EMAIL_DOMAIN", default=False)
EVENT_GROUP_TYPE = env.str("EVENT_GROUP_TYPE", default="company")
EVENT_ACCOUNT_PATHS = env.list(
    "EVENT_ACCOUNT_PATHS", default=["companyId", "account_id", "organization.id"]
)
IMPORT_UNDO_DAYS = env.int("IMPORT_UNDO_DAYS", default=14)

# --- Django -----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.back_office.BackOffice",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "accounts",
    "customers",
    "outreach",
    "surveys",
    "metrics",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.headers.HeadersMiddleware",
    # Pages for contacts go no further: no session, no cookie, no log of the address.
    "outreach.public_pages.PublicPagesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.api.middleware.ApiMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "metrics.middleware.TwoClocksMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.navigation",
            ],
            "libraries": {"tablericons": "config.icons"},
        },
    },
]
# Audit triggers are installed after each migrate, not by migrations (docs/decisions/0005-audit.md).
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = True
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- PostgreSQL and Redis ---------------------------------------------------------------------
# DATABASE_URL, for example postgres://enishi:secret@db:5432/enishi
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://127.0.0.1/enishi")}
# A worker forks, so it opens plain connections; the web server keeps a small checked pool, and is
# stricter with statements: whoever waits for a page is not helped by a stuck one (docs/decisions).
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=0)
STATEMENT_TIMEOUT_MS = env.int(
    "STATEMENT_TIMEOUT_MS", default=5_000 if DATABASE_POOL_SIZE else 60_000
)
LOCK_SECONDS, IDLE_SECONDS = (3, 30) if DATABASE_POOL_SIZE else (5, 60)
DATABASES["default"].update(
    ENGINE="lib.steady_postgres",
    CONN_MAX_AGE=0 if DATABASE_POOL_SIZE else 60,
    # Connections of the pool are checked by the engine, without asking the server.
    CONN_HEALTH_CHECKS=not DATABASE_POOL_SIZE,
    DISABLE_SERVER_SIDE_CURSORS=True,
)
# Statements are short: compiling one (jit) takes longer than it saves, where a server can do it.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    options=f"-c jit=off -c lock_timeout={LOCK_SECONDS}s"
    f" -c idle_in_transaction_session_timeout={IDLE_SECONDS}s"
    f" -c statement_timeout={STATEMENT_TIMEOUT_MS}",
    keepalives_idle=30,
    keepalives_interval=10,
    keepalives_count=3,
    connect_timeout=10,
)
if DATABASE_POOL_SIZE:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": min(2, DATABASE_POOL_SIZE),
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 5,
        "max_waiting": 8 * DATABASE_POOL_SIZE,
    }
# REDIS_URL carries the broker (database 0) and the cache (database 1).
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379")
CELERY_BROKER_URL = f"{REDIS_URL.rstrip('/')}/0"
# How often a worker and the clock show that they work. After three missed signs nobody counts on
# them, after six a worker is killed and started again (config/hearing.py).
WORKER_SIGN_SECONDS = env.float("WORKER_SIGN_SECONDS", default=10.0)
# The process whose end ends a worker; 0 for a worker on its own.
SUPERVISED_BY = env.int("SUPERVISED_BY", default=0)
CACHES = {
    "default": {
        "BACKEND": "lib.steady_cache.SteadyCache",
        "LOCATION": f"{REDIS_URL.rstrip('/')}/1",
    },
}

# --- People -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "customers:today"
# Behind a proxy the address of a visitor is what that proxy adds, never what a visitor claims.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
# Who may change what others may do needs more than a password. The demo's passwords are printed.
SECOND_FACTOR_FOR_ADMINS = env.bool("SECOND_FACTOR_FOR_ADMINS", default=not DEMO_MODE)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_SECURE
# OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET switch sign-in by OpenID Connect on.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "sso",
            "name": env.str("OIDC_NAME", default="Single sign-on"),
            "client_id": env.str("OIDC_CLIENT_ID", default=""),
            "secret": env.str("OIDC_CLIENT_SECRET", default=""),
            "settings": {"server_url": OIDC_ISSUER},
        }
    ]

# --- Languages, days ----------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Days a Japanese, an American and a Briton read the same way.
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = REPORTING_TIME_ZONE

# --- Static files -------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.npm_finder.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Uploads wait here, outside the web root; only jobs read them.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media")))
# Fonts that reports are set in come before those that are shipped.
REPORT_FONT_DIRS = env.list("REPORT_FONT_DIRS", default=[])
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=200_000_000)
FILE_UPLOAD_HANDLERS = [
    "lib.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
INGEST_MAX_BYTES = env.int("INGEST_MAX_BYTES", default=10_000_000)
# Of the threads of a web process so many may take in events; the others are for people.
INGEST_AT_ONCE = env.int("INGEST_AT_ONCE", default=6)
BODY_TIMEOUT_SECONDS = env.int("BODY_TIMEOUT_SECONDS", default=20)

# --- Mail ---------------------------------------------------------------------------------------
# EMAIL_URL, for example smtp+tls://user:secret@mail.example.com:587
vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Enishi <enishi@localhost.localdomain>")
# Company name and postal address for the foot of mails, as the law of Japan and others asks.
MAIL_SENDER_ADDRESS = env.str("MAIL_SENDER_ADDRESS", default="")
# Longer than the slowest SMTP talk: after it, a worker that fell silent has lost its messages.
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", default=300)
# Nobody is written to twice within MAIL_FLOOR_HOURS, nor more than MAIL_CAP times in 30 days.
MAIL_FLOOR_HOURS = env.int("MAIL_FLOOR_HOURS", default=24)
MAIL_CAP = env.int("MAIL_CAP", default=4)
# Days between two NPS questions to one address, and between any two surveys.
NPS_REPEAT_DAYS = env.int("NPS_REPEAT_DAYS", default=90)
SURVEY_GAP_DAYS = env.int("SURVEY_GAP_DAYS", default=30)

# --- Logs ---------------------------------------------------------------------------------------
LOGGING = logs.configured(level=env.str("LOG_LEVEL", default="INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

# --- Security (reliability of each header is tested in tests/access) ------------------------------
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_REDIRECT_EXEMPT = [
    r"(?i)^(v1|batch|capture|e|i|flags|decide|array|sourceConfig|u|health)(/|$)",
]
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_HSTS_PRELOAD = IS_SECURE
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_NAME = cookie_name("session", PUBLIC_URL)
SESSION_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = cookie_name("csrf", PUBLIC_URL)
CSRF_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = IS_SECURE
LANGUAGE_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {"DIRECTIVES": CONTENT_POLICY}
CSRF_FAILURE_VIEW = "config.errors.form_too_old"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
