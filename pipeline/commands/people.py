"""editors: who may sign in to the desk, and what they may do there."""

import argparse
import getpass
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline import store
from pipeline.commands.result import Command, Result
from pipeline.config import Config
from pipeline.errors import UsageError
from pipeline.lock import the_lock
from pipeline.models import Editor
from pipeline.progress import Progress
from pipeline.review import people
from pipeline.review.people import GrantData, NewEditor


def _editors(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    if store.pending_migrations():
        with the_lock(config):
            store.prepare()
    if options.action != "list" and not options.name:
        raise UsageError("name the editor: ./run.py editors " + options.action + " NAME", resource="editors")
    return _ACTIONS[options.action](options, config, Progress(quiet=options.json))


def _list(_options: argparse.Namespace, _config: Config, progress: Progress) -> Result:
    found = list(Editor.objects.order_by("name"))
    for editor in found:
        state = "active" if editor.is_active else "inactive"
        _tell(progress, f"{editor.name:<24} {state:<9} {', '.join(_roles_of(editor)) or 'no role'}")
    if not found:
        _tell(progress, "No editors yet. Add one: ./run.py editors add NAME --language lv --role editor")
    return Result(data={"editors": [_described(editor) for editor in found]})


def _add(options: argparse.Namespace, config: Config, progress: Progress) -> Result:
    new = NewEditor(
        name=options.name,
        full_name=options.full_name or "",
        email=options.email or "",
        ui_language=options.ui_language or "",
    )
    password = _from_stdin() if options.password_stdin else ""
    editor = people.add_editor(new, _grants(options, config), password=password)
    _tell(progress, f"{editor.name} may: {', '.join(_roles_of(editor))}")
    return _done(editor, config, progress, link=not password)


def _roles(options: argparse.Namespace, config: Config, progress: Progress) -> Result:
    editor = people.by_name(options.name)
    people.set_grants(editor, _grants(options, config))
    _tell(progress, f"{editor.name} may from now on: {', '.join(_roles_of(editor))}")
    return _done(editor, config, progress)


def _password(options: argparse.Namespace, config: Config, progress: Progress) -> Result:
    editor = people.by_name(options.name)
    if not options.password_stdin and not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask on; use --password-stdin, or `editors link` for a one-time link",
            resource="editors password",
        )
    people.set_password(editor, _from_stdin() if options.password_stdin else _asked())
    _tell(progress, f"The password of {editor.name} is set; open sessions have ended.")
    return _done(editor, config, progress)


def _link(options: argparse.Namespace, config: Config, progress: Progress) -> Result:
    return _done(people.by_name(options.name), config, progress, link=True)


def _token(options: argparse.Namespace, config: Config, progress: Progress) -> Result:
    editor = people.by_name(options.name)
    address = f"{config.network.base_url}/desk/feed/{people.new_feed_token(editor)}.atom"
    _tell(
        progress, f"The queue of {editor.name} as a feed; a former address opens nothing any more:\n{address}"
    )
    return Result(data=_described(editor) | {"feed": address})


def _remove(options: argparse.Namespace, config: Config, progress: Progress) -> Result:
    editor = people.by_name(options.name)
    people.deactivate(editor)
    _tell(progress, f"{editor.name} is off the desk; the log keeps the name. `editors activate` undoes it.")
    return _done(editor, config, progress)


def _activate(options: argparse.Namespace, config: Config, progress: Progress) -> Result:
    editor = people.by_name(options.name)
    people.reactivate(editor)
    _tell(progress, f"{editor.name} is active again.")
    return _done(editor, config, progress)


_ACTIONS: dict[str, Callable[[argparse.Namespace, Config, Progress], Result]] = {
    "list": _list,
    "add": _add,
    "roles": _roles,
    "password": _password,
    "link": _link,
    "token": _token,
    "remove": _remove,
    "activate": _activate,
}


def _grants(options: argparse.Namespace, config: Config) -> tuple[GrantData, ...]:
    """The role in each language and city named; none named means all."""
    sources = {source.key for source in config.source}
    for language in options.language or ():
        if language not in config.targets:
            raise UsageError(
                f"is not one of languages.targets ({', '.join(config.targets)})",
                resource=f"--language {language}",
            )
    for city in options.city or ():
        if city not in sources:
            raise UsageError("is no source of the configuration", resource=f"--city {city}")
    return tuple(
        GrantData(role=options.role, language=language, source_key=city)
        for language in options.language or [""]
        for city in options.city or [""]
    )


def _done(editor: Editor, config: Config, progress: Progress, *, link: bool = False) -> Result:
    data = _described(editor)
    if link:
        minutes = config.desk.link_minutes
        token = people.one_time_link(editor, datetime.now(UTC), minutes=minutes)
        address = f"{config.network.base_url}/desk/enter/{token}/"
        _tell(progress, f"Signs in once, within {_span(minutes)}; give it to {editor.name} only:\n{address}")
        data |= {"link": address}
    return Result(data=data)


def _span(minutes: float) -> str:
    return f"{minutes / 60:g} hours" if minutes >= 120 else f"{minutes:g} minutes"


def _tell(progress: Progress, text: str) -> None:
    """As it is: an address that is cut at the end of a line opens nothing."""
    progress.console.print(text, soft_wrap=True, markup=False, highlight=False)


def _roles_of(editor: Editor) -> list[str]:
    grants = people.actor_of(editor).grants
    return [f"{g.role} {g.language or 'all languages'} {g.source_key or 'all cities'}" for g in grants]


def _described(editor: Editor) -> dict[str, object]:
    return {
        "name": editor.name,
        "full_name": editor.full_name,
        "active": editor.is_active,
        "roles": _roles_of(editor),
    }


def _from_stdin() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise UsageError("standard input holds no password", resource="--password-stdin")
    return password


def _asked() -> str:
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise UsageError("the two passwords differ; nothing was changed", resource="password")
    return password


COMMANDS: dict[str, Command] = {"editors": _editors}
