"""Django settings for mypy's plugin: the same models, a database nobody opens."""

from typing import Any

from pipeline.settings import django_settings

NEWSWIRE_DESK: Any = None  # desk.wsgi puts it there
globals().update(django_settings("sqlite:///:memory:"))
# The plugin follows their relations into modules without types.
INSTALLED_APPS = [app for app in globals()["INSTALLED_APPS"] if not app.startswith("django_otp")]
