"""What a run of the translate stage carries along, and what it reports."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.translate.guards import Guards
from pipeline.translate.memory import StoredTerms
from pipeline.translate.translator import Translator
from pipeline.translate.usage import UsageMeter

LEASE = timedelta(minutes=15)


@dataclass(slots=True)
class TranslateReport:
    """What the stage did. What waits, and why, stands in the store."""

    translated: Counter[str] = field(default_factory=Counter)  # by language
    improved: Counter[str] = field(default_factory=Counter)  # drafts that took up better words of the memory
    meter: UsageMeter = field(default_factory=UsageMeter)
    notes: dict[str, str] = field(default_factory=dict)  # by engine: what an operator should know of it


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateRun:
    """What the pipe needs besides its translations."""

    translator: Translator
    termbase: StoredTerms
    report: TranslateReport
    now: Callable[[], datetime]
    stop: threading.Event
    progress: Callable[[int], None]
    guards: Guards
    told: dict[str, datetime] = field(default_factory=dict)  # see accounts.share_pauses
    lock: threading.Lock = field(default_factory=threading.Lock)
