"""What an engine is, as it declares it: for the routes, for `check`, and for the table in docs/engines.md."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`characters` counts as Python counts them, but for engines that say bytes."""

    sends_data_out: bool
    languages: str = "as the service says"  # in words, for people; `supports` answers for a pair
    batch: int | None = 1  # texts in one call of the service; None: any number
    characters: int | None = None  # in one call; None: no limit is known
    utf8: int | None = None  # bytes in one call, where the service counts those
    uses_terms: bool = False  # takes the glossary's terms
    uses_examples: bool = False  # takes remembered translations of similar texts
    supports_html: bool = False  # only told: texts are always sent plain, and the markup laid on afterwards
    asynchronous: bool = False  # answers later
    price: float = 0.0  # for a million characters, as configured

    @property
    def uses_hints(self) -> bool:
        """Whether `translate` makes use of hints."""
        return self.uses_terms or self.uses_examples

    def fits(self, texts: Sequence[str]) -> bool:
        """Whether these texts may go in one call."""
        return (
            (self.batch is None or len(texts) <= self.batch)
            and (self.characters is None or sum(map(len, texts)) <= self.characters)
            and (self.utf8 is None or sum(len(text.encode()) for text in texts) <= self.utf8)
        )

    def batches(self, texts: Sequence[str]) -> Iterator[range]:
        """The texts' places, parted into calls. A text too long for any call stands alone."""
        start = 0
        for end in range(1, len(texts) + 1):
            if end == len(texts) or not self.fits(texts[start : end + 1]):
                yield range(start, end)
                start = end


def described(facts: Facts) -> str:
    """The facts in words, for `check`."""
    size = [f"{facts.batch} texts"] if facts.batch and facts.batch > 1 else []
    size += [f"{_number(facts.characters)} characters"] if facts.characters else []
    size += [f"{_number(facts.utf8)} bytes"] if facts.utf8 else []
    parts = [
        "sends texts out" if facts.sends_data_out else "texts stay on this machine",
        f"{', '.join(size)} a call" if size else "",
        "takes terms and examples" if facts.uses_examples else "takes terms" if facts.uses_terms else "",
        "answers later" if facts.asynchronous else "",
        f"{facts.price:.2f} a million characters" if facts.price else "",
    ]
    return "; ".join(part for part in parts if part)


def _number(value: int) -> str:
    return f"{value:_}".replace("_", " ")
