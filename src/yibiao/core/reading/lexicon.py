"""The lexicon of the reader, read once from ``lexicon.toml``: measure words, and closed lists of what is no claim."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

_DATA: Final[Mapping[str, Any]] = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_DATA[name]["words"].split())


IDIOMS: Final = _words("idioms")
SLOGANS: Final = _words("slogans")
ERAS: Final = _words("eras")
HOTLINES: Final = _words("hotlines")
ZEROS: Final = _words("zeros")
VERBS: Final = _words("verbs")
TIMES: Final = frozenset(_DATA["times"]["of"].split())

_LOOKING: Final = re.compile(r"\(\?[!=](?:[^()]|\([^()]*\))*\)|[()?:|\[\]]")


def either(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


def measures() -> tuple[str, ...]:
    """Patterns of all measure words, the longest first, so that 个月 is found before 个."""
    found = [pair for section in _DATA["measures"].values() for pair in _section(section)]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(dict.fromkeys(pattern for _, pattern in found))


def _section(section: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for word in section["words"].split():
        yield len(word), re.escape(word)
    for word, signs in section.get("not_before", {}).items():
        yield len(word), f"{re.escape(word)}(?![{signs}])"
    for word, signs in section.get("only_before", {}).items():
        yield len(word), f"{re.escape(word)}(?=[{signs}])"
    for pattern in section.get("patterns", ()):
        yield len(_LOOKING.sub("", pattern)), pattern
