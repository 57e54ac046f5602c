"""The claims of a text with the words around each: what matching looks at, and nothing of any figure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from yibiao.bulletins import denials
from yibiao.core.reading import Reading, Run, read

# How much a word says of a claim, by where it stands. Weighed on the development page and bulletins.
ZONES: Final[Mapping[str, float]] = {
    "near": 1.0,  # between the signs or numbers on both sides
    "read": 1.0,  # what the reading says is counted
    "clause": 0.85,  # before it, up to a comma
    "after": 0.8,  # behind it, up to a comma or the next number
    "sentence": 0.75,  # before it, up to a full stop
    "list": 0.65,  # behind the next number, up to a comma: 200个市级、400个县区级“幸福小区”
    "behind": 0.5,  # behind the comma, up to a full stop
    "paragraph": 0.3,  # sentences before
}
MOST_CLAIMS: Final = 2_000
_SENTENCE_ENDS: Final = "。！？!?；;\n"
_CLAUSE_ENDS: Final = _SENTENCE_ENDS + "，,：:"
_LIST: Final = _CLAUSE_ENDS + "、"
_FAR: Final = 24
_BEHIND: Final = 40
_LONGEST: Final = 400
_LONGEST_PHRASE: Final = 60
_NOISE: Final = re.compile(r"[^\u4e00-\u9fffA-Za-z]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A number that claims something. ``phrase`` is what it counts, in the text's own words.

    ``words`` weighs every two characters that stand together near it; ``near`` are the words that belong to it alone.
    ``whole`` is the index of the claim of which it says a part, None if of none.
    """

    run: Run
    key: str
    phrase: str
    near: str
    words: Mapping[str, float]
    before: str
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A text as read: its claims in order, what could not be read, and the numerals that claim nothing.

    ``beyond`` are the claims of a very long text that are too many to look at one by one.
    """

    reading: Reading
    claims: tuple[Claim, ...]
    unread: tuple[Run, ...]
    others: tuple[Run, ...]
    beyond: tuple[Run, ...] = ()


@lru_cache(maxsize=16)
def claims(text: str) -> Read:
    """Every numeral of a text, and its claims in words only."""
    reading = read(text)
    said = sorted([*reading.claims(), *denials.find(text, reading.runs)], key=lambda run: run.start)
    made = _claims(text, said[:MOST_CLAIMS], reading)
    unread = tuple(run for run in reading.runs if run.claim is None)
    return Read(
        reading,
        tuple(made),
        unread,
        tuple(run for run in reading.runs if run.claim is False),
        tuple(said[MOST_CLAIMS:]),
    )


def bigrams(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def plain(text: str) -> str:
    """Only the letters of a phrase: signs, digits and spaces say nothing of what is counted."""
    return _NOISE.sub("", text)


def _claims(text: str, runs: Sequence[Run], reading: Reading) -> Iterator[Claim]:
    indexes = {id(run): index for index, run in enumerate(runs)}
    seen: dict[str, int] = {}
    for index, run in enumerate(runs):
        previous = runs[index - 1].end if index else 0
        following = runs[index + 1].start if index + 1 < len(runs) else len(text)
        left, right = _own(text, run, previous, following)
        near = plain(left) + "|" + plain(right)
        start = _back(text, run.start, _CLAUSE_ENDS)
        sentence = _back(text, run.start, _SENTENCE_ENDS)
        read_as = plain(f"{run.scope}|{run.verb}|{run.noun}")
        stop, end = _forth(text, run.end, _CLAUSE_ENDS), _forth(text, run.end, _SENTENCE_ENDS)
        zones = {
            "paragraph": _zone(text, _back(text, sentence, "\n"), sentence),
            "behind": _zone(text, stop, end),
            "list": _zone(text, min(stop, following), stop),
            "sentence": _zone(text, sentence, run.start),
            "after": _zone(text, run.end, min(stop, following)),
            "clause": _zone(text, start, run.start),
            "read": read_as,
            "near": near,
        }
        words: dict[str, float] = {}
        for name, said in zones.items():
            words |= dict.fromkeys(bigrams(said), ZONES[name])
        phrase = _phrase(run, text[start : run.start] + "|" + right)
        name = hashlib.sha256(phrase.encode()).hexdigest()[:16]
        seen[name] = seen.get(name, 0) + 1
        key = name if seen[name] == 1 else f"{name}-{seen[name]}"
        whole = indexes.get(id(reading.runs[run.whole])) if run.whole is not None else None
        yield Claim(run, key, phrase, near, words, text[sentence : run.start], whole)


def _own(text: str, run: Run, previous: int, following: int) -> tuple[str, str]:
    """The words that no other number can claim: from the sign or number before to the sign or number after."""
    start = max(_back(text, run.start, _LIST), previous)
    end = run.end
    while end < min(following, run.end + _FAR) and text[end] not in _LIST:
        end += 1
        if text[end - 1] in "（(":
            closing = re.compile("[）)]").search(text, end, min(following, end + _FAR))
            end = closing.end() if closing else end
    return text[start : run.start], text[run.end : end]


def _back(text: str, at: int, signs: str) -> int:
    """Where the part that ends at an offset begins; signs within brackets do not part."""
    depth, least = 0, max(0, at - _LONGEST)
    while at > least:
        sign = text[at - 1]
        if sign in "）)":
            depth += 1
        elif sign in "（(":
            depth = max(0, depth - 1)
        elif sign in signs and (not depth or sign == "\n"):
            return at
        at -= 1
    return at


def _forth(text: str, at: int, signs: str) -> int:
    """Where the part that begins at an offset ends; not far, for words far behind a number seldom say what it is."""
    end, depth = min(len(text), at + _BEHIND), 0
    for index in range(at, end):
        sign = text[index]
        depth += (sign in "（(") - (sign in "）)")
        if sign in signs and (depth <= 0 or sign == "\n"):
            return index
    return end


def _zone(text: str, start: int, end: int) -> str:
    return _NOISE.sub("|", text[start:end])


def _phrase(run: Run, around: str) -> str:
    """Where the reading found nothing that is counted, the clause around the number stands for it."""
    said = plain(f"{run.scope}{run.verb}{run.noun}") or plain(around)
    if len(said) > _LONGEST_PHRASE:
        said = plain(f"{run.verb}{run.noun}") or said
    return said[-_LONGEST_PHRASE:]
