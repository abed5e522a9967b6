"""Settings. They work with nothing set, read everything from the environment, and report every bad value at once.

docs/operators.md lists the variables. No server is started here: the settings only compute the address.
"""

from __future__ import annotations

import warnings
from typing import Any

import pghistory
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvValidationError

from claims.vocabulary import NoticeKind
from claimtracker import addresses, localdb, logs, places, slow_queries

BASE_DIR = places.CHECKOUT
env = Env(eager=False)

DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
SECRET_KEY = env.str("SECRET_KEY", "", validate=addresses.long_enough)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=logs.known_level)
# A query of a page that takes so many milliseconds is told in the log; 0: none is.
CLAIMTRACKER_SLOW_QUERY_MS = env.int("CLAIMTRACKER_SLOW_QUERY_MS", 500, validate=slow_queries.milliseconds)
# Behind a proxy that speaks HTTPS: cookies are secure, plain requests are sent on, browsers remember it.
HTTPS = env.bool("CLAIMTRACKER_HTTPS", False)
CLAIMTRACKER_SECOND_READER = env.bool("CLAIMTRACKER_SECOND_READER", False)
CLAIMTRACKER_REQUIRE_TOTP = env.bool("CLAIMTRACKER_REQUIRE_TOTP", False)
# Within how many days a request (a correction, a reply …) is to be answered.
CLAIMTRACKER_REQUEST_DUE_DAYS = env.int("CLAIMTRACKER_REQUEST_DUE_DAYS", 2, validate=addresses.days)
# Where e-mail goes (console: prints it), from whom, and which kinds are sent at all: `send_notices` sends them.
CLAIMTRACKER_EMAIL_URL = env.str("CLAIMTRACKER_EMAIL_URL", "console:", validate=addresses.mail)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("CLAIMTRACKER_EMAIL_FROM", "claimtracker@localhost")
CLAIMTRACKER_NOTICES: list[str] = env.list(
    "CLAIMTRACKER_NOTICES", [kind.value for kind in NoticeKind], validate=addresses.notices
)
# Who reviews the claims, for search engines and feeds.
CLAIMTRACKER_PUBLISHER = env.str("CLAIMTRACKER_PUBLISHER", "ClaimTracker")
# Under which licence readers may reuse the data (API, exports, feeds): its name, and where to read it.
CLAIMTRACKER_DATA_LICENCE = env.str("CLAIMTRACKER_DATA_LICENCE", "CC BY 4.0")
CLAIMTRACKER_DATA_LICENCE_URL = env.str(
    "CLAIMTRACKER_DATA_LICENCE_URL", "https://creativecommons.org/licenses/by/4.0/", validate=addresses.web
)
# Who hears of holes in the site (security.txt): mailto:, https: or tel: addresses. Nobody: there is no such file.
CLAIMTRACKER_SECURITY_CONTACT: list[str] = env.list(
    "CLAIMTRACKER_SECURITY_CONTACT", [], validate=addresses.contacts
)
# Where readers ask for a correction or reply: mailto: and https: addresses. Nobody: pages name no address.
CLAIMTRACKER_CONTACT: list[str] = env.list("CLAIMTRACKER_CONTACT", [], validate=addresses.contacts)
# What addresses in exports begin with; requests say it themselves.
CLAIMTRACKER_SITE_URL = env.str("CLAIMTRACKER_SITE_URL", "", validate=addresses.web)
DATABASE_URL = env.str("DATABASE_URL", "", validate=addresses.postgresql)
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "", validate=addresses.postgresql)
# Streaming copies of that database for readers' pages, and how many seconds they may be behind.
DATABASE_REPLICA_URLS: list[str] = env.list("DATABASE_REPLICA_URLS", [], validate=addresses.replicas)
CLAIMTRACKER_REPLICA_LAG = env.int("CLAIMTRACKER_REPLICA_LAG", 10, validate=addresses.lag)

try:
    env.seal()
except EnvValidationError as error:
    raise ImproperlyConfigured(addresses.all_at_once(error)) from None
if DATABASE_REPLICA_URLS and not DATABASE_URL:
    raise ImproperlyConfigured(
        "DATABASE_REPLICA_URLS: the embedded server has no replicas; set DATABASE_URL."
    )

DATA_DIR = places.data_dir()

_mail = addresses.mail_settings(CLAIMTRACKER_EMAIL_URL)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10  # seconds; a server that does not answer is tried again the next time
if not SECRET_KEY:
    try:
        SECRET_KEY = places.secret_key()
    except OSError as error:
        raise ImproperlyConfigured(
            f"SECRET_KEY: none is set, and none can be kept in {DATA_DIR} ({error.strerror})."
        ) from None

INSTALLED_APPS = [
    "claimtracker",
    "claims.apps.DeskAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "procrastinate.contrib.django",
    "sources",
    "claims",
]
MIDDLEWARE = [
    "claimtracker.logs.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "claims.public.routing.PublicReads",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "claimtracker.accounts.OneTimePasswords",
    "claimtracker.second_factor.SecondFactor",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "claimtracker.urls"
WSGI_APPLICATION = "claimtracker.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,  # the roof's come first; found in two ways, one that extends its namesake would extend itself
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {
                "drawing": "claims.public.drawing",
                "machines": "claims.public.tags",
                "remembered": "claims.public.remembered",
                "signs": "claims.public.signs",
            },
        },
    }
]

# One database under three names. `default`: the application. `public`: the same role, for public pages; the database itself
# refuses what they might write. `owner`: makes and changes tables (migrate, backup); the web process never needs it. Its copies,
# where there are any, are `replica1`, `replica2` …
EMBEDDED = None if DATABASE_URL else DATA_DIR / "pg"


def _database(url: str, *, role: str, kept: int, **limits: Any) -> dict[str, Any]:
    """Django's settings for one alias. `kept`: seconds a connection is reused; `limits`: PostgreSQL settings of the session."""
    address: dict[str, Any]
    if EMBEDDED:
        host = str(localdb.socket_dir(EMBEDDED))
        address = {
            "NAME": localdb.DATABASE,
            "USER": role,
            "HOST": host,
            "PORT": localdb.PORT,
            "EMBEDDED": EMBEDDED,
        }
    else:
        address = addresses.parse(url)
    options = {
        **address.pop("OPTIONS", {}),
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }
    return {
        "ENGINE": "claimtracker.postgres",
        "CONN_MAX_AGE": kept,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        **address,
    }


WAITING = {"lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}
# Readers' pages prepare their queries (`prepared_cursor`): one plan for all values, made once by each connection. A page is one of many:
# it takes one core, and no time to start helpers.
READING = {"plan_cache_mode": "force_generic_plan", "max_parallel_workers_per_gather": "0"}
DATABASES = {
    "default": _database(DATABASE_URL, role=localdb.APP, kept=60, statement_timeout="30s", **WAITING),
    "public": _database(
        DATABASE_URL,
        role=localdb.APP,
        kept=60,
        statement_timeout="5s",
        default_transaction_read_only="on",
        **READING,
        **WAITING,
    ),
    "owner": _database(DATABASE_OWNER_URL or DATABASE_URL, role=localdb.OWNER, kept=0, lock_timeout="60s"),
}
CLAIMTRACKER_REPLICAS = [f"replica{number}" for number, _url in enumerate(DATABASE_REPLICA_URLS, 1)]
for _alias, _url in zip(CLAIMTRACKER_REPLICAS, DATABASE_REPLICA_URLS, strict=True):
    DATABASES[_alias] = addresses.soon_given_up(
        _database(
            _url,
            role="",
            kept=60,
            statement_timeout="5s",
            default_transaction_read_only="on",
            **READING,
        )
    )
if CLAIMTRACKER_REPLICAS:
    DATABASES["public"] = addresses.soon_given_up(DATABASES["public"])
DATABASE_ROUTERS = ["claimtracker.routing.OwnerMigrates", "claims.public.routing.PublicRouter"]
# A reader's GET changes nothing and is not asked who it is: no session is touched, and pages may be cached.
# History is found by object, by act and by transaction; what a row pointed to then needs no index.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# Five wrong passwords for one account from one address: a quarter of an hour's rest. Nobody can lock another's account out.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "claimtracker.throttling.came_from"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("it", _("Italian"))]
LOCALE_PATHS = [BASE_DIR / "claimtracker" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "claimtracker" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "claimtracker.assets.Assets"},
}
WHITENOISE_USE_FINDERS = True  # what is not collected is served from the code
warnings.filterwarnings("ignore", message="No directory at", module="django.core.handlers.base")
MEDIA_ROOT = DATA_DIR / "files"  # evidence files: private, never served from here

_SELF, _NONE = "'self'", "'none'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [_NONE],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "form-action": [_SELF],
        "base-uri": [_NONE],
        "frame-ancestors": [_NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 12 * 60 * 60
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# Who reads is nobody's business: no address and no account in the request log.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # logs.RequestId has looked at it
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED = False
LOGGING = logs.configured(readable=DEBUG, level=LOG_LEVEL)
