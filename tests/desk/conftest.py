"""The desk for tests: its settings, its people, clients that are signed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_conf
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client, override_settings
from django.test.utils import setup_test_environment, teardown_test_environment

from desk import catalogues
from desk.setup import DeskSetup, setup
from pipeline.config import Config
from pipeline.models import Editor, Grant, Role, SignInLink
from pipeline.settings import desk_settings
from tests import builders
from tests.desk.people import PASSWORD, PEOPLE, now

SignIn = Callable[[str], Client]


@pytest.fixture
def woken() -> list[int]:
    """One entry for each time the desk woke the pipeline."""
    return []


@pytest.fixture
def desk_config(tmp_path: Path) -> Config:
    """Two cities, three languages (lv, en, pl); reached by plain HTTP on loopback."""
    network = {"title": "Cities", "base_url": "http://127.0.0.1:8000", "contact": "mailto:a@example.org"}
    return builders.config(tmp_path, network=network)


@contextmanager
def opened(config: Config, wake: Callable[[], None]) -> Iterator[None]:
    """The desk's settings, for as long as this lasts."""
    catalogues.prepare()
    settings = desk_settings(config)
    settings["ALLOWED_HOSTS"] = [*settings["ALLOWED_HOSTS"], "testserver"]
    django_conf.SECRET_KEY = "for tests only"  # not overridden: putting back none at all is refused
    setup_test_environment(debug=False)  # so that a response tells which context its page had
    try:
        with override_settings(**settings, NEWSWIRE_DESK=DeskSetup(config=config, wake=wake)):
            yield
    finally:
        teardown_test_environment()


@pytest.fixture
def desk(sqlite_store: str, desk_config: Config, woken: list[int]) -> Iterator[Config]:
    """An empty store with the desk in front of it. Change a setting by overriding `desk_config`."""
    with opened(desk_config, lambda: woken.append(1)):
        yield desk_config


def make_people() -> dict[str, Editor]:
    """One account for each kind of person, all with the same password."""
    hashed = PBKDF2PasswordHasher().encode(
        PASSWORD, "salt", iterations=1000
    )  # quick; Argon2 is meant to be slow
    found = {}
    for name, grants in PEOPLE.items():
        editor = Editor.objects.create(name=name, full_name=name.title(), password=hashed, ui_language="en")
        for role, language in grants:
            Grant.objects.create(editor=editor, role=Role(role), language=language)
        found[name] = editor
    return found


@pytest.fixture
def people(desk: Config) -> dict[str, Editor]:
    return make_people()


@pytest.fixture
def signed_in(people: dict[str, Editor]) -> SignIn:
    """A client signed in as one of PEOPLE, by the front door; CSRF is not asked of it."""

    def come_in(name: str) -> Client:
        client = Client()
        if name != "anonymous":
            token = SignInLink.objects.issue(people[name], now())
            assert client.post(f"/desk/enter/{token}/").status_code == 302
        return client

    return come_in


@pytest.fixture
def settings_of_desk(desk: Config) -> Callable[..., None]:
    """Give the desk something else of what the program that runs it gives."""

    def give(**changes: Any) -> None:
        django_conf.NEWSWIRE_DESK = replace(setup(), **changes)

    return give
