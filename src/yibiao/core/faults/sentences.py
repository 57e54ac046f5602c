"""Where a clause and a sentence begin and end."""

from __future__ import annotations

import re
from typing import Final

_CLAUSE_ENDS: Final = "，。；：！？,;!?:\n\r"
_SENTENCE_END: Final = re.compile(r"[。；！？;!?\n\r]")


def clause_start(text: str, at: int, farthest: int) -> int:
    """Where the clause begins in which a place stands, at most so many characters before it."""
    limit = max(0, at - farthest)
    start = at
    while start > limit and text[start - 1] not in _CLAUSE_ENDS:
        start -= 1
    return start


def sentence_end(text: str, at: int, farthest: int) -> int:
    """Where the sentence ends in which a place stands, at most so many characters after it."""
    match = _SENTENCE_END.search(text, at, min(len(text), at + farthest))
    return match.start() if match else min(len(text), at + farthest)
