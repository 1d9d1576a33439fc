"""Each language's house style: signs in numbers, quotation marks, spaces. Data only.

From CLDR, the EU interinstitutional style guide and the languages' own authorities (RAE for Spanish,
Imprimerie nationale for French).
"""

from dataclasses import dataclass

NBSP, NARROW_NBSP = "\u00a0", "\u202f"
SPACES = " " + NBSP + NARROW_NBSP + "\u2009"
_DOT_OR_SPACE = "." + SPACES


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    decimal: str = ","
    group: str = NBSP  # written between thousands
    groups: str = SPACES  # understood between thousands
    accepted: str = SPACES  # left as they are
    groups_four: bool = True  # are four digits grouped, too?
    quotes: tuple[str, str]
    inner: tuple[str, str]  # quotation marks inside quotation marks
    raises_single: bool = True  # are 'single' marks of the source double ones here?
    quote_space: str = ""  # between the marks and what they hold
    percent_space: str = ""
    mark_space: str = ""  # before ; : ! ?


_ENGLISH = Convention(
    decimal=".",
    group=",",
    accepted=",",
    groups="," + NBSP + NARROW_NBSP + "\u2009",
    quotes=("“", "”"),
    inner=("‘", "’"),
    raises_single=False,
)

CONVENTIONS = {
    "lv": Convention(quotes=("„", "”"), inner=("‘", "’")),
    "lt": Convention(quotes=("„", "“"), inner=("‚", "‘"), percent_space=NBSP),
    "pl": Convention(quotes=("„", "”"), inner=("«", "»"), groups_four=False),
    "de": Convention(
        group=".", groups=_DOT_OR_SPACE, accepted=".", quotes=("„", "“"), inner=("‚", "‘"), percent_space=NBSP
    ),
    "nl": Convention(
        group=".",
        groups=_DOT_OR_SPACE,
        accepted=".",
        quotes=("“", "”"),
        inner=("‘", "’"),
        raises_single=False,
    ),
    "it": Convention(group=".", groups=_DOT_OR_SPACE, accepted=".", quotes=("«", "»"), inner=("“", "”")),
    "es": Convention(
        group=".",
        groups=_DOT_OR_SPACE,
        accepted=_DOT_OR_SPACE,
        groups_four=False,
        quotes=("«", "»"),
        inner=("“", "”"),
        percent_space=NBSP,
    ),
    "fr": Convention(
        group=NARROW_NBSP,
        quotes=("«", "»"),
        inner=("“", "”"),
        quote_space=NARROW_NBSP,
        percent_space=NARROW_NBSP,
        mark_space=NARROW_NBSP,
    ),
    "ro": Convention(group=".", groups=_DOT_OR_SPACE, accepted=".", quotes=("„", "”"), inner=("«", "»")),
    "pt": Convention(
        group=".",
        groups=_DOT_OR_SPACE,
        accepted=_DOT_OR_SPACE,
        groups_four=False,
        quotes=("“", "”"),
        inner=("‘", "’"),
    ),
    "en": _ENGLISH,
    "ga": _ENGLISH,
}


def convention_of(language: str) -> Convention | None:
    """The convention of a language code, with or without a region."""
    return CONVENTIONS.get(language.partition("-")[0].lower())
