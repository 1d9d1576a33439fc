"""Django settings for mypy's plugin: the same models, a database nobody opens."""

from pipeline.settings import django_settings

globals().update(django_settings("sqlite:///:memory:"))
# The plugin follows their relations into modules without types.
INSTALLED_APPS = [app for app in globals()["INSTALLED_APPS"] if not app.startswith("django_otp")]
