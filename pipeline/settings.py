"""Config → Django settings: the only place that knows both."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings

from pipeline.config import Config
from pipeline.errors import StoreError

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
            "pipeline",
        ],
        "AUTH_USER_MODEL": "pipeline.Editor",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LOGGING_CONFIG": None,
    }


def boot(config: Config) -> None:
    """Make Django ready for this process. Called once, before anything imports pipeline.models."""
    if not settings.configured:
        settings.configure(**django_settings(config.store.url))
        django.setup()
