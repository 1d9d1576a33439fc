"""Beginnings of words that stand for numbers above twelve, by language. Data only."""

import re
from functools import lru_cache

_STEMS = {
    "de": "dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig "
    "achtzig neunzig hundert tausend million milliard dutzend einhundert eintausend zwei drei vier hälfte halb",
    "en": "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twent thirt fort fift sixt sevent eight ninet "
    "hundred thousand million billion trillion dozen half quarter double twice score decade centur",
    "es": "trece catorce quince dieci veinti veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien "
    "quinient setecient novecient mil docena vigésim trigésim cuadragésim quincuagésim "
    "sexagésim septuagésim octogésim nonagésim centésim milésim mitad medio media",
    "fr": "treize quatorze quinze seize dix vingt trent quarant cinquant soixant quatre cent mille milli douzaine moitié demi",
    "it": "tredic quattordic quindic sedic dicia dicio vent[ieou] trent quarant cinquant sessant settant ottant novant "
    "cent duecent trecent quattrocent cinquecent mille mila duemil milion miliard dozzin metà mezz",
    "lt": "trylik keturiolik penkiolik šešiolik septyniolik aštuoniolik devyniolik dvidešimt trisdešimt keturiasdešimt "
    "penkiasdešimt šešiasdešimt septyniasdešimt aštuoniasdešimt devyniasdešimt šimt tūkst milijon milijard mln mlrd tuzin "
    "pus dešimtmet",
    "lv": "trīspadsmit četrpadsmit piecpadsmit sešpadsmit septiņpadsmit astoņpadsmit deviņpadsmit divdesmit trīsdesmit "
    "četrdesmit piecdesmit sešdesmit septiņdesmit astoņdesmit deviņdesmit simt tūksto milj miljon miljard ducis duci "
    "pus desmitgad",
    "nl": "dertien veertien vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig zeventig "
    "tachtig negentig honderd duizend miljoen miljard dozijn helft half",
    "pl": "trzynast czternast piętnast szesnast siedemnast osiemnast dziewiętnast dwadzie dwudziest trzydzie trzydziest "
    "czterdzie setn pięćdziesi sześćdziesi siedemdziesi osiemdziesi dziewięćdziesi sto stu dwieście dwust trzysta trzystu "
    "czterysta czterystu pięćset pięciuset sześćset sześciuset siedemset siedmiuset osiemset ośmiuset dziewięćset "
    "dziewięciuset dekad tysi tys milion mln miliard mld tuzin poł pół",
    "pt": "treze catorze quatorze quinze dezess deza dezo dezen vinte trint quarent cinquent sessent setent oitent novent "
    "cem cent duzent trezent quinhent mil dúzia metade mei",
    "ro": "treisprezece paisprezece cincisprezece șaisprezece șaptesprezece optsprezece nouăsprezece douăzeci treizeci "
    "patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci sut mii mie milion miliard jumăt",
}  # fmt: skip
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


@lru_cache(maxsize=32)
def number_words(language: str) -> re.Pattern[str] | None:
    """Finds a word for a number in a text of this language; None where no list is kept."""
    stems = _STEMS.get(language)
    if stems is None:
        return None
    return re.compile(rf"\b{_BEFORE.get(language, '')}(?:{'|'.join(stems.split())})", re.IGNORECASE)
