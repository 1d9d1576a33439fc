"""Words that stand for numbers above twelve, by language."""

import re
from functools import lru_cache

# Beginnings of words; "mil\b" is a whole word. Teens, tens and what stands for them: a dozen, half, a decade.
_TENS = {
    "de": "dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig "
    "achtzig neunzig dutzend halb hälft viertel",
    "en": "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twent thirt fort(?:y|ie) fift sixt sevent eight[iy] "
    "ninet dozen half quarter decade centur",
    "es": "trece catorce quince dieci veinti veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa docena vigésim "
    "trigésim cuadragésim quincuagésim sexagésim septuagésim octogésim nonagésim mitad medi[oa]\\b",
    "fr": "treiz quatorz quinz seiz dix vingt trent quarant cinquant soixant quatre.vingt douzaine moitié demi",
    "it": "tredic quattordic quindic sedic dicia dicio vent[ieou] trent quarant cinquant sessant settant ottant novant "
    "dozzin metà mezz[oa]",
    "lt": "trylik keturiolik penkiolik šešiolik septyniolik aštuoniolik devyniolik dvidešimt trisdešimt keturiasdešimt "
    "penkiasdešimt šešiasdešimt septyniasdešimt aštuoniasdešimt devyniasdešimt tuzin pus(?:ė|ę|ei)\\w{0,2}\\b pusant dešimtmet",
    "lv": "trīspadsmit četrpadsmit piecpadsmit sešpadsmit septiņpadsmit astoņpadsmit deviņpadsmit divdesmit trīsdesmit "
    "četrdesmit piecdesmit sešdesmit septiņdesmit astoņdesmit deviņdesmit ducis duci pus[eiē]\\w?\\b pusotr desmitgad",
    "nl": "dertien veertien vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig zeventig "
    "tachtig negentig dozijn helft half halve",
    "pl": "trzynast czternast piętnast szesnast siedemnast osiemnast dziewiętnast dwadzie dwudziest trzydzie trzydziest "
    "czterdzie pięćdziesi sześćdziesi siedemdziesi osiemdziesi dziewięćdziesi dekad tuzin połow pół",
    "pt": "treze catorze quatorze quinze dezess deza dezo dezen vinte trint quarent cinquent sessent setent oitent novent "
    "dúzia metade mei[oa]\\b",
    "ro": "treisprezece paisprezece cincisprezece șaisprezece șaptesprezece optsprezece nouăsprezece douăzeci treizeci "
    "patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci jumăt",
}  # fmt: skip
# What stands for hundreds, thousands and more, anywhere in a word: zweihundert.
_HUNDREDS = {
    "de": "hundert tausend million milliard",
    "en": "hundred thousand million billion trillion centur",
    "es": "cien quinient setecient novecient mil\\b miles\\b millón millon centésim milésim",
    "fr": "cent\\b cents\\b centaine centième mille milli siècle",
    "it": "cento\\b centin centesim mille mila\\b milion miliard",
    "lt": "šimt tūkst milijon milijard mln mlrd",
    "lv": "simt tūksto milj miljon miljard gadsimt",
    "nl": "honderd duizend miljoen miljard",
    "pl": "\\bsto\\b \\bstu\\b setn setk setek dwieście dwust trzyst czteryst pięćset pięciuset sześćset sześciuset siedemset "
    "siedmiuset osiemset ośmiuset dziewięćset dziewięciuset tysi tys mln milion miliard mld",
    "pt": "\\bcem\\b cento\\b centen duzent trezent quinhent mil\\b milh",
    "ro": "sut mii\\b mie\\b milion miliard",
}  # fmt: skip
_SMALL = 12  # the style guides spell numbers out up to here
# Ones before tens, in one word: vierundzwanzig, vierentwintig.
_BEFORE = {"de": r"(?:\w{3,6}und)?", "nl": r"(?:\w{3,6}[eë]n)?"}

# Words and signs that multiply the number they stand with, in all languages of the network together.
_SCALES = re.compile(
    r"\b(?:hund(?:red|ert)|honderd|cent|cien|sto\b|sut|simt|šimt|thousand|tausend|duizend|mille|mil\b|mila\b|miles|"
    r"mii\b|mie\b|tūkst|tys|mln|mld|mlrd|mljrd|mio\b|mrd|milj|mill?i|mega|bilh|bill?i|trill?i)"
    r"|\d[\s\u00a0\u202f]?(?:k|m|bn|tn|tsd)\b",
    re.IGNORECASE,
)


def has_scale(text: str) -> bool:
    """Whether a number of the text may stand for a hundred, a thousand or a million times as much."""
    return _SCALES.search(text) is not None


def may_be_spelled(number: int, text: str, language: str) -> bool:
    """Whether a number above twelve may stand in a text as a word; true where no list is kept for the language."""
    if language not in _TENS:
        return True
    if number % 100 == 0 and _before_hundreds(number) <= _SMALL and _hundreds(language).search(text):
        return True
    # Nobody writes 1,234 in words, nor a year; a decade is said.
    return (number < 1000 or number % 10 == 0) and _tens(language).search(text) is not None


def _before_hundreds(number: int) -> int:
    """Three of 300,000, which is three hundred thousand; 20 of 20,000."""
    while number and number % 1000 == 0:
        number //= 1000
    return number // 100 if number % 100 == 0 else number


@lru_cache(maxsize=32)
def _tens(language: str) -> re.Pattern[str]:
    return re.compile(rf"\b{_BEFORE.get(language, '')}(?:{'|'.join(_TENS[language].split())})", re.IGNORECASE)


@lru_cache(maxsize=32)
def _hundreds(language: str) -> re.Pattern[str]:
    return re.compile("|".join(_HUNDREDS[language].split()), re.IGNORECASE)
