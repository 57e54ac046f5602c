"""Reads of the tree of places. Places are public: no scope is asked for."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final, TypeAlias, TypeVar, cast

from django.db import connection
from django.db.models import Max, Q, QuerySet

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.places import problems
from yibiao.places.initials import initials as initials
from yibiao.places.models import Edition as EditionRow
from yibiao.places.models import Node, Succession
from yibiao.places.types import LEVELS, Edition, Place, PlaceDraft, Seat, Stamp

_RANK: Final = {name: n for n, name in enumerate(LEVELS)}
_HIGH: Final = LEVELS.index("community")
_SPARE: Final = 180
_LONGEST: Final = 20
_Found = TypeVar("_Found")
_Memory: TypeAlias = dict[tuple[object, ...], object]
_MEMORY: ContextVar[tuple[Stamp | None, _Memory] | None] = ContextVar("places_memory", default=None)
# What was looked up in the tree as it stands, kept from page to page.
_REMEMBERED: dict[Stamp, _Memory] = {}
_MOST: Final = 50_000


@contextmanager
def remembered() -> Iterator[None]:
    """Within it a place is looked up once, and not at all if another page did so in the same tree."""
    if _MEMORY.get() is not None:
        yield
        return
    token = _MEMORY.set(_recalled())
    try:
        yield
    finally:
        _MEMORY.reset(token)


def version() -> tuple[int, int]:
    """What changes whenever any edition does: nodes are never changed without others being stored.

    Units: the newest edition, and the newest id of a node, which is never given twice.
    """
    held = _MEMORY.get()
    if held is not None and held[0] is not None:
        return held[0].version
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT MAX(number) FROM places_edition), (SELECT MAX(id) FROM places_node)")
        edition, node = cursor.fetchone()
    return edition or 0, node or 0


def stamp() -> Stamp | None:
    """Equal stamps, equal trees: whatever was found in the tree may be kept under it.

    Missing: None inside a transaction, whose tree may never come to be; nothing may be kept of it.
    """
    held = _MEMORY.get()
    if held is not None:
        return held[0]
    if connection.in_atomic_block:
        return None
    return Stamp(connection.settings_dict["NAME"], version())


def _recalled() -> tuple[Stamp | None, _Memory]:
    now = stamp()
    if now is None:
        return None, {}
    held = _REMEMBERED.get(now)
    if held is None or len(held) > _MOST:
        _REMEMBERED.clear()
        held = _REMEMBERED[now] = {}
    return now, held


def _once(find: Callable[[], _Found], *key: object) -> _Found:
    held = _MEMORY.get()
    if held is None:
        return find()
    memory = held[1]
    if key not in memory:
        return cast(_Found, memory.setdefault(key, find()))
    return cast(_Found, memory[key])


def edition(on: date | None = None) -> Edition:
    """The edition in force on a day (today). A day before the first edition gets the first.

    Raises: places.edition.none.
    """
    day = on or datetime.now(SHANGHAI).date()
    known = editions()
    if not known:
        raise refuse(problems.NO_EDITION.at())
    return next((one for one in reversed(known) if one.valid_from <= day), known[0])


def editions() -> tuple[Edition, ...]:
    """Every edition, oldest first; empty before the first import."""

    def find() -> tuple[Edition, ...]:
        rows = EditionRow.objects.order_by("number")
        return tuple(Edition(row.number, row.valid_from, row.label, row.source) for row in rows)

    return _once(find, "editions")


def place(code: str, *, on: date | None = None) -> Place:
    """The place of a code as of a day (today); a code withdrawn before that day gives what it became.

    Raises: places.place.unknown.
    """
    at = edition(on)
    found = _standing(code, at.number)
    if found is None:
        raise refuse(problems.UNKNOWN.at(code=code, on=on or at.label))
    return _place(found)


def children(code: str, on: date | None = None) -> tuple[Place, ...]:
    """The places directly below, in the order of their codes; of the tops for an empty code."""
    at = edition(on)

    def find() -> tuple[Place, ...]:
        return tuple(map(_place, Node.objects.filter(edition_id=at.number, parent=code).order_by("enter")))

    return _once(find, "children", code, at.number)


def ancestors(code: str, on: date | None = None) -> tuple[Place, ...]:
    """The chain from the top down to the place itself.

    Raises: places.place.unknown.
    """
    chain = [place(code, on=on)]
    # Upwards one by one: a dozen reads of an index, where a filter on the ranges would walk half of the nation.
    while chain[-1].parent:
        chain.append(_above(chain[-1]))
    return tuple(reversed(chain))


def _above(below: Place) -> Place:
    def find() -> Place:
        return _place(Node.objects.get(edition_id=below.edition, code=below.parent))

    return _once(find, "above", below.edition, below.parent)


def descends(code: str, from_code: str, on: date | None = None) -> bool:
    """Whether a place is, or lies below, another; false where either is unknown."""
    at = edition(on)
    below, above = _standing(code, at.number), _standing(from_code, at.number)
    return below is not None and above is not None and above.enter <= below.enter < above.leave


def subtree(code: str, on: date | None = None) -> QuerySet[Node, str]:
    """Codes of the place and everything below it, as a lazy query."""
    own = place(code, on=on)
    rows = Node.objects.filter(edition_id=own.edition, enter__gte=own.enter, enter__lt=own.leave)
    return rows.values_list("code", flat=True)


def search(
    text: str, *, under: Sequence[str] = (), level: str | None = None, limit: int = 20, on: date | None = None
) -> tuple[Place, ...]:
    """Places by a part of the name, the pinyin initials or the beginning of the code; higher levels first.

    ``under`` limits the search to subtrees.
    """
    at = edition(on)
    rows = Node.objects.filter(edition_id=at.number)
    for word in text.split():
        rows = rows.filter(_spelling(word))
    if level:
        rows = rows.filter(level=level)
    if under:
        within = Q(pk__in=[])
        for code in under:
            if top := _standing(code, at.number):
                within |= Q(enter__gte=top.enter, enter__lt=top.leave)
        rows = rows.filter(within)
    found: list[Node] = []
    # Level by level, because a common spelling has thousands of hits among communities and the county is what is meant;
    # below the township all at once, in the order of the index that finds them.
    for levels in (*((name,) for name in LEVELS[:_HIGH]), LEVELS[_HIGH:]):
        if len(found) < limit and (not level or level in levels):
            order = "enter" if len(levels) == 1 else _field(text)
            part = list(rows.filter(level__in=levels).order_by(order)[: limit + _SPARE])
            part.sort(key=lambda row: (row.name != text and row.code != text, _RANK[row.level], row.enter))
            found += part
    return tuple(map(_place, found[:limit]))


def numbering(edition: int, codes: Collection[str] | None = None) -> Iterator[tuple[str, int, int]]:
    """(code, enter, leave) of an edition, in preorder; of some codes where given, without those that it lacks."""
    rows = Node.objects.filter(edition_id=edition)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    return rows.order_by("enter").values_list("code", "enter", "leave").iterator(chunk_size=10_000)


def codes() -> Iterator[str]:
    """Every code that any edition has, in no order."""
    return Node.objects.values_list("code", flat=True).distinct().iterator(chunk_size=10_000)


def names(codes: Sequence[str], on: date | None = None) -> dict[str, str]:
    """Names by code; a code that is not in the edition is left out."""
    rows = Node.objects.filter(edition_id=edition(on).number, code__in=list(codes))
    return dict(rows.values_list("code", "name"))


def succession(code: str, edition: int) -> str:
    """The code that stands for this one in an edition: itself, or what it became by then (the main part of a split)."""
    return _once(lambda: _succession(code, edition), "succession", code, edition)


def _succession(code: str, edition: int) -> str:
    since = 0
    # Forward in time only, so that a place that was moved and moved back comes to rest.
    for _ in range(_LONGEST):
        later = Succession.objects.filter(code=code, since_id__gte=since, since_id__lte=edition, main=True)
        row = later.order_by("since_id").first()
        if row is None:
            break
        code, since = row.successor, row.since_id
    return code


def successions(edition: int) -> dict[str, str]:
    """Every withdrawn code with what stands for it in an edition."""
    codes = Succession.objects.filter(since_id__lte=edition, main=True).values_list("code", flat=True)
    return {code: succession(code, edition) for code in set(codes)}


def drafts(on: date | None = None) -> list[PlaceDraft]:
    """The rows of an edition (today's), in preorder."""
    rows = Node.objects.filter(edition_id=edition(on).number).order_by("enter")
    return [PlaceDraft(*row) for row in rows.values_list("code", "name", "level", "parent")]


def count(on: date | None = None) -> int:
    """How many places an edition has (today's); 0 before the first import."""
    if not EditionRow.objects.exists():
        return 0
    # The last top ends where the numbering ends; counting 700,000 rows would take longer than the rest of a page.
    tops = Node.objects.filter(edition_id=edition(on).number, parent="")
    return tops.aggregate(last=Max("leave"))["last"] or 0


@lru_cache(maxsize=1)
def seats() -> Mapping[str, Seat]:
    """Where Jilin's counties are drawn, by code. Units: degrees to a tenth; tiles from 0, no two alike."""
    with files("yibiao.places").joinpath("data/jilin-seats.csv").open(encoding="utf-8") as text:
        return {
            row["code"]: Seat(float(row["lon"]), float(row["lat"]), int(row["col"]), int(row["row"]))
            for row in csv.DictReader(text)
        }


def _field(word: str) -> str:
    """What a text is looked for in, and ordered by: names have no index, they are walked in preorder."""
    if not word.isascii() or not word:
        return "enter"
    return "code" if word[0].isdigit() else "initials"


def _spelling(word: str) -> Q:
    field = _field(word)
    return Q(name__contains=word) if field == "enter" else _begins(field, word if field == "code" else word.lower())


def _begins(field: str, start: str) -> Q:
    """Served by an index: SQLite has one for a range but none for LIKE, PostgreSQL has one for LIKE in any locale."""
    if connection.vendor == "postgresql":
        return Q((f"{field}__startswith", start))
    return Q((f"{field}__gte", start), (f"{field}__lt", start + "\U0010ffff"))


def _standing(code: str, edition: int) -> Node | None:
    """The node of a code in an edition, or of what it became by then."""
    return _once(lambda: _look_up(code, edition), "standing", code, edition)


def _look_up(code: str, edition: int) -> Node | None:
    rows = Node.objects.filter(edition_id=edition)
    found = rows.filter(code=code).first()
    if found is None and (now := succession(code, edition)) != code:
        found = rows.filter(code=now).first()
    return found


def _place(row: Node) -> Place:
    return Place(row.code, row.name, row.level, row.parent, row.edition_id, row.enter, row.leave, row.initials)
