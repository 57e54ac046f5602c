"""The names of a pack's indicators, and how much of each of them the words around a number say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from yibiao.bulletins.phrasing import ZONES, bigrams, plain
from yibiao.figures.types import Indicator

# What each kind of name is worth.
NAMES: Final[Mapping[str, float]] = {"label": 1.0, "alias": 1.0, "counts": 0.94}
# Letters of grammar: that a text says them means nothing.
_EMPTY: Final = frozenset("的和与及等各共已了在为是有由其或")


@dataclass(frozen=True, slots=True)
class Learned:
    """A phrasing that was confirmed before."""

    indicator: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An indicator; ``pairs`` are all pairs of letters in any of its names."""

    indicator: Indicator
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Name:
    entry: int
    alias: bool
    worth: float
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``found`` gives, for a pair of letters, the names that have it, and where: (name, first letter of the pair)."""

    entries: tuple[Entry, ...]
    taught: Mapping[str, frozenset[str]]
    names: tuple[_Name, ...]
    found: Mapping[str, Sequence[tuple[int, int]]]

    def said(self, words: Mapping[str, float]) -> dict[int, tuple[float, bool]]:
        """For each entry of which anything is said: how much of its best name (0–1), and whether that is an alias.

        A letter counts as much as the nearest pair that it stands in; rare letters weigh more than common ones.
        """
        letters: dict[int, list[float]] = {}
        for pair in words.keys() & self.found.keys():
            near = words[pair]
            for number, at in self.found[pair]:
                row = letters.get(number)
                if row is None:
                    row = letters[number] = [0.0] * len(self.names[number].weights)
                if near > row[at]:
                    row[at] = near
                if near > row[at + 1]:
                    row[at + 1] = near
        best: dict[int, tuple[float, bool]] = {}
        for number, row in letters.items():
            name = self.names[number]
            if len(row) == 2 and min(row) < ZONES["clause"]:
                continue  # a short name far from the number is as likely to belong to another
            score = name.worth * sum(map(float.__mul__, name.weights, row))
            if score > best.get(name.entry, (0.0, False))[0]:
                best[name.entry] = (score, name.alias)
        return best


@lru_cache(maxsize=64)
def lexicon(indicators: tuple[Indicator, ...], learned: tuple[Learned, ...] = ()) -> Lexicon:
    """The lexicon of a set of indicators and of what was learned; kept, because both seldom change."""
    taught: dict[str, frozenset[str]] = {}
    for one in learned:
        taught[one.phrase] = taught.get(one.phrase, frozenset()) | {one.indicator}
    said = [_names(one, [each.phrase for each in learned if each.indicator == one.ref]) for one in indicators]
    shared = Counter(letter for names in said for letter in {sign for _, text in names for sign in text})
    weights = {letter: math.log(1 + len(indicators) / count) for letter, count in shared.items()}
    weights |= dict.fromkeys(_EMPTY, 0.0)
    made: list[_Name] = []
    found: dict[str, list[tuple[int, int]]] = {}
    for entry, names in enumerate(said):
        for how, text in names:
            for at in range(len(text) - 1):
                found.setdefault(text[at : at + 2], []).append((len(made), at))
            heavy = tuple(weights[sign] for sign in text)
            made.append(_Name(entry, how == "alias", NAMES[how] / (sum(heavy) or 1.0), heavy))
    entries = tuple(
        Entry(one, frozenset().union(*(bigrams(text) for _, text in names)))
        for one, names in zip(indicators, said, strict=True)
    )
    return Lexicon(entries, taught, tuple(made), found)


def _names(one: Indicator, taught: Sequence[str]) -> tuple[tuple[str, str], ...]:
    said = [("label", plain(one.label.zh)), ("counts", plain(one.counts.zh.partition("，")[0]))]
    said += [("alias", plain(text)) for text in (*one.aliases, *taught)]
    return tuple(dict.fromkeys((how, text) for how, text in said if len(text) > 1))
