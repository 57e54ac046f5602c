"""The unified social credit code (统一社会信用代码): its two check characters.

Codes with a wrong check character are in lawful use, so whoever finds one warns and never refuses.
"""

from __future__ import annotations

import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_INNER_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_INNER: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def last(code: str) -> str:
    """The 18th character that follows from the first 17.

    **Source**: GB 32100-2015, 5.6: weights 3^(i−1) mod 31, check 31 − (sum mod 31).
    """
    total = sum(ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return ALPHABET[-total % 31]


def inner(code: str) -> str:
    """The 17th character, the check of the organisation code, that follows from the eight before it.

    **Source**: GB 11714-1997: 11 − (sum mod 11), where 10 is X and 11 is 0.
    """
    total = sum(_INNER.index(char) * weight for char, weight in zip(code[8:16], _INNER_WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def doubts(code: str) -> tuple[str, ...]:
    """What is odd about a code: ``shape`` alone, or ``inner`` and ``last`` where a check character does not fit."""
    if len(code) != 18 or any(char not in ALPHABET for char in code):
        return ("shape",)
    found = (("inner", code[16] != inner(code)), ("last", code[17] != last(code)))
    return tuple(name for name, wrong in found if wrong)


def plain(text: str) -> str:
    """A code as it is written: in capitals, without spaces; ９１ and 91 are the same."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())
