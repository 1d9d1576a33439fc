"""The local engine with the weights at hand, for benchmarks that measure on real machine translations."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.conf import settings

from pipeline.config import Config
from pipeline.records import Pair, Suggestion
from pipeline.settings import django_settings


class LocalTranslations:
    """Texts to their translations by the whole pipeline, each asked for once. What failed is left out."""

    def __init__(self, config: Config) -> None:
        from pipeline.translate.memory import NoMemory  # noqa: PLC0415 - needs Django's settings
        from pipeline.translate.room import open_engines  # noqa: PLC0415
        from pipeline.translate.translator import Translator  # noqa: PLC0415
        from pipeline.translate.usage import UsageMeter  # noqa: PLC0415

        self._room = open_engines(config)
        self._translator = Translator(self._room.routes, NoMemory(), UsageMeter())
        self._known: dict[tuple[Pair, str], Suggestion | None] = {}

    def of(self, texts: Iterable[str], pair: Pair) -> dict[str, Suggestion]:
        wanted = list(dict.fromkeys(texts))
        new = [text for text in wanted if (pair, text) not in self._known]
        for text, outcome in self._translator.translate(new, pair).items() if new else ():
            self._known[pair, text] = outcome if isinstance(outcome, Suggestion) else None
        return {text: found for text in wanted if (found := self._known[pair, text])}

    def close(self) -> None:
        self._room.close()


@contextmanager
def local_translations(pair: Pair) -> Iterator[LocalTranslations]:
    with tempfile.TemporaryDirectory() as folder:
        config = local_config(Path(folder), pair)
        settings.configure(**django_settings(config.store.url))
        django.setup()
        with closing(LocalTranslations(config)) as translations:
            yield translations


def local_config(folder: Path, pair: Pair) -> Config:
    source = {"key": "bench", "name": "Bench", "language": pair.source, "url": "http://127.0.0.1/"}
    return Config.model_validate(
        {
            "network": {
                "title": "Bench",
                "base_url": "http://127.0.0.1",
                "contact": "mailto:bench@example.org",
            },
            "languages": {"targets": [pair.target]},
            "source": [source],
            "engines": {"models": folder / "models", "firefox": {"download": False}},
            "store": {"url": f"sqlite:///{folder / 'bench.db'}"},
        }
    )
