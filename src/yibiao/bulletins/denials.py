"""Claims in words only: that nothing happened, or that nothing was reported. Each is a nought to be proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from yibiao.core.intervals import Interval
from yibiao.core.reading import Run

_NOUGHT: Final = Interval(Decimal(0), Decimal(0))
_SAID: Final = re.compile(
    r"(?P<verb>未接到|未接报|未收到|没有接到|没有收到|未发生|没有发生|未出现|没有出现|未造成|没有造成|无一发生)"
    r"(?P<what>[^。！？；;，,：:\n“”\"]{2,60})"
)
_REPORT: Final = re.compile(r"(的)?(报告|报警|警情报告|情况报告)$")
_JOINT: Final = re.compile(r"、|以及|及|和|或")
# 连续14个月未发生…: there the number is the claim, and these words are what it counts.
_STREAK: Final = re.compile(r"连续[^。，；\n]{0,20}$")


def find(text: str, runs: Sequence[Run]) -> Iterator[Run]:
    """One run for everything that is said not to have happened: in a list, for each thing of the list."""
    for match in _SAID.finditer(text):
        clause = text[max(0, match.start() - 24) : match.start()]
        if _STREAK.search(clause) or any(run.claim and _meet(run, match.start(), match.end()) for run in runs):
            continue
        yield from _items(text, match)


def _items(text: str, match: re.Match[str]) -> Iterator[Run]:
    verb, what = match["verb"], match["what"]
    report = _REPORT.search(what)
    end = report.start() if report else len(what)
    parts, at = [], 0
    for joint in _JOINT.finditer(what, 0, end):
        parts.append((at, joint.start()))
        at = joint.end()
    parts.append((at, end))
    parts = [(start, stop) for start, stop in parts if stop - start > 1]
    for index, (start, stop) in enumerate(parts):
        # The first takes the verb along; one alone is the whole phrase.
        first = match.start() if not index else match.start("what") + start
        last = match.end() if len(parts) == 1 else match.start("what") + stop
        noun = what[start:stop].removeprefix("其他")
        yield Run(
            start=first,
            end=last,
            surface=text[first:last],
            num_start=first,
            num_end=first,
            num="",
            claim=True,
            kind="zero",
            value=Decimal(0),
            interval=_NOUGHT,
            precision="exact",
            verb=verb,
            noun=noun,
        )


def _meet(run: Run, start: int, end: int) -> bool:
    return run.start < end and start < run.end
