"""The marks of a checked text: one for each numeral, one for each cited number, a line under each fault."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext

from yibiao.bulletins.types import Check, Citation, Judged
from yibiao.core.faults import Fault
from yibiao.core.reading import Run
from yibiao.desk import addresses, border, checking
from yibiao.desk.marking import Block, Span, blocks
from yibiao.figures.types import Query

_CITED: Final = re.compile(r"\{\{[^{}\n]*\}\}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked numeral. ``number`` is its place in the list of claims, 0 for one that claims nothing.

    A cited number has a ``url`` and is no claim to be judged; ``proposed`` is the indicator that a claim may mean, and
    ``source`` where it stands in the source of an editor: its start and its length.
    """

    number: int
    key: str
    colour: str
    name: str
    said: str = ""
    url: str = ""
    card: str = ""
    proved: bool = True
    moved: bool = False
    proposed: str = ""
    label: str = ""
    source: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Underline:
    """A fault of the text itself, as a page shows it."""

    number: int
    type: str
    name: str
    certainty: str
    said: str
    surface: str
    line: int

    @property
    def weight(self) -> str:
        return checking.certainty(self.certainty)


def text(check: Check, *, cited: Sequence[Span[Mark]] = (), source: Callable[[int], int] | None = None) -> list[Block]:
    """The text in blocks with every numeral marked and every fault underlined.

    ``cited`` are marks that stand before those of the check; ``source`` says where an offset of the text stands in the
    source of an editor.
    """
    found = [Span(one.run.start, one.run.end, judged(number, one)) for number, one in enumerate(check.judged, 1)]
    found += [Span(run.start, run.end, other(run)) for run in check.others]
    kept = _apart(sorted(found, key=lambda span: span.start), _doubted(check, cited))
    if source is not None:
        kept = [_placed(span, source) for span in kept]
    under = [Span(one.start, one.end, made) for one, made in zip(check.faults, faults(check), strict=True)]
    return list(blocks(check.text, kept, under))


def judged(number: int, one: Judged) -> Mark:
    """The mark of a claim, or of a numeral that could not be read."""
    said = gettext("第 %(number)s 处“%(phrase)s”：%(verdict)s")
    name = said % {"number": number, "phrase": one.run.surface, "verdict": checking.verdict(one.verdict)}
    return Mark(
        number,
        one.key,
        "unread" if one.run.claim is None else one.colour,
        name,
        one.said.of(border.language()),
        proposed=one.match.indicator.partition(".")[2] if one.match else "",
        label=one.match.label.of(border.language()) if one.match else "",
    )


def other(run: Run) -> Mark:
    return Mark(0, "", "other", checking.kind(run.kind))


def cited(
    citations: Iterable[Citation], program: str, as_of: int | None, moved: Iterable[Span[None]] = ()
) -> list[Span[Mark]]:
    """The marks of cited numbers, each with the address of its figure and of its card."""
    changed = {(one.start, one.end) for one in moved}
    found = []
    for one in citations:
        query = Query(one.indicator, program, one.place, one.period, as_of)
        made = Mark(
            0,
            one.indicator,
            "cited",
            "",
            url=addresses.figure(query),
            card=addresses.figure(query, "desk_figure_card"),
            proved=one.value is not None,
            moved=(one.start, one.end) in changed,
        )
        found.append(Span(one.start, one.end, made))
    return found


def faults(check: Check) -> list[Underline]:
    return [_underline(number, check.text, one) for number, one in enumerate(check.faults, 1)]


def in_source(source: str, text: str, citations: Sequence[Citation]) -> Callable[[int], int]:
    """Where an offset of a bulletin's text stands in its source, in which the cited numbers are marks in braces."""
    starts, shifts = [0], [0]
    written = {one.start: one.end for one in citations}
    for mark in _CITED.finditer(source):
        at = mark.start() - shifts[-1]
        if at in written:
            starts.append(written[at])
            shifts.append(mark.end() - written[at])
    return lambda offset: offset + shifts[bisect_right(starts, offset) - 1]


def _doubted(check: Check, cited: Sequence[Span[Mark]]) -> list[Span[Mark]]:
    """The marks of cited numbers; one that does not hold wears its colour and says why."""
    wrong = {one.run.start: one for one in check.judged if one.colour in ("red", "amber")}

    def made(span: Span[Mark]) -> Span[Mark]:
        one = next((wrong[at] for at in range(span.start, span.end) if at in wrong), None)
        if one is None:
            return span
        said = one.said.of(border.language())
        return Span(
            span.start, span.end, replace(span.what, colour=one.colour, name=checking.verdict(one.verdict), said=said)
        )

    return [made(span) for span in cited] if wrong else list(cited)


def _apart(found: Sequence[Span[Mark]], taken: Sequence[Span[Mark]]) -> list[Span[Mark]]:
    """All marks in order, without those that overlap one that stands before them."""
    before = sorted(taken, key=lambda span: span.start)
    starts = [span.start for span in before]

    def free(span: Span[Mark]) -> bool:
        at = bisect_right(starts, span.start)
        return not (at and before[at - 1].end > span.start) and not (at < len(starts) and starts[at] < span.end)

    return sorted([*before, *(span for span in found if free(span))], key=lambda span: span.start)


def _placed(span: Span[Mark], source: Callable[[int], int]) -> Span[Mark]:
    if not span.what.number:
        return span
    start = source(span.start)
    return Span(span.start, span.end, replace(span.what, source=(start, source(span.end - 1) + 1 - start)))


def _underline(number: int, text: str, one: Fault) -> Underline:
    line, _ = checking.position(text, one.start)
    surface, said = one.context or one.surface, one.note(border.language())
    return Underline(number, one.type, checking.fault(one.type), one.certainty, said, surface, line)
