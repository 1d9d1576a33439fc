"""The benchmarks' table: what a claim is, what is kept of it, and the page drawn from that."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import history
from benchmarks.__main__ import BENCHMARKS
from benchmarks.claims import NOTES, Claim, claim
from benchmarks.everything import PLAN


def run(at: str, *claims: Claim) -> dict[str, Any]:
    rows = [{"bench": "web", "what": each.what, "peer": each.peer, "value": each.value} for each in claims]
    rows = [row | {"limit": each.limit, "more": each.more} for row, each in zip(rows, claims, strict=True)]
    return {"at": at, "commit": "abc", "cores": 2, "load": 0.5, "full": False, "failed": [], "claims": rows}


FAST = Claim(what="pages", peer="nginx", value=0.6, limit=0.5, more=True)
SLOW = Claim(what="pages", peer="nginx", value=0.25, limit=0.5, more=True)
LEAN = Claim(what="memory", peer="the middle", value=1.2, limit=1.0)


def test_a_claim_holds_up_to_its_limit() -> None:
    """The limit is the least or the most, as the claim says; how much of it is used reads alike."""
    assert (FAST.holds, SLOW.holds, LEAN.holds) == (True, False, False)
    assert [round(history.used(each), 2) for each in (FAST, SLOW, LEAN)] == [0.83, 2.0, 1.2]


def test_a_benchmark_notes_what_it_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For whoever gathers, in a file; for whoever runs it alone, in words."""
    monkeypatch.setenv(NOTES, str(tmp_path / "notes"))
    claim("pages", 0.25, 0.5, peer="nginx", more=True)

    assert Claim(**json.loads((tmp_path / "notes").read_text())) == SLOW
    assert capsys.readouterr().out == "DOES NOT HOLD: pages: 0.25, at least 0.5 (nginx)\n"


def test_every_run_is_kept_and_the_page_shows_the_newest(tmp_path: Path) -> None:
    """Also a claim that the newest run left out, with the run it comes from; what does not hold is not hidden."""
    kept, page = tmp_path / "history.jsonl", tmp_path / "benchmarks.md"
    for made in (run("2026-11-29T10:00:00Z", FAST, LEAN), run("2026-11-30T10:00:00Z", SLOW)):
        history.add(made, kept, page)
    history.add(run("2026-12-01T10:00:00Z"), kept, page)

    text = page.read_text()
    assert len(history.read(kept)) == 2
    assert "| `web` | pages | 0.25 | at least 0.5 | nginx | **no** | 2026-11-30" in text
    assert "| `web` | memory | 1.2 | at most 1 | the middle | **no** | 2026-11-29" in text
    assert "0.6" not in text
    assert {path.suffix for path in tmp_path.iterdir()} == {".jsonl", ".md", ".svg"}


def test_what_is_planned_is_a_benchmark() -> None:
    """Each with options that say which data it needs, if it does."""
    assert {each.name for each in PLAN} <= set(BENCHMARKS)
    assert {each.needs for each in PLAN} <= {"", "ntrex", "feeds"}


def test_the_page_of_figures_is_drawn_from_the_file(tmp_path: Path) -> None:
    """Nobody has typed in another figure."""
    page = tmp_path / "benchmarks.md"
    history.draw(history.read(), page)

    assert history.PAGE.read_text(encoding="utf-8") == page.read_text(encoding="utf-8")
