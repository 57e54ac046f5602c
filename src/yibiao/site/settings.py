"""Settings of the site. Everything that an operator may set is an environment variable and stands in docs/reference."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from yibiao.core import clock, disk

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("YIBIAO_DATA", "var/data")).resolve()
DATA.mkdir(parents=True, exist_ok=True)


def _secret() -> str:
    """The key from the environment, or one made once and kept in the data folder, readable by the owner only."""
    if given := os.environ.get("YIBIAO_SECRET_KEY"):
        return given
    return disk.kept_secret(DATA / "secret.key", 32)


SECRET_KEY = _secret()
DEBUG = False
# What a replayed demo gives the processes that serve it; never set by hand.
_REPLAY = os.environ.get("YIBIAO_REPLAY", "")
clock.keep(clock.Pace.read(_REPLAY) if _REPLAY else None)

ALLOWED_HOSTS = os.environ.get("YIBIAO_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("YIBIAO_ORIGINS", "").split(",") if origin]
_HTTPS = os.environ.get("YIBIAO_HTTPS", "") == "1"

INSTALLED_APPS = [
    "yibiao.desk",
    "yibiao.bulletins",
    "yibiao.figures",
    "yibiao.notices",
    "yibiao.draws",
    "yibiao.citizens",
    "yibiao.cases",
    "yibiao.duty",
    "yibiao.records",
    "yibiao.forms",
    "yibiao.packs",
    "yibiao.people",
    "yibiao.places",
    "yibiao.ledger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "yibiao.desk.observing.Observing",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "yibiao.desk.middleware.ChineseFirst",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "yibiao.people.middleware.PasswordAge",
    "django_htmx.middleware.HtmxMiddleware",
    "yibiao.desk.middleware.Places",
    "yibiao.desk.middleware.Refusals",
]

ROOT_URLCONF = "yibiao.site.urls"
WSGI_APPLICATION = "yibiao.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yibiao.desk.context.shell",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA / 'yibiao.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
elif os.environ.get("YIBIAO_POOLED", "") == "1":
    # A pooler that hands out a connection for one transaction at a time keeps no cursor between two.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "desk_cache"},
}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "yibiao.people.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "yibiao.people.passwords.MixedClasses"},
    {"NAME": "yibiao.people.passwords.NotOneOfTheLast"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
YIBIAO_PASSWORD_DAYS = int(os.environ.get("YIBIAO_PASSWORD_DAYS", "90"))
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("YIBIAO_PROXIES", "0"))
ACCOUNT_ADAPTER = "yibiao.people.adapter.ClosedSignup"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "yibiao.people.adapter.SecondFactor"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/10m/key", "login": "60/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Yibiao"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# smtp://user:password@host:port?from — smtps:// for TLS from the first byte; without it nothing leaves by e-mail.
_MAIL = urlsplit(os.environ.get("YIBIAO_EMAIL", ""))
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "localhost", _MAIL.port or (465 if _MAIL.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS, EMAIL_TIMEOUT = _MAIL.scheme == "smtps", _MAIL.scheme == "smtp", 10
DEFAULT_FROM_EMAIL = unquote(_MAIL.query) or EMAIL_HOST_USER or "yibiao@localhost"


def _gateway(given: str) -> tuple[str, str]:
    """The address of a gateway and the secret that signs what is sent to it, written as https://host/path#secret."""
    address, _, secret = given.partition("#")
    if given and (urlsplit(address).scheme not in ("https", "http") or not secret):
        raise ImproperlyConfigured("YIBIAO_SMS / YIBIAO_WECHAT: https://host/path#secret")
    return address, secret


# Which sender carries a channel; what a gateway gets stands in docs/guide-for-operators.md.
YIBIAO_GATEWAYS = {
    "sms": _gateway(os.environ.get("YIBIAO_SMS", "")),
    "wechat": _gateway(os.environ.get("YIBIAO_WECHAT", "")),
}
YIBIAO_SENDERS: dict[str, str] = {
    "email": "email" if _MAIL.hostname else "console",
    "sms": "sms-webhook" if YIBIAO_GATEWAYS["sms"][0] else "console",
    "wechat": "wechat-webhook" if YIBIAO_GATEWAYS["wechat"][0] else "console",
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [PACKAGE / "desk" / "dist"] if (PACKAGE / "desk" / "dist").is_dir() else []
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# What citizens may send within an hour, from one address and for one place; how much work a challenge asks for at most.
YIBIAO_REPORTS_PER_ADDRESS = int(os.environ.get("YIBIAO_REPORTS_PER_ADDRESS", "20"))
YIBIAO_REPORTS_PER_PLACE = int(os.environ.get("YIBIAO_REPORTS_PER_PLACE", "300"))
YIBIAO_OPEN311_KEY = os.environ.get("YIBIAO_OPEN311_KEY", "")
YIBIAO_CHALLENGE = int(os.environ.get("YIBIAO_CHALLENGE", "60000"))
# How many pages each web process tells by itself of what changed; others ask from time to time.
YIBIAO_STREAMS = int(os.environ.get("YIBIAO_STREAMS", "200"))
# How many megabytes counting figures may take in a process before it goes on on the disk.
YIBIAO_FIGURES_MEMORY = int(os.environ.get("YIBIAO_FIGURES_MEMORY", "600"))
# Which engine serves the figures of pages and bulletins.
YIBIAO_FIGURES_ENGINE = os.environ.get("YIBIAO_FIGURES_ENGINE", "duckdb")
# Where a cluster reads copies of the columns.
YIBIAO_FIGURES_FILES = os.environ.get("YIBIAO_FIGURES_FILES", "")
# How many megabytes of a lake that lies in a store of objects are kept here.
YIBIAO_LAKE_MB = int(os.environ.get("YIBIAO_LAKE_MB", "20000"))
if YIBIAO_FIGURES_ENGINE not in ("duckdb", "postgres"):
    raise ImproperlyConfigured("YIBIAO_FIGURES_ENGINE: duckdb or postgres")
if YIBIAO_FIGURES_ENGINE == "postgres" and DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    raise ImproperlyConfigured("YIBIAO_FIGURES_ENGINE=postgres needs a PostgreSQL in DATABASE_URL")
YIBIAO_SCANNER = os.environ.get("YIBIAO_SCANNER", "")
# The file of the keys with which phones encrypt, and the forms that they encrypt: ids, patterns, or those that ask for
# personal answers.
YIBIAO_FORM_KEYS = os.environ.get("YIBIAO_FORM_KEYS", "")
YIBIAO_ENCRYPTED_FORMS = [
    one.strip() for one in os.environ.get("YIBIAO_ENCRYPTED_FORMS", "personal").split(",") if one.strip()
]
YIBIAO_UPLOAD_LIMIT = 20 * 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What reads the counts of /metrics sends it as a bearer token; without one it must come from the machine itself.
YIBIAO_METRICS_TOKEN = os.environ.get("YIBIAO_METRICS_TOKEN", "")
YIBIAO_OTLP = os.environ.get("YIBIAO_OTLP", "")
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]

_JSON = os.environ.get("YIBIAO_LOG_FORMAT", "text") == "json"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "yibiao.desk.logs.Json" if _JSON else "yibiao.desk.logs.Plain"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("YIBIAO_LOG_LEVEL", "WARNING")},
    # A line for every request only where machines read them; Django's own handlers would write what people sent.
    "loggers": {
        "yibiao.request": {"level": "INFO" if _JSON else "WARNING"},
        "django": {"handlers": [], "level": "WARNING"},
        "django.server": {"handlers": [], "propagate": True},
    },
}
