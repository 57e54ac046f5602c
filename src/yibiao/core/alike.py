"""Names that say the same in different writing: 示例（长春）有限责任公司 and 示例(长春) 有限公司."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Final

LENGTH: Final = 200
# The longest first: what begins another ending must not be cut off before it.
_FORMS: Final = (
    ("股份有限责任公司", "股份公司"),
    ("股份有限公司", "股份公司"),
    ("有限责任公司", "公司"),
    ("有限公司", "公司"),
    ("责任公司", "公司"),
)


def folded(name: str) -> str:
    """A name without what people write differently: width, case, spaces, punctuation, the words for a company's form.

    **Missing**: empty where nothing is left to compare.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = "".join(char for char in text if unicodedata.category(char)[0] in "LN")
    for written, same in _FORMS:
        text = text.replace(written, same)
    return text[:LENGTH]


def likeness(one: str, other: str) -> float:
    """How much two texts are alike, from 0 to 1: twice the pairs of characters that both have, over all pairs."""
    left, right = _pairs(folded(one)), _pairs(folded(other))
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def _pairs(text: str) -> Counter[str]:
    return Counter(text[at : at + 2] for at in range(len(text) - 1))
