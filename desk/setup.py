"""What the desk is given by the program that runs it: the configuration, and how to wake the pipeline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from django.conf import settings

from pipeline.config import Config
from pipeline.records import Failure, Pair, Suggestion

ASSETS = "/desk/static"  # the address of what lies in STATIC
STATIC = Path(__file__).parent / "static"


def _nothing() -> None:
    """Without a daemon the next run from cron does what is due."""


Alternatives = Callable[[Pair, str], Mapping[str, Suggestion | Failure]]


def no_engines(_pair: Pair, _text: str) -> Mapping[str, Suggestion | Failure]:
    """Whoever runs the desk without engines has none to ask."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSetup:
    config: Config
    wake: Callable[[], None] = _nothing  # called after a write that may change what is public
    alternatives: Alternatives = no_engines  # by engine


def setup() -> DeskSetup:
    """The setup of this process, kept in Django's settings by desk.wsgi."""
    return cast("DeskSetup", settings.NEWSWIRE_DESK)
