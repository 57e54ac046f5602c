"""The query options of an address: which are known, and that each says something sensible."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest

from yibiao.core.problems import refuse
from yibiao.records.odata import problems, syntax
from yibiao.records.odata.syntax import Node, Order, Step

KNOWN: Final = (
    "$filter", "$orderby", "$select", "$expand", "$top", "$skip", "$count", "$skiptoken", "$apply", "$format", "$wkt",
)  # fmt: skip
PAGE_LIMIT: Final = 10_000
_HIGHEST: Final = 10**9


@dataclass(frozen=True, slots=True)
class Mark:
    """The last row of a page, by which the next one continues; it need not exist any more."""

    received_at: datetime
    id: str
    item: int = -1


@dataclass(frozen=True, slots=True)
class Options:
    condition: Node | None = None
    deleted: bool = False
    orders: tuple[Order, ...] = ()
    select: frozenset[str] = frozenset()
    expand: bool = False
    top: int | None = None
    skip: int = 0
    count: bool = False
    after: Mark | None = None
    steps: tuple[Step, ...] = ()
    wkt: bool = False
    given: dict[str, str] = field(default_factory=dict)


def read(request: HttpRequest) -> Options:
    """Raises: ``records.odata.malformed|unsupported``."""
    given = _given(request)
    expand, select = given.get("$expand", ""), given.get("$select", "")
    if expand not in ("", "*"):
        raise refuse(problems.UNSUPPORTED.at(feature=f"$expand={expand[:60]}"))
    if expand and select:
        raise refuse(problems.UNSUPPORTED.at(feature="$expand + $select"))
    after = mark(given["$skiptoken"]) if "$skiptoken" in given else None
    if after and ("$orderby" in given or "$apply" in given):
        raise refuse(problems.UNSUPPORTED.at(feature="$skiptoken + $orderby / $apply"))
    top = _number(given, "$top", None)
    preferred = re.search(r"maxpagesize=(\d{1,9})", request.headers.get("Prefer", ""))
    if preferred and top is None:
        top = max(1, int(preferred[1]))
    return Options(
        condition=syntax.condition(given["$filter"]) if "$filter" in given else None,
        deleted="__system/deletedAt" in given.get("$filter", "") + given.get("$apply", ""),
        orders=syntax.orders(given["$orderby"]) if "$orderby" in given else (),
        select=frozenset(part.strip() for part in select.split(",")) - {"*"} if select else frozenset(),
        expand=expand == "*",
        top=top,
        skip=0 if after else _number(given, "$skip", 0) or 0,
        count=_flag(given, "$count"),
        after=after,
        steps=syntax.steps(given["$apply"]) if "$apply" in given else (),
        wkt=_flag(given, "$wkt"),
        given=given,
    )


def token(last: Mark) -> str:
    """A mark as text that says nothing to anybody else."""
    text = json.dumps([last.received_at.astimezone(UTC).isoformat(), last.id, last.item])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def mark(text: str) -> Mark:
    """Raises: ``records.odata.malformed``."""
    try:
        held = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        at, id, item = held
        found = Mark(datetime.fromisoformat(at), str(id), int(item))
        if found.received_at.tzinfo is None:
            raise ValueError(at)
    except (ValueError, TypeError, binascii.Error, UnicodeError, RecursionError):
        raise refuse(problems.MALFORMED.at(option="$skiptoken", text=text[:40])) from None
    return found


def _given(request: HttpRequest) -> dict[str, str]:
    """The options that begin with a dollar sign; anything else in an address is somebody's own."""
    found: dict[str, str] = {}
    for name, values in request.GET.lists():
        if not name.startswith("$"):
            continue
        if name not in KNOWN:
            raise refuse(problems.UNSUPPORTED.at(feature=name[:40]))
        if len(values) > 1 or "\x00" in values[0]:
            raise refuse(problems.MALFORMED.at(option=name, text=" ".join(values)[:80].replace("\x00", "")))
        found[name] = values[0]
    return found


def _number(given: dict[str, str], name: str, default: int | None) -> int | None:
    text = given.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) > _HIGHEST:
        raise refuse(problems.MALFORMED.at(option=name, text=text[:40]))
    return int(text)


def _flag(given: dict[str, str], name: str) -> bool:
    text = given.get(name, "false").lower()
    if text not in ("true", "false"):
        raise refuse(problems.MALFORMED.at(option=name, text=text[:40]))
    return text == "true"
