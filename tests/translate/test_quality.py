"""The quality gate: measured figures with floors. A floor may rise; one that falls needs a reason in the log.

The texts are our own, see `quality/`. The same measures on other people's news: `./do bench gates`.
"""

import random
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.documents import documents
from benchmarks.faults import FAULTS, Pairing
from benchmarks.gates import boundaries, compared, f1, findings, new_in
from pipeline.records import Pair
from pipeline.translate.conventions import localise
from pipeline.translate.markup import Rebuilt, rebuild
from pipeline.translate.pieces import Prose, Run
from pipeline.translate.protect import protect, restore
from pipeline.translate.segments import Document, parse
from pipeline.translate.sentences import split
from tests.translate.test_protect import ALPHABET

_FOLDER = Path(__file__).parent / "quality"
SENTENCES: list[dict[str, str]] = tomllib.loads((_FOLDER / "sentences.toml").read_text(encoding="utf-8"))[
    "sentence"
]
PARAGRAPHS: dict[str, list[list[str]]] = tomllib.loads(
    (_FOLDER / "paragraphs.toml").read_text(encoding="utf-8")
)
TARGETS = ("lv", "lt", "pl", "de", "nl", "it", "es", "fr", "ro")

# -- markup

# 1.9 % when this was written; the prototype had 4.8 % on such documents. More would mean links that editors must place.
RELOCATED_CEILING = 0.025


def pseudo_translation(text: str) -> str:
    """Other endings and another order, as between two languages that share their stems."""
    words = [f"{word}ais" if word.isalpha() and len(word) > 3 else word for word in text.split()]
    middle = len(words) // 2
    return " ".join(words[middle:] + words[:middle])


def projected(document: Document) -> tuple[Rebuilt, dict[str, str]]:
    texts = {segment.text: pseudo_translation(segment.text) for segment in document.segments}
    while (rebuilt := rebuild(document, texts)).needed:
        texts |= {text: pseudo_translation(text) for text in rebuilt.needed}
    return rebuilt, texts


def words_of(document: Document, texts: dict[str, str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for _name, pieces in document.fields:
        for piece in pieces:
            prose = piece.prose if isinstance(piece, Run) else piece
            for each in prose.sentences if isinstance(prose, Prose) else ():
                found.update((texts[each.text] if each.translatable else each.text).split())
    return found


def test_markup_on_random_documents_loses_nothing() -> None:
    """Of 150 nested documents no link, image or word is lost, and few links stand behind their sentence."""
    counts: Counter[str] = Counter()
    for source in documents([each["en"] for each in SENTENCES], 150, seed=4):
        document = parse({"content": source}, "en")
        rebuilt, texts = projected(document)
        after = rebuilt.fields["content"]
        there = words_of(*_itself(after))
        counts += compared(source, after)
        counts["words lost"] += (words_of(document, texts) - there).total()
        counts["relocated"] += rebuilt.relocated

    assert counts["links"] > 500
    assert counts["images"] > 300
    assert (counts["links lost"], counts["images lost"], counts["words lost"]) == (0, 0, 0)
    assert counts["relocated"] / counts["links"] <= RELOCATED_CEILING


def _itself(fragment: str) -> tuple[Document, dict[str, str]]:
    document = parse({"content": fragment}, "en")
    return document, {segment.text: segment.text for segment in document.segments}


# -- segmentation

# Sentence ends found and right, of all in the paragraphs: 95.9 when they were first cut, before any rule knew them.
# 99.6 since. What is missed: Lithuanian "18 val. Vilniaus g. 24", which only the meaning tells.
F1_FLOOR = 99.5
F1_FLOOR_OF_A_LANGUAGE = 96.0  # one wrong end among twelve


def test_segmentation_of_tricky_paragraphs() -> None:
    """Abbreviations, ordinals, initials, quotations and addresses in ten languages: where sentences end."""
    counts = {language: _ends(language, paragraphs) for language, paragraphs in PARAGRAPHS.items()}
    scores = {language: f1(each["hits"], each["guessed"], each["real"]) for language, each in counts.items()}
    total = sum(counts.values(), Counter())

    assert len(scores) == 10
    assert total["real"] >= 110
    assert f1(total["hits"], total["guessed"], total["real"]) >= F1_FLOOR
    assert {language: score for language, score in scores.items() if score < F1_FLOOR_OF_A_LANGUAGE} == {}


def _ends(language: str, paragraphs: list[list[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for sentences in paragraphs:
        text = " ".join(sentences)
        real = boundaries(text, sentences)
        guessed = boundaries(text, [text[start:end] for start, end in split(text, language)])
        counts += Counter(hits=len(guessed & real), guessed=len(guessed), real=len(real))
    return counts


# -- checks

# Faults found of each kind, over nine languages, in percent. 100: on clean text of our own nothing excuses a miss.
# Half untranslated: where a half is three words long or an address, its language cannot be told.
# Negation: Lithuanian and Romance texts deny twice ("niekas ne-", "no … ni"); with one denial left the check is silent.
CAUGHT_FLOORS = {
    "number changed": 100.0,
    "cut to 40 %": 100.0,
    "loop": 100.0,
    "untranslated": 100.0,
    "second half untranslated": 98.0,
    "quotation mark lost": 100.0,
    "end mark lost": 100.0,
    "wrong language": 100.0,
    "negation removed": 85.0,
}
FALSE_ALARMS_CEILING = (
    0  # of 216 good translations; three were found and mended when these sentences were written
)


def _pairings(language: str) -> list[Pairing]:
    other = TARGETS[(TARGETS.index(language) + 3) % len(TARGETS)]
    return [
        Pairing(source=each["en"], target=each[language], other=each[other], language=language)
        for each in SENTENCES
    ]


@pytest.mark.parametrize("kind", FAULTS)
def test_checks_find_injected_faults(kind: str) -> None:
    """Each kind of fault is found in at least its floor of the translations, and in every language."""
    made: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for language in TARGETS:
        pair, chance = Pair("en", language), random.Random(language)
        for pairing in _pairings(language):
            if (faulty := FAULTS[kind](pairing, chance)) is not None:
                clean = findings(pair, pairing.source, pairing.target)
                made[language] += 1
                found[language] += new_in(findings(pair, pairing.source, faulty), clean)

    assert set(made) == set(TARGETS)
    assert 100 * found.total() / made.total() >= CAUGHT_FLOORS[kind]
    if kind != "negation removed":  # too few of them in a language
        assert {language for language in TARGETS if found[language] < 0.9 * made[language]} == set()


def test_good_translations_raise_no_alarm() -> None:
    """A person's translation, into English and out of it, has no finding at all."""
    alarms = [
        (str(pair), finding.check, finding.message)
        for each in SENTENCES
        for language in TARGETS
        for pair in (Pair("en", language), Pair(language, "en"))
        for finding in findings(pair, each[pair.source], each[pair.target])
    ]

    assert len(alarms) <= FALSE_ALARMS_CEILING, alarms


# -- numbers in Latvian

LATVIAN = [
    # source, as engines leave it, as a reader of Latvian expects it; `_` is a no-break space
    ("The city has 1,234 trees.", "Pilsētā ir 1,234 koki.", "Pilsētā ir 1_234 koki."),
    ("The city has 12,345 trees.", "Pilsētā ir 12,345 koki.", "Pilsētā ir 12_345 koki."),
    ("The city has 612,000 residents.", "Pilsētā ir 612,000 iedzīvotāju.", "Pilsētā ir 612_000 iedzīvotāju."),
    ("All 1,300,500 votes were counted.", "Saskaitītas visas 1,300,500 balsis.", "Saskaitītas visas 1_300_500 balsis."),
    ("From 1,200 to 1,500 came.", "Ieradās no 1,200 līdz 1,500.", "Ieradās no 1_200 līdz 1_500."),
    ("Some 2,000–3,000 people came.", "Ieradās 2,000–3,000 cilvēku.", "Ieradās 2_000–3_000 cilvēku."),
    ("About 10,000 came (2,500 by bike).", "Ieradās ap 10,000 (2,500 ar velosipēdu).", "Ieradās ap 10_000 (2_500 ar velosipēdu)."),
    ("The 1,000th guest came.", "Ieradās 1,000. viesis.", "Ieradās 1_000. viesis."),
    ("In 2026, 1,750 came.", "2026. gadā ieradās 1,750.", "2026. gadā ieradās 1_750."),
    ("It weighs 1.5 tonnes.", "Tas sver 1.5 tonnas.", "Tas sver 1,5 tonnas."),
    ("The river rose 0.75 m.", "Upe kāpa par 0.75 m.", "Upe kāpa par 0,75_m."),
    ("The pool holds 2,500.5 cubic metres.", "Baseinā ir 2,500.5 kubikmetru.", "Baseinā ir 2_500,5 kubikmetru."),
    ("It grew from 3.2 to 4.8.", "Tas pieauga no 3.2 līdz 4.8.", "Tas pieauga no 3,2 līdz 4,8."),
    ("It costs €1,200.", "Tas maksā €1,200.", "Tas maksā €1_200."),
    ("It costs €1,200.", "Tas maksā 1,200 €.", "Tas maksā 1_200_€."),
    ("It costs 1,200.50 euros.", "Tas maksā 1,200.50 eiro.", "Tas maksā 1_200,50_eiro."),
    ("The bridge cost $2.5 million.", "Tilts maksāja 2.5 miljonus dolāru.", "Tilts maksāja 2,5 miljonus dolāru."),
    ("The bridge cost EUR 4,250,000.", "Tilts maksāja EUR 4,250,000.", "Tilts maksāja EUR 4_250_000."),
    ("A ticket is 3.50 euros.", "Biļete maksā 3.50 eiro.", "Biļete maksā 3,50_eiro."),
    ("Turnout was 12.5%.", "Piedalījās 12.5%.", "Piedalījās 12,5%."),
    ("Turnout was 12.5 %.", "Piedalījās 12.5 %.", "Piedalījās 12,5_%."),
    ("Turnout was 60%.", "Piedalījās 60%.", "Piedalījās 60%."),
    ("Prices rose 0.3% to 1,050 euros.", "Cenas kāpa par 0.3% līdz 1,050 eiro.", "Cenas kāpa par 0,3% līdz 1_050_eiro."),
    ("Doors open at 10:30.", "Durvis atver 10:30.", "Durvis atver 10:30."),
    ("Doors open at 10.30.", "Durvis atver plkst. 10.30.", "Durvis atver plkst. 10.30."),
    ("Open from 9.00 to 17.30.", "Atvērts no 9.00 līdz 17.30.", "Atvērts no 9.00 līdz 17.30."),
    ("Tickets cost from 9.00 to 17.30 euros.", "Biļetes maksā no 9.00 līdz 17.30 eiro.", "Biļetes maksā no 9,00 līdz 17,30_eiro."),
    ("Open until 9.30pm.", "Atvērts līdz plkst. 21.30.", "Atvērts līdz plkst. 21.30."),
    ("It was built in 1987.", "To uzcēla 1987. gadā.", "To uzcēla 1987. gadā."),
    ("Between 1920 and 1939 it grew.", "No 1920. līdz 1939. gadam tā auga.", "No 1920. līdz 1939. gadam tā auga."),
    ("In 2026 we met 1,987 people.", "2026. gadā satikām 1,987 cilvēkus.", "2026. gadā satikām 1_987 cilvēkus."),
    ("Call +371 67 012 345.", "Zvaniet +371 67 012 345.", "Zvaniet +371 67 012 345."),
    ("Call 116 123 for help.", "Palīdzībai zvaniet 116 123.", "Palīdzībai zvaniet 116 123."),
    ("Call 8 800 1234.", "Zvaniet 8 800 1234.", "Zvaniet 8 800 1234."),
    ("On 24.11.2026 it opens.", "To atver 24.11.2026.", "To atver 24.11.2026."),
    ("On 2026-11-24 it opens.", "To atver 2026-11-24.", "To atver 2026-11-24."),
    ("On 24/11/2026 it opens.", "To atver 24/11/2026.", "To atver 24/11/2026."),
    ("It opens on 24 November 2026.", "To atver 2026. gada 24. novembrī.", "To atver 2026. gada 24. novembrī."),
    ("Python 3.11 is used.", "Tiek lietots Python 3.11.", "Tiek lietots Python 3.11."),
    ("The app is at version 2.0.", "Lietotne ir versijā 2.0.", "Lietotne ir versijā 2.0."),
    ("Version 1.2.3 is out.", "Iznākusi versija 1.2.3.", "Iznākusi versija 1.2.3."),
    ("The address is 192.168.1.10.", "Adrese ir 192.168.1.10.", "Adrese ir 192.168.1.10."),
    ("See Section 3.2.", "Skatiet 3.2. sadaļu.", "Skatiet 3.2. sadaļu."),
    ("See https://x.example/1,234 for 1,234 photos.", "https://x.example/1,234 ir 1,234 foto.", "https://x.example/1,234 ir 1_234 foto."),
    ("Bus 7 and tram 11 stop.", "7. autobuss un 11. tramvajs apstājas.", "7. autobuss un 11. tramvajs apstājas."),
    ("Agent 007 won 3,000 points.", "Aģents 007 ieguva 3,000 punktu.", "Aģents 007 ieguva 3_000 punktu."),
    ("They won 3-1 before 21,400 fans.", "Uzvara ar 3-1 21,400 fanu priekšā.", "Uzvara ar 3-1 21_400 fanu priekšā."),
    ("The 4x100 m team ran 38.25 s.", "4x100 m komanda skrēja 38.25 s.", "4x100_m komanda skrēja 38,25 s."),
    ("COVID-19 hit 1,100 people.", "Covid-19 skāra 1,100 cilvēku.", "Covid-19 skāra 1_100 cilvēku."),
]  # fmt: skip


@pytest.mark.parametrize(("source", "engine", "expected"), LATVIAN)
def test_latvian_numbers_are_right(source: str, engine: str, expected: str) -> None:
    """Signs as Latvian has them; times, years, dates, calls and versions untouched; and no check doubts the number."""
    once = localise(source, engine, "en", "lv")
    doubts = {finding.check for finding in findings(Pair("en", "lv"), source, once)}

    assert once.replace("\u00a0", "_") == expected
    assert localise(source, once, "en", "lv") == once
    assert doubts & {"numbers", "dates-times", "money"} == set()


# -- names

NAMES = [
    "Šiauliai",
    "Łódź",
    "Dvořák",
    "Kluż",
    "Brașov",
    "Mößner",
    "Ødegård",
    "Kōchi",
    "Přemysl",
    "Żółkiewski",
    "Čiurlionis",
    "Bērziņš",
    "Ģertrūde",
    "Ķekava",
    "Ņina",
    "Žemaitė",
    "Žižka",
    "Škoda",
    "Ščerbina",
    "Đorđević",
    "Håkon",
    "Åse",
    "Gdańsk",
    "Poznań",
    "Wrocław",
    "Kraków",
    "Bydgoszcz",
    "Timișoara",
    "Iași",
    "Târgoviște",
    "Grünwald",
    "Straßer",
    "Müllheim",
    "Käßler",
    "Utěšil",
    "Nǎstase",
    "Mažeikiai",
    "Kėdainiai",
    "Panevėžys",
    "Jūrmala",
]
FRAMES = ("The mayor of {0} came.", "{0} and Porto are partner cities.", "“We like {0},” she said.")


def dropping(text: str) -> str:
    """An engine that copies, and leaves out each character that it does not know."""
    return "".join(character for character in text if character in ALPHABET)


def test_names_with_letters_the_model_lacks_come_back_whole() -> None:
    """Every one of 120 uses of a name; without protection it is none of those with such letters."""
    lost = []
    for name in NAMES:
        for frame in FRAMES:
            text = frame.format(name)
            protected = protect(text, language="en", alphabet=ALPHABET)
            restored = restore([dropping(part) for part in protected.parts], protected)
            if restored is None or name not in restored:
                lost.append((name, restored))

    assert len(NAMES) * len(FRAMES) >= 120
    assert lost == []
