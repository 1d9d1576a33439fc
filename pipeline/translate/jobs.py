"""The questions of asynchronous engines, kept in the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pipeline.models import EngineJob
from pipeline.records import Pair
from pipeline.translate.engines.asynchronous import JobData


class StoredJobs:
    """Safe to use from several threads (each has its own connection)."""

    def known(self, engine: str, pair: Pair, texts: Sequence[str]) -> Mapping[str, JobData]:
        return {
            text: JobData(
                state=row.state,
                asked_at=row.asked_at,
                attempts=row.attempts,
                request_id=row.request_id,
                answer=row.answer,
                error=row.error,
            )
            for text, row in EngineJob.objects.known(engine, pair, texts).items()
        }

    def ask(self, engine: str, pair: Pair, text: str, token: str, now: datetime) -> None:
        EngineJob.objects.ask(engine, pair, text, token, now)

    def accepted(self, token: str, request_id: str) -> None:
        EngineJob.objects.accepted(token, request_id)

    def failed(self, token: str, error: str, now: datetime) -> None:
        EngineJob.objects.failed(token, error, now)
