"""What is told of itself without being asked: the text file for node_exporter, and mail on trouble."""

import structlog

from pipeline.config import Config
from pipeline.errors import NewswireError
from pipeline.remedies import remedy
from pipeline.watching import mail, prometheus

_log = structlog.get_logger("watch")


def tell(config: Config) -> None:
    """Called after each run. A file that cannot be written, or a mail server that refuses, does not fail the run."""
    try:
        if config.watch.textfile:
            prometheus.write(config, config.watch.textfile)
    except OSError as error:
        _log.warning("the metrics cannot be written", file=str(config.watch.textfile), reason=remedy(error))
    try:
        mail.send(config)
    except NewswireError as error:
        _log.warning("nobody could be told of trouble", reason=str(error))
