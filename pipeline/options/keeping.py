"""[keep]: how long the store keeps what nobody reads any more, and its backups."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipeline.tables import Table

Days = Annotated[int, Field(ge=0, le=36_500)]


class Keep(Table):
    revisions: Days = 90  # days a former text of an entry stays once nothing public stands on it; 0: for ever
    entries: Days = 0  # days an entry stays of which nothing is public any more; 0: for ever
    records: Days = 730  # days of engine usage, closed reports and unsaved drafts; 0: for ever
    backups: Annotated[int, Field(ge=0, le=1_000)] = 0  # nightly backups that are made and kept; 0: none
    directory: Path = Path("var/backup")  # where they lie
    hour: Annotated[int, Field(ge=0, le=23)] = 3  # UTC, when `serve` or a cluster does its nightly work
