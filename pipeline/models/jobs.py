"""Questions put to engines that answer later: asked → done or failed; late ones are asked again."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models

from pipeline.models.fields import text_hash
from pipeline.records import Pair

_ASKED, _DONE, _FAILED = "asked", "done", "failed"
STATES = [(state, state) for state in (_ASKED, _DONE, _FAILED)]


class EngineJobManager(models.Manager["EngineJob"]):
    def known(self, engine: str, pair: Pair, texts: Iterable[str]) -> dict[str, "EngineJob"]:
        """The questions there are already, by text."""
        by_hash = {text_hash(text): text for text in texts}
        hashes = list(by_hash)
        found: dict[str, EngineJob] = {}
        for start in range(0, len(hashes), 500):
            rows = self._of(engine, pair).filter(text_hash__in=hashes[start : start + 500])
            found |= {by_hash[row.text_hash]: row for row in rows}
        return found

    def ask(self, engine: str, pair: Pair, text: str, token: str, now: datetime) -> None:
        """A question is about to be put, for the first time or anew: only its latest token opens the door."""
        row, _ = self.get_or_create(
            engine=engine,
            source_language=pair.source,
            target_language=pair.target,
            text_hash=text_hash(text),
            defaults={"asked_at": now, "token_hash": hashed(token)},
        )
        self.filter(pk=row.pk).update(
            state=_ASKED,
            token_hash=hashed(token),
            asked_at=now,
            attempts=models.F("attempts") + 1,
            request_id="",
            answer="",
            error="",
        )

    def accepted(self, token: str, request_id: str) -> None:
        """The engine took the question. Its answer may have come already."""
        self.filter(token_hash=hashed(token), request_id="").update(request_id=request_id)

    def answered(
        self, engine: str, token: str, now: datetime, *, language: str, text: str = "", error: str = ""
    ) -> str | None:
        """An answer has come, perhaps for the second time: "stored", "known", or None where nobody asked for it."""
        mine = self.filter(engine=engine, token_hash=hashed(token), target_language=language)
        state = _FAILED if error else _DONE
        if mine.filter(state=_ASKED).update(state=state, answer=text, error=error[:500], answered_at=now):
            return "stored"
        return "known" if mine.exists() else None

    def failed(self, token: str, error: str, now: datetime) -> None:
        """The engine did not take the question. One that has answered meanwhile took it, whatever came back then."""
        self.filter(token_hash=hashed(token), state=_ASKED).update(
            state=_FAILED, error=error[:500], answered_at=now
        )

    def open_count(self, engine: str) -> int:
        return self.filter(engine=engine, state=_ASKED).count()

    def _of(self, engine: str, pair: Pair) -> models.QuerySet["EngineJob"]:
        return self.filter(engine=engine, source_language=pair.source, target_language=pair.target)


class EngineJob(models.Model):
    """One text put to one engine. The text itself is not kept, only its hash."""

    engine = models.CharField(max_length=40)
    source_language = models.CharField(max_length=3)
    target_language = models.CharField(max_length=3)
    text_hash = models.CharField(max_length=32)
    state = models.CharField(max_length=10, choices=STATES, default=_ASKED)
    token_hash = models.CharField(max_length=64, unique=True)  # of the secret in the address called back
    request_id = models.CharField(max_length=80, blank=True)  # as the engine counts
    attempts = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True)  # as the engine gave it
    error = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects: ClassVar[EngineJobManager] = EngineJobManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["engine", "source_language", "target_language", "text_hash"], name="one_job_per_text"
            )
        ]
        indexes = [models.Index(fields=["engine", "state"], name="engine_job_by_state")]

    def __str__(self) -> str:
        return f"{self.engine} {self.source_language}-{self.target_language} {self.state}"


def hashed(token: str) -> str:
    """Tokens are kept as hashes: a copy of the store opens no door."""
    return hashlib.sha256(token.encode()).hexdigest()
