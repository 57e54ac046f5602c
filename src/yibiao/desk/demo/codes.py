"""Unified social credit codes for invented enterprises: well formed, and of nobody."""

from __future__ import annotations

_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(county: str, serial: int, *, family: str = "YB") -> str:
    """An 18-character code of a county (its first six digits).

    The organisation code begins with two letters that no register office gives out.

    Source: GB 32100-2015; GB 11714-1997 for the ninth character of the organisation code.
    """
    body = f"{family}{serial:06d}"
    code = f"91{county[:6]}{body}{_inner_check(body)}"
    return code + check_character(code)


def check_character(code: str) -> str:
    """The eighteenth character for the first seventeen: weights are the powers of 3 modulo 31."""
    total = sum(_DIGITS.index(each) * pow(3, place, 31) for place, each in enumerate(code))
    return _DIGITS[-total % 31]


def _inner_check(body: str) -> str:
    total = sum(int(each, 36) * weight for each, weight in zip(body, _INNER_WEIGHTS, strict=True))
    check = -total % 11
    return "X" if check == 10 else str(check)
