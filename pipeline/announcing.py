"""Tells the hubs in `[publish] hubs` what was published: the rows of feeds/websub.py, by the fetcher of collect."""

import threading
from urllib.parse import urlencode

import structlog

from feeds import websub
from pipeline.collect.call import FetchRequest
from pipeline.collect.fetch import Fetcher
from pipeline.collect.opening import make_fetcher
from pipeline.config import Config
from pipeline.errors import FetchError

_TAKEN = frozenset({200, 201, 202, 204})
_log = structlog.get_logger("hubs")


def announce(config: Config, stop: threading.Event | None = None) -> None:
    """Tell what is due. What cannot be told now is told by a later run; it is no fault of this one."""
    if not config.publish.hubs:
        return
    stop = stop or threading.Event()
    with make_fetcher(config, stop=stop) as fetcher:
        faults = websub.send(
            config.publish.hubs, lambda hub, form: _tell(fetcher, hub, form), stopped=stop.is_set
        )
    for hub, reason in faults.items():
        _log.warning("hub not told; it is tried again later", hub=hub, reason=reason)


def _tell(fetcher: Fetcher, hub: str, form: list[tuple[str, str]]) -> websub.Fault | None:
    request = FetchRequest(
        url=hub,
        resource="publish",
        accept="*/*",
        method="POST",
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
        first_bytes=4_096,
        robots=False,  # not a page: the hub is there to be told
        accepted=_TAKEN,
    )
    try:
        fetcher.get(request)
    except FetchError as error:
        return websub.Fault(error.message, error.status)
    return None
