"""What the runs did, one row each: for the metrics, the plots, and the question when it went wrong."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models


class RunManager(models.Manager["RunRecord"]):
    def record(self, started: datetime, ended: datetime, summary: dict[str, Any]) -> None:
        """Called at the end of a run that ended well."""
        sources = summary["sources"]
        self.create(
            started_at=started,
            ended_at=ended,
            polled=sum(line["error"] is None and line["note"] != "not due" for line in sources),
            failed=sum(line["error"] is not None for line in sources),
            entries=sum(line["new"] + line["changed"] for line in sources),
            translated=sum(line["translated"] for line in summary["languages"].values()),
            memory_hits=summary["memory_hits"],
            files=summary["files_written"],
            seconds=summary["seconds"],
        )

    def add(self, **counts: int) -> None:
        """Called by the tasks of a cluster: so many more in the latest record."""
        more = {name: models.F(name) + count for name, count in counts.items() if count}
        if more:
            latest = self.order_by("-ended_at").values("pk")[:1]
            self.filter(pk=models.Subquery(latest)).update(**more)

    def published(
        self, now: datetime, every: timedelta, *, files: int, seconds: float, polled: int, failed: int
    ) -> None:
        """Called by a cluster, which has no runs, when it has published: what it does in one interval is one record."""
        last = self.most_recent()
        if last is None or not timedelta() <= now - last.started_at < every:
            none = dict.fromkeys(("polled", "failed", "entries", "translated", "memory_hits", "files"), 0)
            last = self.create(started_at=now, ended_at=now, **none)
        self.filter(pk=last.pk).update(
            ended_at=now,
            polled=polled,
            failed=failed,
            files=models.F("files") + files,
            seconds={"publish": round(seconds, 3)},
        )

    def most_recent(self) -> "RunRecord | None":
        return self.order_by("-ended_at").first()

    def memory_hits(self) -> int:
        """Of all runs that are still remembered."""
        return self.aggregate(models.Sum("memory_hits"))["memory_hits__sum"] or 0


class RunRecord(models.Model):
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_index=True)
    polled = models.PositiveIntegerField()  # sources
    failed = models.PositiveIntegerField()  # sources
    entries = models.PositiveIntegerField()  # new and changed
    translated = models.PositiveIntegerField()
    memory_hits = models.PositiveIntegerField()
    files = models.PositiveIntegerField()  # written
    seconds = models.JSONField(default=dict)  # by stage

    objects: ClassVar[RunManager] = RunManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.ended_at:%Y-%m-%d %H:%M}"
