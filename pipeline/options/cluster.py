"""[cluster]: several machines on one PostgreSQL."""

from typing import Annotated

from pydantic import Field

from pipeline.tables import Table


class Cluster(Table):
    tick: Annotated[float, Field(ge=0.1, le=600)] = 15.0  # seconds between two looks of the scheduler
    quiet: Annotated[float, Field(ge=0, le=600)] = (
        10.0  # seconds between two publishings: what comes meanwhile goes together
    )
    lost: Annotated[float, Field(ge=5, le=3600)] = (
        60.0  # seconds without a sign of life before a worker's tasks return
    )
