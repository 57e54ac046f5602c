"""Canonical JSON: one byte string per value, so that a digest means the same for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Any, Final, TypeAlias

# The text of what is plain already: ``dumps`` would walk it once more.
encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
# The same of a text alone, several times as fast.
quoted: Final = encode_basestring
# What says nothing, and cannot be made to.
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_PLAIN: Final = frozenset({str, int, bool, type(None)})
Json: TypeAlias = bool | int | str | Sequence["Json"] | Mapping[str, "Json"] | None


def instant(at: datetime) -> str:
    """An aware moment as UTC text with microseconds: ``2022-09-10T04:00:00.000000Z``."""
    # Two moments of the hour that comes twice are equal but for their fold.
    return _instant(at, at.fold)


@lru_cache(maxsize=4_096)
def _instant(at: datetime, fold: int) -> str:
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


class Ready(str):
    """Text that is canonical JSON already; as a value of what ``dumps`` is given it goes in as it is."""

    __slots__ = ()


def plain(value: object) -> Json:
    """The value in the types of canonical JSON: decimals and dates become text, floats are refused.

    Source: the shape of RFC 8785, without floating-point numbers, so that 28.6 stays 28.6.
    """
    kind = value.__class__
    if kind in _PLAIN:
        return value  # type: ignore[return-value]
    # Nearly everything is made of texts and these two, and most of what they hold is plain already.
    if kind is dict or kind is list:
        return _shallow(value)
    match value:
        case int() | str():
            return value
        case Decimal():
            return format(value, "f")
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            items = sorted(value) if isinstance(value, set | frozenset) else value
            return [plain(item) for item in items]
    raise TypeError(f"{type(value).__name__} has no canonical JSON form")


def _shallow(value: Any) -> Json:
    if value.__class__ is list:
        return [item if item.__class__ in _PLAIN else plain(item) for item in value]
    return {
        key if key.__class__ is str else str(key): item if item.__class__ in _PLAIN else plain(item)
        for key, item in value.items()
    }


def dumps(value: object) -> str:
    """Canonical JSON text: sorted keys, no spaces, UTF-8 characters kept."""
    if isinstance(value, Mapping) and any(item.__class__ is Ready for item in value.values()):
        parts = (
            f"{encode(str(key))}:{item if item.__class__ is Ready else dumps(item)}" for key, item in _sorted(value)
        )
        return f"{{{','.join(parts)}}}"
    return encode(plain(value))


def _sorted(value: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    return sorted(value.items(), key=lambda pair: str(pair[0]))


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, as 64 hex characters."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
