"""Tags and filters of every template of the desk, without {% load %}."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk import faults, words
from desk.setup import ASSETS, STATIC
from pipeline.review.history import Move

register = template.Library()


@cache
def _version(name: str) -> str:
    return hashlib.blake2b(Path(f"{STATIC}/{name}").read_bytes(), digest_size=6).hexdigest()


@register.simple_tag
def asset(name: str) -> str:
    """The address of a file under desk/static, another one whenever its bytes are."""
    return f"{ASSETS}/{name}?v={_version(name)}"


@register.filter
def moment(when: datetime | None) -> SafeString | str:
    """A time as <time>, with the zone's own words."""
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), words.moment(when)) if when else ""


@register.filter
def ago(when: datetime | None) -> SafeString | str:
    """How long since, as <time>; the exact time stands in its title."""
    if when is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', when.isoformat(), words.moment(when), words.ago(when)
    )


@register.filter
def said(text: str) -> SafeString:
    """What the pipeline says is wrong, in the words of the page."""
    return faults.said(text)


@register.filter
def language_name(code: str) -> str:
    return words.language_name(code)


@register.filter
def own_name(code: str) -> str:
    return words.own_name(code)


@register.filter
def direction(code: str) -> str:
    return words.direction(code)


@register.filter
def city_name(key: str) -> str:
    return words.city_name(key)


@register.filter
def number(value: float) -> str:
    return words.number(value)


@register.filter
def percent(value: float) -> str:
    return words.percent(value)


@register.filter
def state_name(state: str) -> str:
    return str(words.STATES.get(state, state))  # type: ignore[call-overload]


@register.filter
def role_name(role: str) -> str:
    return str(words.ROLES.get(role, role))  # type: ignore[call-overload]


@register.filter
def move_name(action: str) -> str:
    return str(words.MOVES.get(action, action))


@register.filter
def title_of(titles: dict[tuple[int, str], str], move: Move) -> str:
    """What a move of the log is about."""
    return titles.get((move.entry_id, move.language)) or move.public_id
