"""Django settings, all of them derived from the documented environment (`kaibo.kit.env.SETTINGS`)."""

from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from kaibo.config import logs
from kaibo.config.database import databases
from kaibo.kit import env

ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY = env.key("KAIBO_SECRET_KEY").decode()
DEBUG = env.read_flag("KAIBO_DEBUG")
ALLOWED_HOSTS = [host.strip() for host in env.read("KAIBO_HOSTS").split(",") if host.strip()]
DATABASES = databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "kaibo.web",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "ninja",
    "kaibo.eventlog",
    "kaibo.warehouse",
    "kaibo.commerce.rooms",
    "kaibo.commerce.shows",
    "kaibo.commerce.team",
    "kaibo.commerce.catalog",
    "kaibo.commerce.lineup",
    "kaibo.operations.backups",
    "kaibo.commerce.rounds",
    "kaibo.commerce.registers",
    "kaibo.operations.imports",
    "kaibo.operations.reports",
    "kaibo.operations.compliance",
    "kaibo.operations.radar",
    "kaibo.operations.opinion",
    "kaibo.operations.outreach",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kaibo.web.middleware.LoginRequired",
    "kaibo.web.middleware.ErrorsInWords",
    "kaibo.web.middleware.AdminContentSecurityPolicy",
]
ROOT_URLCONF = "kaibo.config.urls"
ASGI_APPLICATION = "kaibo.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kaibo.web.context.shell",
            ]
        },
    }
]

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
IS_TLS = env.read_flag("KAIBO_TLS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_TLS else None
if IS_TLS:  # such a cookie is taken from this host over TLS alone
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-kaibo", "__Host-csrf"
SECURE_HSTS_SECONDS = 31536000 if IS_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_TLS
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "kaibo.commerce.team.passwords.ProductWords"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [
    *sorted((ROOT / "web").glob("*/locale")),  # a part of the site brings its own catalogue
    ROOT / "web" / "locale",
    ROOT / "web" / "locale_unfold",
]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = str(env.zone())
FORMAT_MODULE_PATH = ["kaibo.config.formats"]

# Modules that declare background tasks and belong to no app of INSTALLED_APPS.
WORK_TASKS = ["kaibo.connectors.bots", "kaibo.connectors.outboxworker", "kaibo.web.rounds.tasks"]

STATIC_URL = "/static/"
STATIC_ROOT = env.home() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 60
WORK_TASKS += ["kaibo.operations.privacy.tasks"]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "kaibo.config.logs.WithRequest"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s%(told)s"},
        "json": {"()": "kaibo.config.logs.JsonLines"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": logs.form(), "filters": ["request"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"kaibo": {"level": "INFO"}, "django.request": {"level": "ERROR"}},  # a 404 is nobody's fault
}

UNFOLD = {
    "SITE_TITLE": "Kaibo",
    "SITE_HEADER": _("Kaibo records"),
    "SITE_SUBHEADER": _("To look at; acts stand on the pages"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "sensors",
    "SHOW_HISTORY": False,
    "COLORS": {
        "primary": {
            "50": "#f1f4fd",
            "100": "#e0e8fb",
            "200": "#c7d4f7",
            "300": "#a1b8f1",
            "400": "#7494e8",
            "500": "#4f73dd",
            "600": "#2f56cf",
            "700": "#2747b0",
            "800": "#243d90",
            "900": "#223673",
            "950": "#182347",
        }
    },
    "SHOW_LANGUAGES": True,
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "kaibo.web.backoffice.sidebar"},
}
