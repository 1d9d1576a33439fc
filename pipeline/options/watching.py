"""[watch]: metrics for cron, and mail on trouble."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipeline.tables import Table


class Watch(Table):
    textfile: Path | None = (
        None  # written after each run, for node_exporter's textfile collector; none: not written
    )
    open: bool = False  # /metrics answers everybody, not this machine alone
    lag: Annotated[float, Field(gt=0, le=10_000)] = (
        180.0  # minutes from source to publication that are trouble
    )
    silent: Annotated[float, Field(gt=0, le=10_000)] = (
        48.0  # hours without a success of a source that are trouble
    )
    backlog: Annotated[int, Field(ge=1)] = (
        200  # texts of one language that wait for an editor and are trouble
    )
    mail: tuple[str, ...] = ()  # who is told of trouble, through the server of [notices]; none: nobody
