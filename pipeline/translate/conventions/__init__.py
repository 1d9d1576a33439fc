"""A translation in the conventions of its language: numbers, quotation marks, dashes, spaces.

    tidy | numbers | dashes | quotes | spaces

Pure and idempotent. What a sign means is read from the source, never guessed from the target.
"""

from pipeline.translate.conventions.languages import convention_of
from pipeline.translate.conventions.numbers import localise_numbers
from pipeline.translate.conventions.quotes import MARKS, SINGLE, localise_quotes
from pipeline.translate.conventions.spacing import drop_stray_bracket, restore_dashes, set_spaces, tidy

__all__ = ["localise", "plain"]

_PLAIN = str.maketrans(
    dict.fromkeys(MARKS, '"') | dict.fromkeys(SINGLE, "'") | dict.fromkeys("–—", "-") | {"…": "..."}
)


def localise(source: str, target: str, source_language: str, target_language: str) -> str:
    """The target as its readers write; a language without a table comes back only tidied."""
    target = drop_stray_bracket(source, tidy(target, language=target_language))
    style = convention_of(target_language)
    if style is None:
        return target
    source_style = convention_of(source_language)
    if source_style is not None:
        target = localise_numbers(source, target, source_style, style)
    target = restore_dashes(source, target)
    target = localise_quotes(source, target, style)
    return set_spaces(target, style)


def plain(text: str) -> str:
    """The text with plain quotes, dashes, dots and spaces: for measures that must not count house style as a fault."""
    return " ".join(text.translate(_PLAIN).split())
