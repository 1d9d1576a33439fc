"""What needs no store: differences, merging, alignment, proofs, permissions, terms beside a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NotAllowedError
from pipeline.records import Pair, TermData
from pipeline.review.alignment import align
from pipeline.review.difference import difference, merge, replacements
from pipeline.review.glossary import common_words, hits, index_of, terms_in
from pipeline.review.people import Action, Actor, GrantData, languages_of, may, may_grant, require, sources_of
from pipeline.review.permissions import scopes
from pipeline.review.proof import LogLine, proof
from pipeline.review.rendering import Inline, blocks, document_of, inlines

words = st.text(alphabet="ab ,.", max_size=25)


# ── Differences ──────────────────────────────────────────────────────────────────────────────────────


@given(words, words)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    """Without what came it is the old text, without what left the new one."""
    pieces = difference(before, after)

    assert "".join(text for kind, text in pieces if kind != "insert") == before
    assert "".join(text for kind, text in pieces if kind != "delete") == after


def test_a_difference_goes_by_words() -> None:
    """A changed ending changes the word."""
    assert difference("Biļete maksā 4 zlotus.", "Biļete maksā 5 zlotus.") == (
        ("equal", "Biļete maksā "),
        ("delete", "4"),
        ("insert", "5"),
        ("equal", " zlotus."),
    )


@given(words, words)
def test_merging_with_no_change_of_ones_own_gives_the_others(base: str, theirs: str) -> None:
    """Whoever changed nothing loses nothing and adds nothing; the same change twice is one."""
    assert merge(base, base, theirs) == theirs
    assert merge(base, theirs, base) == theirs
    assert merge(base, theirs, theirs) == theirs


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("a b c d", "x b c d", "a b c y", "x b c y"),
        ("a b c", "x b c", "y b c", None),
        ("a b c", "a b", "a b c d", None),
        ("a b c", "a b c d", "a b c e", None),
        ("one two", "one big two", "one two three", "one big two three"),
    ],
)
def test_changes_are_merged_unless_they_touch(
    base: str, mine: str, theirs: str, expected: str | None
) -> None:
    """Words apart go together; the same place asks a person."""
    assert merge(base, mine, theirs) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Pilsēta pērk omnibusus.", "Pilsēta pērk autobusus.", [("omnibusus", "autobusus")]),
        ("Biļete maksā 4 zlotus", "Biļete maksā 5 zlotus", []),
        ("pilsēta aug", "Pilsēta aug", []),
        ("Tas ir labi", "Tas ir ļoti labi", []),
        ("viens divi trīs četri pieci seši", "a b c d e f", []),
        ("Poznaņas mērs", "Poznaņas pilsētas galva", [("mērs", "pilsētas galva")]),
    ],
)
def test_replaced_words_are_found(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    """Whole words for words; figures, capitals, additions and rewritten sentences are no terms."""
    assert [(each.before, each.after) for each in replacements(before, after)] == expected


# ── Alignment ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("former", "present", "expected"),
    [
        ((), ("a",), (None,)),
        (("a", "b"), ("a", "b"), (0, 1)),
        (("one fine day", "b"), ("one fine night", "b"), (0, 1)),
        (("a", "b"), ("a", "new", "b"), (0, None, 1)),
        (("Costs 4 euro.", "Come early."), ("Something else?", "Costs 5 euro.", "Come early."), (None, 0, 1)),
        (("Costs 4 euro.",), ("Wholly new words here",), (None,)),
    ],
)
def test_a_corrected_sentence_knows_what_it_was(
    former: tuple[str, ...], present: tuple[str, ...], expected: tuple[int | None, ...]
) -> None:
    """Equal ones by themselves, changed ones by likeness and order, new ones by nothing."""
    assert align(former, present) == expected


# ── Proofs ───────────────────────────────────────────────────────────────────────────────────────────


def log(*lines: str) -> list[LogLine]:
    """`anna approve machine>approved` as a line of the log."""
    found = []
    for line in lines:
        actor, rest = line.split(" ", 1)
        action, moves = rest.rsplit(" ", 1)
        before, after = moves.split(">")
        found.append(
            LogLine(by_person=actor != "pipeline", actor=actor, action=action, before=before, after=after)
        )
    return found


@pytest.mark.parametrize(
    ("lines", "edited", "approved"),
    [
        ([], "", ""),
        (["pipeline translate waiting>machine"], "", ""),
        (["anna edit machine>edited"], "anna", ""),
        (["anna edit machine>edited", "berta approve edited>approved"], "anna", "berta"),
        (["anna approve machine>approved", "berta hold approved>approved"], "", "anna"),
        (["anna approve machine>approved", "berta let go approved>approved"], "", "anna"),
        (["berta hold approved>approved"], "", ""),
        (["pipeline move machine>approved"], "", ""),
        (["anna edit machine>edited", "anna dismiss edited>edited"], "anna", ""),
        (["anna approve machine>approved", "anna undo approved>machine"], "", ""),
        (
            ["anna edit machine>edited", "anna approve edited>approved", "cara send back approved>edited"],
            "anna",
            "",
        ),
        (["anna approve machine>approved", "berta edit approved>edited"], "berta", ""),
        (["anna approve machine>approved", "pipeline source changed approved>stale"], "", ""),
        (
            [
                "anna edit machine>edited",
                "pipeline source changed edited>stale",
                "pipeline translate stale>machine",
            ],
            "",
            "",
        ),
        (["anna edit machine>edited", "pipeline translate machine>machine"], "", ""),
        (
            ["anna edit machine>edited", "berta reject edited>rejected", "berta undo rejected>edited"],
            "anna",
            "",
        ),
        (["anna approve machine>approved", "berta reject approved>rejected"], "", ""),
    ],
)
def test_the_log_proves_no_more_than_was_done(lines: list[str], edited: str, approved: str) -> None:
    """Later moves take away what earlier ones proved; holding and dismissing prove nothing and take nothing."""
    found = proof(log(*lines))

    assert (found.edited_by, found.approved_by) == (edited, approved)


# ── Permissions ──────────────────────────────────────────────────────────────────────────────────────


def actor(*grants: tuple[str, str, str]) -> Actor:
    return Actor(
        name="x",
        grants=tuple(
            GrantData(role=role, language=language, source_key=key) for role, language, key in grants
        ),
    )


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("reader", {Action.SEE}),
        ("editor", {Action.SEE, Action.EDIT, Action.APPROVE}),
        ("chief", set(Action) - {Action.ACCOUNTS}),
        ("administrator", set(Action)),
    ],
)
def test_each_role_may_all_that_the_former_may(role: str, allowed: set[Action]) -> None:
    """Reader, editor, chief editor, administrator."""
    who = actor((role, "", ""))

    assert {action for action in Action if may(who, action, "lv", "poznan")} == allowed


def test_a_grant_reaches_its_language_and_city_and_no_further() -> None:
    """Two grants are two places; without a place it is asked whether anywhere at all."""
    who = actor(("editor", "lv", "poznan"), ("reader", "en", ""))

    assert may(who, Action.EDIT, "lv", "poznan")
    assert not may(who, Action.EDIT, "lv", "dublin")
    assert not may(who, Action.EDIT, "en", "poznan")
    assert may(who, Action.SEE, "en", "dublin")
    assert may(who, Action.EDIT)
    assert not may(who, Action.WITHDRAW)
    assert languages_of(who, Action.SEE) == frozenset({"lv", "en"})
    assert sources_of(who, Action.SEE) is None
    assert sources_of(who, Action.EDIT) == frozenset({"poznan"})
    assert languages_of(actor(("chief", "", "")), Action.TERMS) is None
    assert scopes(who, Action.EDIT) == (("lv", "poznan"),)


def test_whoever_may_not_is_told_what_and_where() -> None:
    """The refusal names the person, the action and the place."""
    with pytest.raises(NotAllowedError, match=r"x: may not approve \(lv poznan\)"):
        require(actor(), Action.APPROVE, "lv", "poznan")
    with pytest.raises(NotAllowedError, match="anywhere"):
        require(actor(), Action.ACCOUNTS)


@pytest.mark.parametrize(
    ("own", "given", "expected"),
    [
        (("administrator", "", ""), ("administrator", "", ""), True),
        (("administrator", "lv", ""), ("chief", "lv", "poznan"), True),
        (("administrator", "lv", ""), ("reader", "", ""), False),
        (("administrator", "lv", ""), ("reader", "en", ""), False),
        (("administrator", "lv", "poznan"), ("editor", "lv", ""), False),
        (("chief", "", ""), ("reader", "lv", ""), False),
    ],
)
def test_nobody_gives_more_than_they_have(
    own: tuple[str, str, str], given: tuple[str, str, str], expected: bool
) -> None:
    """An administrator of one language makes no other's."""
    role, language, key = given

    assert may_grant(actor(own), GrantData(role=role, language=language, source_key=key)) is expected


# ── Terms beside a sentence ──────────────────────────────────────────────────────────────────────────


def test_terms_are_found_where_they_stand_in_any_ending() -> None:
    """Own forms, other endings, a star for the rest; names to keep letter by letter."""
    terms = (
        TermData(source="bilet", target="biļete"),
        TermData(source="rada miasta", target="dome", source_forms=("Radzie Miasta",)),
        TermData(source="tram*", target="tramvajs"),
        TermData(source="MPK", keep=True),
        TermData(source="autobus", target="omnibuss", forbidden=True),
    )

    index = index_of(Pair("pl", "lv"), terms)
    text = "W Radzie Miasta o biletach na tramwaje MPK i autobusy."

    found = hits(index, text)

    assert [
        (hit.source, text[hit.start : hit.end], hit.target, hit.keep, hit.forbidden) for hit in found
    ] == [
        ("rada miasta", "Radzie Miasta", "dome", False, False),
        ("bilet", "biletach", "biļete", False, False),
        ("tram*", "tramwaje", "tramvajs", False, False),
        ("MPK", "MPK", "MPK", True, False),
        ("autobus", "autobusy", "omnibuss", False, True),
    ]
    assert [each.source for each in terms_in(index, text)] == [hit.source for hit in found]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([], ""),
        (["Miasto kupuje autobusy.", "Nowe autobusy jadą."], "autobusy"),
        (["Rada Miasta Poznania", "O tym rada miasta zdecyduje"], "Rada Miasta"),
        (["Zupełnie inne", "Nic wspólnego"], ""),
    ],
)
def test_what_corrected_sentences_share(sources: list[str], expected: str) -> None:
    """The longest run of words in all of them: probably what the correction is about."""
    assert common_words(sources) == expected


# ── Rendering ────────────────────────────────────────────────────────────────────────────────────────


def test_paragraphs_stand_beside_their_translations() -> None:
    """Block by block where both have as many; otherwise the whole beside the whole. Plain fields are escaped."""
    source = {
        "title": "A < B",
        "content": "<p>One.</p>text<ul><li>Two</li></ul>tail",
        "summary": "<p>S</p><p>T</p>",
    }
    target = {
        "title": "A < C",
        "content": "<p>Viens.</p>teksts<ul><li>Divi</li></ul>aste",
        "summary": "<p>S</p>",
    }

    found = [(each.field, each.source, each.target) for each in blocks(source, target)]

    assert found == [
        ("title", "A &lt; B", "A &lt; C"),
        ("summary", "<p>S</p><p>T</p>", "<p>S</p>"),
        ("content", "<p>One.</p>", "<p>Viens.</p>"),
        ("content", "text", "teksts"),
        ("content", "<ul><li>Two</li></ul>", "<ul><li>Divi</li></ul>"),
        ("content", "tail", "aste"),
    ]


def test_links_and_images_of_a_sentence_are_named() -> None:
    """A link with its address, an image with its text, each beside its sentence once."""
    markup = '<p>See <a href="https://a.example/x">the plan</a> today. Look <img src="https://a.example/i.png" alt="A map"> here.</p>'

    found = inlines(document_of({"content": markup}, "en"))

    assert found["See the plan today."] == (
        Inline(kind="link", text="the plan", address="https://a.example/x"),
    )
    assert found["Look here."] == (Inline(kind="image", text="A map", address="https://a.example/i.png"),)
