"""Parallel texts for the benchmarks: a folder with LANG.txt for each language, the same sentence on the same line."""

import argparse
from pathlib import Path


class Texts:
    """The languages of a folder, and the lines of each."""

    def __init__(self, folder: Path) -> None:
        self._lines = {
            path.stem: [
                line.strip() for line in path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
            ]
            for path in sorted(folder.glob("??.txt"))
        }
        if len({len(lines) for lines in self._lines.values()}) != 1:
            raise argparse.ArgumentTypeError(
                f"{folder}: no LANG.txt files with the same number of lines each"
            )

    def __getitem__(self, language: str) -> list[str]:
        return self._lines[language]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._lines)


def texts(folder: str) -> Texts:
    return Texts(Path(folder))
