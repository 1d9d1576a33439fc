"""What `serve` answers: the published tree, and beside it the desk, health, metrics and what others call back."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from wsgiref.types import StartResponse, WSGIApplication

from django.db import DatabaseError, close_old_connections, connection

from pipeline.config import Config
from pipeline.remedies import store_remedy
from pipeline.web import Environ, Site, health
from pipeline.webmetrics import Measured
from pipeline.webquick import quick

# What reverse proxies add: then the one who asks is not who connected. Each of them is left out by some.
_OF_PROXIES = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)


def application(
    config: Config, *, fault: Callable[[], str], publish: Callable[[], None], collect: Callable[[], None]
) -> Measured:
    """All of it in one. `publish` and `collect` ask for that to be done soon; `fault` says what is wrong with the cycles."""
    mounts = (
        {"/healthz": health(lambda: fault() or _store_fault())}
        | _desk(config, publish)
        | _reports(config)
        | _callbacks(config)
    )
    mounts |= _hubs(config, collect)
    measured = Measured()
    mounts["/metrics"] = _metrics(config, measured)
    measured.around = site = Site(config.publish.directory, mounts)
    measured.quick = quick(site, measured.count)
    return measured


def _store_fault() -> str:
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"the store cannot be read: {store_remedy(str(error))}"
    return ""


def _metrics(config: Config, measured: Measured) -> WSGIApplication:
    """For Prometheus. To this machine only, unless the configuration opens it: source keys and spending are nobody's business."""
    from pipeline.watching import prometheus  # noqa: PLC0415 - models can be imported only after boot

    def answer(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        behind = any(name in environ for name in _OF_PROXIES)
        if not config.watch.open and (behind or environ.get("REMOTE_ADDR") not in {"127.0.0.1", "::1"}):
            start("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"Metrics are for this machine; see [watch] open.\n"]
        close_old_connections()
        try:
            body = prometheus.text(config, measured)
        except DatabaseError as error:  # no run has made the store yet, or it is away
            start("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
            return [f"The store cannot be read: {error}\n".encode()]
        start(
            "200 OK",
            [("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), ("Cache-Control", "no-store")],
        )
        return [body]

    return answer


def _desk(config: Config, publish: Callable[[], None]) -> dict[str, WSGIApplication]:
    """The desk under its path, where it is switched on."""
    if not config.desk.enabled:
        return {}
    from desk import wsgi  # noqa: PLC0415 - its models can be imported only after boot
    from pipeline.alternatives import alternatives  # noqa: PLC0415 - the same

    return {wsgi.PREFIX: wsgi.application(config, wake=publish, alternatives=alternatives(config))}


def _reports(config: Config) -> dict[str, WSGIApplication]:
    """The form by which readers report mistakes, where the pages send it here."""
    from pipeline import reporting  # noqa: PLC0415 - models can be imported only after boot

    return reporting.mounts(config)


def _callbacks(config: Config) -> dict[str, WSGIApplication]:
    """Where engines that answer later bring their answers, while one is in use."""
    if "etranslation" not in config.engines.named:
        return {}
    from pipeline.translate import callbacks  # noqa: PLC0415 - models can be imported only after boot

    return {callbacks.PREFIX: callbacks.callbacks}


def _hubs(config: Config, collect: Callable[[], None]) -> dict[str, WSGIApplication]:
    """Where hubs tell of news, if the operator has an address for it."""
    if not config.websub.enabled:
        return {}
    from pipeline.collect import callback  # noqa: PLC0415 - models can be imported only after boot

    return {callback.PREFIX: callback.Callback(timedelta(hours=config.websub.lease), wake=collect)}
