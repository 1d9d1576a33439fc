"""Other engines' words for one sentence, for an editor who asks: each engine of the pair's chain by itself.

Opened for the question and closed after it: an engine that waits for editors would hold its memory all day.
What comes is not remembered; the editor's choice will be.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace

from pipeline.config import Config
from pipeline.records import Failure, Pair, Suggestion
from pipeline.translate.memory import ExamplesOnly, StoredTerms
from pipeline.translate.room import EngineRoom, open_engines
from pipeline.translate.translator import Translator
from pipeline.translate.usage import UsageMeter

Alternatives = Callable[[Pair, str], Mapping[str, Suggestion | Failure]]


def alternatives(config: Config, *, open_room: Callable[[Config], EngineRoom] = open_engines) -> Alternatives:
    """A function that asks; one question at a time, so that editors cannot start engines by the dozen."""
    turn = threading.Lock()

    def ask(pair: Pair, text: str) -> Mapping[str, Suggestion | Failure]:
        with turn, closing(open_room(config)) as room:
            return {name: _one(room, name, pair, text) for name in room.routes.names_of(pair)}

    return ask


def _one(room: EngineRoom, name: str, pair: Pair, text: str) -> Suggestion | Failure:
    """What this engine alone makes of it, by way of the pivot where it has to."""
    routes = replace(room.routes, chain=(name,), pairs={})
    translator = Translator(routes, ExamplesOnly(), UsageMeter(), StoredTerms())
    return translator.translate([text], pair)[text]
