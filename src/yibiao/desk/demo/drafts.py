"""One draft for every program, with mistakes put into it on purpose, so that the page of the draft check is alive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from yibiao.bulletins.types import Citation

TITLE: Final = "样例（有意写错几处）："
_DIGITS: Final = re.compile(r"\d+")
_PLAIN: Final = re.compile(r"\d+\D*")
_SWAPS: Final = (("人次", "人"), ("余", "近"))


def seeded(text: str, citations: Sequence[Citation]) -> str:
    """A bulletin's text with a changed digit, a wrong unit, a false hedge, and a paragraph that stands twice."""
    said = text
    for start, end, wording in sorted(_mistakes(citations), reverse=True):
        said = f"{said[:start]}{wording}{said[end:]}"
    paragraphs = [one for one in said.split("\n") if len(one) > 30]
    return f"{said.rstrip()}\n\n{paragraphs[-1]}\n" if paragraphs else said


def _mistakes(citations: Sequence[Citation]) -> Iterable[tuple[int, int, str]]:
    """At most one mistake of each kind, each in another number."""
    plain = [one for one in citations if one.value is not None and _PLAIN.fullmatch(one.wording) and one.value >= 10]
    used: set[int] = set()
    if plain:
        one = plain[len(plain) // 2]
        used.add(one.start)
        yield one.start, one.end, _DIGITS.sub(_other, one.wording, count=1)
    for old, new in _SWAPS:
        found = next((one for one in citations if old in one.wording and one.start not in used), None)
        if found is not None:
            used.add(found.start)
            wording = found.wording.replace(old, "") if old == "余" else found.wording.replace(old, new)
            yield found.start, found.end, f"{new}{wording}" if old == "余" else wording


def _other(match: re.Match[str]) -> str:
    """The same number with another last digit but one."""
    digits = match[0]
    at = max(0, len(digits) - 2)
    return f"{digits[:at]}{(int(digits[at]) + 3) % 9 + 1}{digits[at + 1 :]}"
