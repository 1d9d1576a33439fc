"""Config → Django settings: the only place that knows both."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings

from pipeline.config import Config
from pipeline.errors import StoreError

UI_LANGUAGES = (
    "lv",
    "pl",
    "lt",
    "en",
    "de",
    "nl",
    "fr",
    "es",
    "it",
    "ro",
    "pt",
)  # of the desk; others read English

# IMMEDIATE: a deferred SQLite transaction that reads and then writes fails at once, whatever the time-out.
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
        "PRAGMA journal_size_limit=67108864;PRAGMA temp_store=MEMORY;PRAGMA cache_size=-32768"
    ),
}


def database(url: str) -> dict[str, Any]:
    """The DATABASES entry of a store URL: sqlite:///FILE or postgresql://…"""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"its folder cannot be made: {error.strerror}; mend its rights or choose another in [store] url"
            raise StoreError(message, resource=str(path)) from error
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": _SQLITE_OPTIONS}
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or options.pop("host", ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
    }


def django_settings(store_url: str) -> dict[str, Any]:
    return {
        "DATABASES": {"default": database(store_url)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "axes",
            "django_otp",
            "django_otp.plugins.otp_totp",
            "django_otp.plugins.otp_static",
            *(["procrastinate.contrib.django"] if store_url.startswith("postgres") else []),
            "pipeline",
        ],
        "PROCRASTINATE_IMPORT_PATHS": ["pipeline.cluster.tasks"],
        "AUTH_USER_MODEL": "pipeline.Editor",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LOGGING_CONFIG": None,
        **_FRAME,
    }


# The desk's own, the same for every configuration. Names only: nothing of it is loaded before a page is asked for.
_FRAME: dict[str, Any] = {
    "ROOT_URLCONF": "desk.urls",
    "MIDDLEWARE": [
        "desk.middleware.SecurityHeaders",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "desk.middleware.Language",
        "desk.middleware.SessionLimits",
        "django.contrib.messages.middleware.MessageMiddleware",
        "desk.middleware.Refusals",
        "axes.middleware.AxesMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [str(Path(__file__).resolve().parent.parent / "desk" / "templates")],
            "OPTIONS": {
                "builtins": ["django.templatetags.i18n", "desk.tags"],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.messages.context_processors.messages",
                    "desk.context.frame",
                ],
            },
        }
    ],
    "FORM_RENDERER": "desk.forms.Renderer",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
    "CSRF_FAILURE_VIEW": "desk.errors.forged",
    "LANGUAGE_CODE": "en",
    "LANGUAGES": [(code, code) for code in UI_LANGUAGES],
    "USE_I18N": True,
    "AUTHENTICATION_BACKENDS": [
        "axes.backends.AxesStandaloneBackend",
        "django.contrib.auth.backends.ModelBackend",
        "desk.oidc.Backend",
    ],
    "PASSWORD_HASHERS": [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ],
    "SESSION_COOKIE_NAME": "desk_session",
    "SESSION_COOKIE_PATH": "/desk/",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",  # Strict would sign out whoever follows a link from a mail
    "CSRF_COOKIE_NAME": "desk_csrf",
    "CSRF_COOKIE_PATH": "/desk/",
    "CSRF_COOKIE_HTTPONLY": True,  # scripts find the token in the form
    "CSRF_COOKIE_SAMESITE": "Strict",
    "LANGUAGE_COOKIE_NAME": "desk_language",
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 5 * 1024 * 1024,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 5_000,  # a long article has a field for every sentence
    "AXES_USERNAME_FORM_FIELD": "username",
    "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
    "AXES_LOCKOUT_CALLABLE": "desk.errors.locked_out",
    "AXES_RESET_ON_SUCCESS": True,
    "AXES_ENABLE_ADMIN": False,
    "AXES_VERBOSE": False,
    "OTP_TOTP_ISSUER": "CCnet Newswire",
}


def desk_settings(config: Config) -> dict[str, Any]:
    """What of the desk depends on the configuration. The secret key is read from the store by desk.wsgi."""
    desk, network = config.desk, config.network
    secure = network.base_url.startswith("https:")
    origin = urlsplit(network.base_url)
    return {
        "ALLOWED_HOSTS": _hosts(config),
        "CSRF_TRUSTED_ORIGINS": [f"{origin.scheme}://{origin.netloc}"],
        "SESSION_COOKIE_AGE": int(timedelta(hours=desk.session_hours).total_seconds()),
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        "LANGUAGE_COOKIE_SECURE": secure,
        "AXES_FAILURE_LIMIT": desk.attempts,
        "AXES_COOLOFF_TIME": timedelta(minutes=desk.pause_minutes),
        "OTP_TOTP_ISSUER": network.title,
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
            for name, options in (
                ("MinimumLengthValidator", {"min_length": desk.password_length}),
                ("CommonPasswordValidator", {}),
                ("NumericPasswordValidator", {}),
                ("UserAttributeSimilarityValidator", {"user_attributes": ("name", "full_name", "email")}),
            )
        ],
    }


def _hosts(config: Config) -> list[str]:
    """Names under which the desk answers: its public one, where it listens, loopback, and what is configured."""
    listening = config.serve.host if config.serve.host not in {"0.0.0.0", "::"} else ""  # noqa: S104 - compared only
    named = (config.network.host, listening, *config.desk.hosts, "127.0.0.1", "localhost", "[::1]")
    return list(dict.fromkeys(host for host in named if host))


def boot(config: Config) -> None:
    """Make Django ready for this process. Called once, before anything imports pipeline.models."""
    if not settings.configured:
        settings.configure(**django_settings(config.store.url) | desk_settings(config))
        django.setup()
