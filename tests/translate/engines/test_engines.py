"""From the configuration to engines."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.errors import ConfigError, EngineUnavailableError
from pipeline.loading import load
from pipeline.records import Pair
from pipeline.translate.engines import build_engines

ROOT = Path(__file__).parents[3]


def configured(**engines: object) -> Config:
    return Config.model_validate(
        {
            "network": {
                "title": "Test",
                "base_url": "https://news.example.org",
                "contact": "mailto:desk@example.org",
            },
            "languages": {"targets": ["lv"]},
            "source": [{"key": "a", "name": "A", "language": "en", "url": "https://a.example.org/feed"}],
            "engines": engines,
        }
    )


def test_engines_of_every_chain(tmp_path: Path) -> None:
    """Each engine that a chain names is built once, with its own settings; nothing is started or asked."""
    config = configured(
        chain=["firefox", "google"],
        pairs={"en-lv": ["deepl"]},
        models=str(tmp_path),
        firefox={"download": False},
        services={"deepl": {"key_env": "DEEPL_KEY"}},
    )
    engines = build_engines(config, {"DEEPL_KEY": "1234:fx"})
    without_key = build_engines(config, {})
    supported = {name: engine.supports(Pair("en", "lv")) for name, engine in engines.items()}
    for engine in (*engines.values(), *without_key.values()):
        engine.close()

    assert supported == {"firefox": False, "google": True, "deepl": True}
    assert {name: engine.facts.sends_data_out for name, engine in engines.items()} == {
        "firefox": False,
        "google": True,
        "deepl": True,
    }
    assert "`key_env`" in (without_key["deepl"].reason(Pair("en", "lv")) or "")


def test_download_is_offered_by_the_configuration(tmp_path: Path) -> None:
    """Where weights may be fetched, a missing pair counts as supported."""
    engine = build_engines(configured(models=str(tmp_path)), {})["firefox"]
    supported = engine.supports(Pair("en", "lv")), engine.supports(Pair("pl", "lv"))
    engine.close()

    assert supported == (True, False)


def test_only_named_services(tmp_path: Path) -> None:
    """An online service is never built unless a chain names it."""
    config = configured(models=str(tmp_path), services={"google": {}})

    assert list(build_engines(config, {})) == ["firefox"]


def test_closed_engine(tmp_path: Path) -> None:
    """A closed engine refuses; it does not start workers again."""
    engine = build_engines(configured(models=str(tmp_path)), {})["firefox"]
    engine.close()
    with pytest.raises(EngineUnavailableError, match="closed"):
        engine.translate(["Good morning."], Pair("en", "pt"))


FORGETFUL = """
from pathlib import Path
from pipeline.records import Pair
from pipeline.translate.engines.firefox import FirefoxEngine

print(FirefoxEngine(Path("nowhere")).translate(["Good morning."], Pair("en", "pt")))
"""


def test_program_that_does_not_close() -> None:
    """A program that ends without closing its engine ends at once and in silence."""
    ended = subprocess.run(
        [sys.executable, "-c", FORGETFUL], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )

    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, "['Bom dia.']", "")


def test_services_are_imported_at_need() -> None:
    """Who names no online service does not load the library for them."""
    code = (
        "import sys, pipeline.translate.engines.firefox as f; "
        "print([name for name in ('deep_translator', 'django') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "[]"


def test_chains_may_name_language_models_of_the_configuration(tmp_path: Path) -> None:
    """A model is an engine under its own name; a name that is taken, or unknown, is a mistake."""
    path = tmp_path / "config.toml"
    head = (
        '[network]\ntitle = "T"\nbase_url = "https://news.example.org"\ncontact = "mailto:a@example.org"\n'
        '[languages]\ntargets = ["lv"]\n'
        '[[source]]\nkey = "a"\nname = "A"\nlanguage = "en"\nurl = "https://a.example.org/feed"\n'
    )
    model = 'url = "http://127.0.0.1:9/v1"\nmodel = "m"\n'
    path.write_text(f'{head}[engines]\nchain = ["mine", "firefox"]\n[engines.llm.mine]\n{model}')
    engines = build_engines(load(path), {})
    for engine in engines.values():
        engine.close()
    path.write_text(f'{head}[engines]\nchain = ["yours"]\n[engines.llm.deepl]\n{model}')
    with pytest.raises(ConfigError) as caught:
        load(path)

    assert list(engines) == ["mine", "firefox"]
    assert engines["mine"].facts.uses_examples
    assert any('found "yours"; allowed: firefox, google' in each for each in caught.value.mistakes)
    assert any("engines.llm.deepl: there is an engine of that name" in each for each in caught.value.mistakes)


def test_answers_that_come_later_are_taken_in_where_an_engine_needs_it() -> None:
    """The daemon opens the door for call backs only while such an engine is in a chain."""
    from pipeline import mounts
    from pipeline.translate.callbacks import PREFIX

    assert mounts._callbacks(configured(chain=["firefox"])) == {}
    assert list(mounts._callbacks(configured(chain=["etranslation", "firefox"]))) == [PREFIX]
