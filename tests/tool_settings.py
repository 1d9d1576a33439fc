"""Django settings for mypy's plugin: the same models, a database nobody opens."""

from pipeline.settings import django_settings

globals().update(django_settings("sqlite:///:memory:"))
