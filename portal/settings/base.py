"""Production settings. `dev` and `test` loosen them, each by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import environ as django_environ
from django.utils.translation import gettext_lazy as _

from portal.core import environment
from portal.settings.delivery import *  # noqa: F403  (a table of numbers, all of them settings)
from portal.settings.delivery import mail_settings
from portal.settings.figures import figures_floor
from portal.settings.library import *  # noqa: F403  (as above)
from portal.settings.membership import *  # noqa: F403  (as above)
from portal.settings.partnership import *  # noqa: F403  (as above)
from portal.settings.reporting import *  # noqa: F403  (as above)
from portal.settings.sites import site_settings
from portal.settings.trail import *  # noqa: F403  (as above)

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = environment.read(os.environ)
VERSION = "0.1.0"

DEBUG = False
SECRET_KEY = ENVIRONMENT.text("PORTAL_SECRET_KEY")
PORTAL_LINK_KEY = ENVIRONMENT.text("PORTAL_LINK_KEY")
PORTAL_DESK_LINK_KEY = ENVIRONMENT.text("PORTAL_DESK_LINK_KEY")
PORTAL_MFA_KEY = ENVIRONMENT.text("PORTAL_MFA_KEY")
PORTAL_FRONT_URL = ENVIRONMENT.text("PORTAL_FRONT_URL")
PORTAL_DESK_URL = ENVIRONMENT.text("PORTAL_DESK_URL")
PORTAL_FIGURES_FLOOR = figures_floor(ENVIRONMENT)
PORTAL_PROXY_DEPTH = ENVIRONMENT.number("PORTAL_PROXY_DEPTH")
PORTAL_KEYRING = ENVIRONMENT.folder("PORTAL_KEYRING")
PORTAL_TRAIL_KEYS = ENVIRONMENT.folder("PORTAL_TRAIL_KEYS")
PORTAL_TRAIL_FOLDER = ENVIRONMENT.folder("PORTAL_TRAIL_FOLDER")
PORTAL_TRAIL_WITNESS_URL = ENVIRONMENT.text("PORTAL_TRAIL_WITNESS_URL")
PORTAL_TRAIL_WITNESS_MAIL = ENVIRONMENT.text("PORTAL_TRAIL_WITNESS_MAIL")
PORTAL_DEMO = False
ALLOWED_HOSTS = ENVIRONMENT.names("PORTAL_ALLOWED_HOSTS")

INSTALLED_APPS = [
    "portal.core",
    "portal.vocabulary",
    "portal.access",
    "portal.audit",
    "portal.vault",
    "portal.members",
    "portal.delivery",
    "portal.figures",
    "portal.library",
    "portal.meetings",
    "portal.bulletins",
    "portal.oversight",
    "portal.reporting",
    "search",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django_guid",
    "anymail",
    "wagtail.contrib.settings",
    "wagtail.contrib.routable_page",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "portal.core.middleware.deny_storing",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "portal.core.middleware.loosen_policy_for_admin",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.audit.middleware.name_the_request",
    "portal.members.middleware.limit_sessions",
    "portal.members.middleware.require_second_factor",
    "portal.members.desk_only.keep_accounts_of_staff",
    "portal.members.gate.lead_members",
    "portal.members.middleware.attach_viewer",
    "axes.middleware.AxesMiddleware",
]

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
                "csp.context_processors.nonce",
                "portal.core.context_processors.site",
                "portal.members.context_processors.account",
                "search.context_processors.box",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

globals().update(site_settings(ENVIRONMENT.site))

# Databases. Requests are never one transaction: streams and mail would hold it open.
_parse = django_environ.Env()


def database(url: str) -> dict[str, Any]:
    """Django's form of a database address, with what SQLite needs to serve several processes (docs/decisions/)."""
    config: dict[str, Any] = _parse.db_url_config(url)
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Without recursive triggers, INSERT OR REPLACE removes rows past the triggers that forbid it.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            " PRAGMA recursive_triggers=ON;",
        }
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES: dict[str, dict[str, Any]] = {
    "default": database(ENVIRONMENT.text("DATABASE_URL")),
    "vault": database(ENVIRONMENT.text("VAULT_DATABASE_URL")),
}
if ENVIRONMENT.site in environment.DESK_SITES:
    DATABASES["jobs"] = database(ENVIRONMENT.text("DESK_JOBS_DATABASE_URL"))
DATABASE_ROUTERS = ["portal.core.routers.VaultRouter", "portal.core.routers.JobsRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        **_parse.cache_url_config(ENVIRONMENT.text("CACHE_URL")),
        "KEY_PREFIX": "desk" if ENVIRONMENT.site in environment.DESK_SITES else "front",
    }
}
vars().update(_parse.email_url_config(ENVIRONMENT.text("EMAIL_URL")))
vars().update(mail_settings(ENVIRONMENT))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.text("PORTAL_MAIL_FROM")

STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(ENVIRONMENT.folder("PORTAL_MEDIA_ROOT")), "base_url": "/desk/media/"},
    },
    # Sealed files alone; no address leads there.
    "sealed": {
        "BACKEND": "portal.vault.storage.SealedFolder",
        "OPTIONS": {"location": ENVIRONMENT.folder("PORTAL_SEALED_ROOT")},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
PORTAL_ELASTICSEARCH_URL = ENVIRONMENT.text("ELASTICSEARCH_URL")
PORTAL_ELASTICSEARCH_API_KEY = ENVIRONMENT.text("ELASTICSEARCH_API_KEY")
PORTAL_ELASTICSEARCH_CA = ENVIRONMENT.text("ELASTICSEARCH_CA")
PORTAL_ELASTICSEARCH_PREFIX = ENVIRONMENT.text("ELASTICSEARCH_PREFIX")
PORTAL_CLAMD_ADDRESS = ENVIRONMENT.text("CLAMD_ADDRESS")
PORTAL_PCII_ACCREDITED = ENVIRONMENT.is_yes("PORTAL_PCII_ACCREDITED")
MEDIA_ROOT = ENVIRONMENT.folder("PORTAL_MEDIA_ROOT")
STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.folder("PORTAL_STATIC_ROOT")
STATICFILES_DIRS = [BASE_DIR / "portal" / "static"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "America/Chicago"

# Who signs in, and how
AUTH_USER_MODEL = "members.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "portal.members.backends.PersonBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600
SESSION_COOKIE_AGE = int(PORTAL_SESSION_LONGEST.total_seconds())  # noqa: F405
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.core.views.csrf_failure"

ACCOUNT_ADAPTER = "portal.members.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody is mailed who has no account here
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CHANGE_EMAIL = True  # one address a person: a new one replaces it once it is confirmed
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "portal.members.links.PasswordResetTokens"  # noqa: S105  (the name of a class)
ACCOUNT_FORMS = {
    "login": "portal.members.forms.sign_in.SignInForm",
    "reset_password": "portal.members.forms.sign_in.PasswordLinkForm",
    "change_password": "portal.members.forms.sign_in.NewPasswordForm",
    "add_email": "portal.members.forms.sign_in.NewAddressForm",
}
MFA_FORMS = {
    "authenticate": "portal.members.forms.sign_in.CodeForm",
    "reauthenticate": "portal.members.forms.sign_in.CodeAgainForm",
    "activate_totp": "portal.members.forms.sign_in.EnrolForm",
    "add_webauthn": "portal.members.forms.passkeys.AddPasskeyForm",
    "edit_webauthn": "portal.members.forms.passkeys.RenamePasskeyForm",
    "login_webauthn": "portal.members.forms.passkeys.PasskeySignInForm",
    "authenticate_webauthn": "portal.members.forms.passkeys.PasskeyCodeForm",
    "reauthenticate_webauthn": "portal.members.forms.passkeys.PasskeyAgainForm",
}
MFA_ADAPTER = "portal.members.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Partner Portal"
MFA_TOTP_TOLERANCE = 1
ALLAUTH_TRUSTED_PROXY_COUNT = PORTAL_PROXY_DEPTH

AXES_ENABLED = True
AXES_HANDLER = "portal.members.axes.LockHandler"  # counts and locks are the portal's own (portal/members/locks.py)
AXES_FAILURE_LIMIT = PORTAL_LOCK_FAILURES  # noqa: F405  (comes with the table of numbers)
AXES_COOLOFF_TIME = PORTAL_LOCK_WINDOW  # noqa: F405
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "portal.members.axes.username"
AXES_CLIENT_IP_CALLABLE = "portal.members.axes.client_address"
AXES_LOCKOUT_CALLABLE = "portal.members.axes.locked_response"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "password", "login"]
AXES_VERBOSE = False

# Wagtail
WAGTAIL_SITE_NAME = "Partner Portal"
WAGTAILADMIN_BASE_URL = ENVIRONMENT.text("PORTAL_DESK_URL")
WAGTAILDOCS_DOCUMENT_MODEL = "library.PortalDocument"
WAGTAILIMAGES_IMAGE_MODEL = "library.PortalImage"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "portal.library.forms.DocumentForm"
WAGTAILIMAGES_IMAGE_FORM_BASE = "portal.library.forms.ImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILADMIN_COMMENTS_ENABLED = True
TAGGIT_CASE_INSENSITIVE = True
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# Headers
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^-/"]
SECURE_HSTS_SECONDS = 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
if PORTAL_PROXY_DEPTH:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in [
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    ]
}
if ENVIRONMENT.site == "front":
    PERMISSIONS_POLICY["geolocation"] = ["self"]  # the map of the report form asks for it, at the press of a button

DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "VALIDATE_GUID": True,
    "RETURN_HEADER": True,
    "EXPOSE_HEADER": False,
    "INTEGRATIONS": [],
    "UUID_LENGTH": 32,
}
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "django_guid.log_filters.CorrelationId"},
        "links": {"()": "portal.core.logging.MaskLinks"},
    },
    "formatters": {
        "json": {
            "()": "portal.core.logging.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(correlation_id)s",
            "rename_fields": {
                "asctime": "time",
                "levelname": "level",
                "name": "logger",
                "correlation_id": "request_id",
            },
            "static_fields": {"site": ENVIRONMENT.site},
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id", "links"]},
    },
    "root": {"handlers": ["console"], "level": ENVIRONMENT.text("PORTAL_LOG_LEVEL")},
    "loggers": {
        **{name: {"level": "WARNING"} for name in ("axes", "django_guid", "django_tasks", "wagtail")},
        "portal.trail": {"level": "INFO"},  # one line for each event, whatever else is logged
    },
}
