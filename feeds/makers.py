"""What readers are told of an engine: its public name, and of what kind it is. Pure."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from feeds.messages import text


class Kind(StrEnum):
    LOCAL = "local"
    SERVICE = "service"
    MODEL = "model"
    RULES = "rules"


_ENGINES = {
    "firefox": ("Firefox Translations", Kind.LOCAL),
    "google": ("Google Translate", Kind.SERVICE),
    "mymemory": ("MyMemory", Kind.SERVICE),
    "deepl": ("DeepL", Kind.SERVICE),
    "microsoft": ("Microsoft Translator", Kind.SERVICE),
    "libre": ("LibreTranslate", Kind.SERVICE),
    "yandex": ("Yandex Translate", Kind.SERVICE),
    "papago": ("Papago", Kind.SERVICE),
    "etranslation": ("eTranslation (European Commission)", Kind.SERVICE),
    "apertium": ("Apertium", Kind.RULES),
}


def known(names: Iterable[str], models: Collection[str]) -> tuple[str, ...]:
    """Those names that are engines; "copy" and the memory's origins are none. `models`: language models."""
    return tuple(dict.fromkeys(name for name in names if name in _ENGINES or name in models))


def public_name(name: str) -> str:
    return _ENGINES[name][0] if name in _ENGINES else name


def described(names: Iterable[str], reader: str) -> str:
    """The engines for a reader: "Firefox Translations (neural engine on our own server), …"."""
    shown = (f"{public_name(name)} ({_kind_name(name, reader)})" for name in names)
    return ", ".join(shown)


def _kind_name(name: str, reader: str) -> str:
    match _ENGINES[name][1] if name in _ENGINES else Kind.MODEL:
        case Kind.LOCAL:
            return text(reader, "neural engine on our own server")
        case Kind.SERVICE:
            return text(reader, "online translation service")
        case Kind.MODEL:
            return text(reader, "large language model")
        case Kind.RULES:
            return text(reader, "rule-based engine")
