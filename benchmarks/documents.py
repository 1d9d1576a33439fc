"""Random nested documents over given sentences, for measures of the markup projection. The same for one seed."""

import html
import random
from collections.abc import Iterator, Sequence

_COSMETICS = ("b", "i", "em", "strong", "u")
_WRAPS = ("div", "blockquote", "section")


def documents(sentences: Sequence[str], count: int, seed: int = 1) -> Iterator[str]:
    """Blocks in blocks; links, emphasis and images over random words, one in another too."""
    chance = random.Random(seed)
    for _ in range(count):
        yield "".join(_block(sentences, chance, 0) for _ in range(chance.randint(2, 4)))


def _block(sentences: Sequence[str], chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if kind < 0.2 and depth < 3:
        name = chance.choice(_WRAPS)
        inner = "".join(_block(sentences, chance, depth + 1) for _ in range(chance.randint(1, 3)))
        return f"<{name}>{inner}</{name}>"
    if kind < 0.35:
        items = "".join(f"<li>{_inline(_text(sentences, chance, 1), chance)}</li>" for _ in range(2))
        return f"<ul>{items}</ul>"
    if kind < 0.45:
        return f"<h2>{_inline(_text(sentences, chance, 1), chance)}</h2>"
    return f"<p>{_inline(_text(sentences, chance, chance.randint(1, 3)), chance)}</p>"


def _text(sentences: Sequence[str], chance: random.Random, count: int) -> list[str]:
    return " ".join(chance.choice(sentences) for _ in range(count)).split(" ")


def _inline(words: Sequence[str], chance: random.Random, *, link: bool = True, depth: int = 0) -> str:
    """The words with elements over random stretches of them; no link stands in a link."""
    parts: list[str] = []
    at = 0
    while at < len(words):
        size = chance.randint(1, 4)
        stretch = words[at : at + size]
        kind = chance.random()
        if kind < 0.05:
            parts.append(f'<img src="i{chance.randrange(10**6)}" alt="">')
        elif kind < 0.13 and link:
            inner = _inline(stretch, chance, link=False, depth=depth + 1)
            parts.append(f'<a href="h{chance.randrange(10**6)}">{inner}</a>')
            at += size
        elif kind < 0.25 and depth < 3:
            name = chance.choice(_COSMETICS)
            parts.append(f"<{name}>{_inline(stretch, chance, link=link, depth=depth + 1)}</{name}>")
            at += size
        else:
            parts.append(" ".join(html.escape(word, quote=False) for word in stretch))
            at += size
    return " ".join(parts)
