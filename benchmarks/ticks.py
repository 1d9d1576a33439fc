"""What a look of a cluster's scheduler costs with many sources, each on a host of its own.

python -m benchmarks.ticks URL SOURCES     on an empty PostgreSQL; prints seconds of CPU, one line a look
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline import logs
from pipeline.config import Config
from pipeline.options.log import Log
from pipeline.settings import boot


def main(url: str, sources: int) -> None:
    config = Config.model_validate(
        {
            "network": {
                "title": "Bench",
                "base_url": "https://bench.example",
                "contact": "mailto:b@example.org",
            },
            "languages": {"targets": ["lv"]},
            "store": {"url": url},
            "publish": {"directory": Path("/nowhere")},
            "source": [
                {
                    "key": f"c{n}",
                    "name": f"City {n}",
                    "language": "en",
                    "url": f"https://city{n}.example/feed",
                }
                for n in range(sources)
            ],
        }
    )
    boot(config)
    from pipeline.cluster.opening import prepare  # noqa: PLC0415 - models are there once Django is set up
    from pipeline.cluster.scheduler import tick  # noqa: PLC0415
    from pipeline.models import Source  # noqa: PLC0415

    prepare()
    now = datetime.now(UTC)
    _look("all are due", lambda: tick(config, now)["collect"])
    _look("all wait in the queue", lambda: tick(config, now)["collect"])
    # As with polls every thirty minutes and looks every 15 seconds.
    Source.objects.update(next_poll=now + timedelta(hours=1))
    some = [f"c{n}" for n in range(sources // 120)]
    Source.objects.filter(key__in=some).update(next_poll=now)
    _empty_the_queue()
    _look("one in 120 is due", lambda: tick(config, now)["collect"])


def _empty_the_queue() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def _look(what: str, tick: Callable[[], int]) -> None:
    cpu = time.process_time()
    made = tick()
    print(f"{what}\t{made}\t{time.process_time() - cpu:.3f}", flush=True)


if __name__ == "__main__":
    logs.begin(Log(), stays=False)
    main(sys.argv[1], int(sys.argv[2]))
