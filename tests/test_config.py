"""config.toml: the shipped file loads, the smallest works, and a wrong one names every mistake at once."""

import re
from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.errors import ConfigError
from pipeline.loading import load
from pipeline.tables import Table

ROOT = Path(__file__).resolve().parent.parent

SMALLEST = """
[network]
title = "Cities of change"
base_url = "https://news.example.org/"
contact = "mailto:newswire@example.org"
[languages]
targets = ["lv", "en"]
[[source]]
key = "poznan"
name = "Poznań"
language = "pl"
reader = "feed"
url = "https://www.poznan.pl/feed"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text))
    return caught.value.mistakes


def test_the_smallest_file_works_and_paths_are_its_folders(tmp_path: Path) -> None:
    """Everything else has a default; relative paths start at the file's folder, not at the caller's."""
    config = load(written(tmp_path, SMALLEST))

    assert config.network.base_url == "https://news.example.org"
    assert config.publish.directory == tmp_path / "var/public"
    assert config.store.url == f"sqlite:///{tmp_path}/var/newswire.db"
    assert config.engines.chain == ("firefox",)
    assert config.review.policy("lv") == "risky"


def test_the_shipped_network_loads() -> None:
    """The real network: 15 sources, ten targets, Latvian first; what is off says why."""
    config = load(ROOT / "config.toml")

    assert len(config.source) == 15
    assert config.targets[0] == "lv"
    assert len(config.targets) == 10
    assert [source.key for source in config.source if not source.enabled and not source.note] == []


def test_every_mistake_is_said_at_once_with_key_found_and_allowed(tmp_path: Path) -> None:
    """Wrong values, missing keys, unknown keys and clashes all come in one answer."""
    text = SMALLEST.replace('language = "pl"', 'langage = "pl"').replace(
        '["lv", "en"]', '["lv", "english", "lv"]'
    )
    text += '[review]\ndefault = "some"\n[review.fr]\npolicy = "all"\n[engines]\nchain = ["firefux"]\n[serve]\nport = 0\n'

    found = mistakes(tmp_path, text)

    assert found == [
        'languages.targets[2]: found "english"; allowed: a language code such as lv',
        "source[1].language: missing; it has no default",
        "source[1].langage: unknown key; did you mean language?",
        "review.default: found \"some\"; allowed: 'all', 'risky' or 'none'",
        "serve.port: found 0; allowed: 1 or more",
        'languages.targets: "lv" stands 2 times',
        'review.fr: "fr" is not one of languages.targets (lv, english, lv)',
        'engines.chain: found "firefux"; allowed: firefox, google, mymemory, deepl, microsoft, libre, yandex, papago, etranslation, apertium',
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[network", "is not TOML"),
        (
            SMALLEST + '[[source]]\nkey = "poznan"\nname = "x"\nlanguage = "pl"\nurl = "https://x.example"\n',
            "2 times",
        ),
        (SMALLEST + '[store]\nurl = "postgresql://me:secret@db/news"\n', "PGPASSWORD"),
        (SMALLEST.replace("https://www.poznan.pl/feed", "ftp://x"), "an http or https address"),
        (SMALLEST + 'timezone = "Mars/Olympus"\n', "an IANA time zone"),
        (SMALLEST + "colour = 1\n", "unknown key"),
        ("", "network: missing"),
        (SMALLEST.replace('["lv", "en"]', '["lv", "xx"]'), "a language code such as lv"),
        (
            SMALLEST.replace("https://news.example.org/", "https://news.example.org/a b"),
            "an http or https address",
        ),
        (SMALLEST.replace("https://news.example.org/", "https://news.example.org/?a=b"), "without ? and #"),
        (SMALLEST.replace('"Cities of change"', '"Cities\\u0000"'), "without control characters"),
        (SMALLEST + '[fetch]\nallow = ["10.0.0.0/99"]\n', "a network such as 10.0.0.0/8"),
        (SMALLEST + '[fetch]\nallow = ["300.1.1.1"]\n', "a network such as 10.0.0.0/8"),
        (SMALLEST + '[engines.services.deepl]\nkey_env = "deepl key"\n', "an environment variable"),
        (SMALLEST + '[publish]\ndirectory = ""\n', "holds this file"),
        (SMALLEST + '[publish]\ndirectory = "var"\n', "holds the store"),
    ],
)
def test_single_mistakes(tmp_path: Path, text: str, expected: str) -> None:
    """Each kind of mistake is said in words that name the remedy."""
    assert any(expected in mistake for mistake in mistakes(tmp_path, text))


def test_addresses_with_letters_of_other_scripts_work(tmp_path: Path) -> None:
    """A host becomes what the name system knows, and the user agent holds what headers can hold."""
    text = SMALLEST.replace("https://news.example.org/", "https://ziņas.example/").replace(
        "newswire@", "jānis@"
    )

    config = load(written(tmp_path, text))

    assert config.network.base_url == "https://xn--zias-m2a.example"
    assert config.user_agent.isascii()


def test_a_password_is_not_repeated(tmp_path: Path) -> None:
    """A secret in the file is refused without printing it."""
    text = SMALLEST + '[store]\nurl = "postgresql://me:hunter2@db/news"\n'

    assert "hunter2" not in str(mistakes(tmp_path, text))


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """The commonest mistake of all names the remedy."""
    with pytest.raises(ConfigError, match="--config"):
        load(tmp_path / "none.toml")


def test_the_environment_overrides_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store address with a password can come from the environment only."""
    monkeypatch.setenv("NEWSWIRE_STORE_URL", "postgresql://me:x@db/news")

    assert load(written(tmp_path, SMALLEST)).store.url == "postgresql://me:x@db/news"


def keys_of(table: type[Table]) -> set[str]:
    found = set(table.model_fields)
    for field in table.model_fields.values():
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for each in inner:
            if isinstance(each, type) and issubclass(each, Table):
                found |= keys_of(each)
    return found


def test_the_shipped_file_names_every_key() -> None:
    """config.toml is the reference: no key of the loader is missing from it, in use or in a comment."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    named = set(re.findall(r"^[#\s]*([a-z_]+)\s*=", text, re.MULTILINE)) | set(
        re.findall(r"^# ([a-z_]+)  ", text, re.MULTILINE)
    )
    named |= {part for table in re.findall(r"\[\[?([a-z_.]+)\]", text) for part in table.split(".")}

    assert keys_of(Config) - named - {"languages"} == set()
