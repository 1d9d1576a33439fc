"""[websub]: hubs that tell of news, so that it need not be polled for. Off until `callback` is given."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.tables import Table
from pipeline.values import SiteUrl


class WebSub(Table):
    callback: SiteUrl | Literal[""] = ""  # the public address of this server's /websub; empty: off
    lease: Annotated[float, Field(ge=1, le=8760)] = 240.0  # hours asked for; a hub may give others
    stretch: Annotated[float, Field(ge=1, le=100)] = (
        6.0  # times as long between polls while a hub tells of news
    )

    @property
    def enabled(self) -> bool:
        return bool(self.callback)
