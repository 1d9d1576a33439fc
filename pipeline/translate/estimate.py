"""A dry run: what the next run would send to which engine, and what that would cost. Stores nothing, asks nobody.

    due entries | segment | memory | chain, with what is left of the budgets | by way of the pivot | sum

A sentence whose first leg is not known yet counts for the second leg with the length of its source.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import transaction

from pipeline.config import Config
from pipeline.models import EngineSpending, Entry, Translation
from pipeline.records import Pair
from pipeline.translate.budget import Budgets, MemoryPurse, month_of
from pipeline.translate.drafting import document_of
from pipeline.translate.engines import Engine
from pipeline.translate.guards import Guards
from pipeline.translate.memory import StoredMemory
from pipeline.translate.plan import plan
from pipeline.translate.routes import Routes

_ENTRIES = 200  # read at once


@dataclass(slots=True, kw_only=True)
class Share:
    """What one engine would be sent for one pair."""

    engine: str
    pair: str
    sentences: int = 0
    characters: int = 0
    cost: float = 0.0


@dataclass(slots=True, kw_only=True)
class Account:
    """An engine's budget, as it stands and as it would stand."""

    budget: int = 0  # characters a month; 0: none
    spent: int = 0
    wanted: int = 0
    over: int = 0  # characters there is no budget for


@dataclass(slots=True, kw_only=True)
class Estimate:
    entries: int = 0
    memory_hits: int = 0
    shares: list[Share] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    waiting_for: dict[str, int] = field(default_factory=dict)  # why sentences would stay, with how many

    @property
    def cost(self) -> float:
        return sum(share.cost for share in self.shares)

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"cost": round(self.cost, 4)}


def estimate(config: Config, routes: Routes, now: datetime) -> Estimate:
    """Go through what is due, as the stage would, with a purse of its own."""
    counting = _Counting(routes, EngineSpending.objects.spent(month_of(now.date())))
    due = _due(config, now)
    for entry in _entries(due):
        segments = document_of(entry).segments
        texts = [segment.text for segment in segments]
        titles = {segment.text for segment in segments if segment.field == "title"}
        for language in due[entry.pk]:
            counting.add(Pair(entry.language, language), texts, titles)
    result = counting.result()
    result.entries = len(due)
    return result


def _due(config: Config, now: datetime) -> dict[int, list[str]]:
    """The languages due for each entry. What would be planned first is planned, listed, and taken back."""
    with transaction.atomic():
        plan(config.targets, now)
        found: dict[int, list[str]] = {}
        for entry, language in Translation.objects.due(now):
            found.setdefault(entry, []).append(language)
        transaction.set_rollback(True)
    return found


def _entries(due: Iterable[int]) -> Iterator[Entry]:
    keys = list(due)
    for start in range(0, len(keys), _ENTRIES):
        rows = Entry.objects.filter(pk__in=keys[start : start + _ENTRIES]).select_related("current")
        yield from rows.order_by("-published", "pk")


class _Counting:
    """Adds up. Every sentence of a pair counts once, however many entries say it."""

    def __init__(self, routes: Routes, spent: dict[str, int]) -> None:
        self._routes = routes
        self._memory = StoredMemory()
        limits = routes.guards.budgets.limits
        self._guards = Guards(Budgets(limits=limits, purse=MemoryPurse(spent)))
        self._spent = spent
        self._seen: dict[Pair, set[str]] = {}
        self._shares: dict[tuple[str, str], Share] = {}
        self._accounts: dict[str, Account] = {}
        self._waiting: Counter[str] = Counter()
        self._hits = 0

    def add(self, pair: Pair, texts: Iterable[str], titles: set[str]) -> None:
        seen = self._seen.setdefault(pair, set())
        new = [text for text in dict.fromkeys(texts) if text.strip() and text not in seen]
        seen.update(new)
        known = self._memory.lookup(pair, new, self._routes.names_of(pair))
        self._hits += len(known)
        todo = [text for text in new if text not in known]
        engines = self._routes.direct(pair)
        legs = self._routes.legs(pair)
        if engines:
            self._charge(engines, pair, todo, titles)
        elif legs and todo:
            self.add(legs[0], todo, titles)
            middle = self._memory.lookup(legs[0], todo, self._routes.names_of(legs[0]))
            second = {text: middle[text].text if text in middle else text for text in todo}
            self.add(legs[1], second.values(), {second[text] for text in todo if text in titles})
        else:
            self._waiting[self._routes.missing(pair) or f"no engine translates {pair}"] += len(todo)

    def _charge(self, engines: Iterable[Engine], pair: Pair, texts: list[str], titles: set[str]) -> None:
        """To the first engine, and what it has no budget for to the next, as far as the configuration says so."""
        reason = ""
        for engine in engines:
            affordable, too_much = self._guards.afford(engine.name, texts, titles)
            self._book(engine, pair, affordable, too_much)
            if not too_much:
                return
            texts, reason = too_much, self._guards.spent[engine.name]
            if self._guards.budgets.holds(engine.name):
                break
        self._waiting[reason] += len(texts)

    def _book(self, engine: Engine, pair: Pair, sent: list[str], refused: list[str]) -> None:
        share = self._shares.setdefault((engine.name, str(pair)), Share(engine=engine.name, pair=str(pair)))
        characters = sum(map(len, sent))
        share.sentences += len(sent)
        share.characters += characters
        share.cost += characters * engine.facts.price / 1e6
        limit = self._guards.budgets.limits.get(engine.name)
        account = self._accounts.setdefault(
            engine.name,
            Account(budget=limit.characters if limit else 0, spent=self._spent.get(engine.name, 0)),
        )
        account.wanted += characters + sum(map(len, refused))
        account.over += sum(map(len, refused))

    def result(self) -> Estimate:
        shares = sorted(self._shares.values(), key=lambda share: (share.engine, share.pair))
        return Estimate(
            memory_hits=self._hits,
            shares=[share for share in shares if share.sentences],
            accounts=self._accounts,
            waiting_for={reason: count for reason, count in self._waiting.most_common() if count},
        )
