"""Is the money of the source the money of the target?"""

import re
from collections.abc import Iterable

from pipeline.records import FindingData
from pipeline.translate.checks.base import WARN, UnitForCheck, found

_NUMBER = r"(?<!\d)\d[\d.,'’\s]{0,20}"
_SCALE = r"(?:\s?(?:[kmb]n?|tn|mio|mrd|mln|mld|tys|[^\W\d_]*mil[^\W\d_]*|[^\W\d_]*mili[^\W\d_]*|tūkst\w*|thousand|hundred)\b\.?)?\s?"
# How each currency may be written, in any of our languages.
_CURRENCIES = {
    "EUR": r"€|EUR\b|euro?\w{0,4}\b|eir[oa]\w*|eur[aąuųo]\w{0,4}\b",
    "USD": r"\$|USD\b|US-Dollar|d[oó]l+[aeāá]r\w*|doler\w*",
    "GBP": r"£|GBP\b|pounds?\b|pfund\w*|pond\w*|livres?\b|libras?\b|sterlin\w*|funt\w*|mārciņ\w*|svar\w*|sterliņ\w*|lire\b|lir[aă]\w*",
    "PLN": r"zł\b|PLN\b|z[lł]ot\w*",
    "RON": r"RON\b|lei\b|leu\w*|lej\w*|lėj\w*",
    "CHF": r"CHF\b|francs?\b|frank\w*|franc\w*|Franken",
}
_AMOUNTS = {
    code: re.compile(rf"(?:{forms})\s?{_NUMBER}|{_NUMBER}{_SCALE}(?:{forms})", re.IGNORECASE)
    for code, forms in _CURRENCIES.items()
}
_DIGIT = re.compile(r"\d")
_ANY = re.compile("|".join(_CURRENCIES.values()), re.IGNORECASE)
_AGAIN = re.compile(r"\(\W{0,3}\d[^()]{0,20}\)")
_ANYWHERE = {code: re.compile(forms, re.IGNORECASE) for code, forms in _CURRENCIES.items()}


class Money:
    """A currency beside a number must return, in whatever form.

    Pounds of weight are let pass, and an amount in brackets: €30bn ($36bn).
    """

    id = "money"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if not _DIGIT.search(unit.source) or not _ANY.search(unit.source):
            return
        once = _AGAIN.sub(" ", unit.source)
        source = once if _ANY.search(once) else unit.source
        for code, pattern in _AMOUNTS.items():
            amount = pattern.search(source)
            if amount is None or _ANYWHERE[code].search(unit.target):
                continue
            other = next((match for each, match in _amounts(unit.target) if each != code), None)
            if other or not _may_be_weight(amount[0]):
                yield found(self, f"{amount[0].strip()} is missing", span=other.span() if other else None)


def _amounts(text: str) -> Iterable[tuple[str, re.Match[str]]]:
    for code, pattern in _AMOUNTS.items():
        match = pattern.search(text)
        if match:
            yield code, match


def _may_be_weight(amount: str) -> bool:
    return re.search(r"pound|pfund|pond|livre|libra|funt|svar|lir", amount, re.IGNORECASE) is not None
