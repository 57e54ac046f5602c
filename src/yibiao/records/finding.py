"""Finding entities by a part of their name, its pinyin initials or their key, among a million.

A text is cut into pieces of two characters (and single Chinese ones), over which each database has an index of its own.
What is found by its pieces is then compared as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import CharField, Count, Func, QuerySet

from yibiao.ledger import writing
from yibiao.places import queries as places
from yibiao.records import models, placing
from yibiao.records.types import From

# More hits than these are common enough to come up soon when the list is walked in its order.
FEW: Final = 2_000
# And of more than these by their pieces it is not even asked which.
MANY: Final = 6_000
# A reach with no more entities than these is walked as a whole.
SMALL: Final = 20_000
_CHUNK: Final = 400
# Letters and digits of ASCII, or other letters: each run is cut by itself.
_RUN: Final = re.compile(r"[a-z0-9]+|[^\W_\x00-\x7f]+")


def sought(label: str, key: str) -> str:
    """What a search looks in: the name, its initials, the key; each in small letters and without spaces."""
    return "\n".join((_plain(label), places.initials(label), _plain(key)))


def pieces(text: str) -> str:
    """The pieces of a text, each once, separated by spaces."""
    return " ".join(dict.fromkeys(piece for run in _RUN.findall(text) for piece in _cut(run)))


def page(rows: QuerySet[models.Entity], lineages: Sequence[str], text: str, begin: From, size: int) -> list[str]:
    """The ids of one page of the entities of a register by key, of those that a text is a part of where one is given.

    Few in reach are walked by place and then sorted, many in the order of their keys; left to itself a database takes
    the wrong way.
    """
    plain = _plain(text)
    hits = rows.filter(sought__contains=plain) if plain else rows
    few = _few(plain) if plain else None
    if few is not None:
        hits, by_place = hits.filter(pk__in=few), True
    else:
        by_place = rows.filter(placing.below(lineages)).values("gone")[: SMALL + 1].count() <= SMALL
    inside = placing.below(lineages)
    if by_place and plain and few is None and not begin.start:
        return _until_full(rows.filter(inside), plain, begin, size)
    ordered: QuerySet[Any]
    if by_place:
        ordered = hits.filter(inside).alias(walked=_Unindexed("key", output_field=CharField()))
    elif connection.vendor == "postgresql":
        # It knows how many lie in reach, and of an expression it would not.
        ordered = hits.filter(inside)
    else:
        walked = hits.alias(walked_lineage=_Unindexed("lineage", output_field=CharField()))
        ordered = walked.filter(placing.below(lineages, "walked_"))
    return _turned(ordered, "walked" if by_place else "key", begin, size)


def _until_full(reach: QuerySet[Any], plain: str, begin: From, size: int) -> list[str]:
    """A page of those few in reach that have a common text: their keys are in an index, and so many as it takes are
    looked at in their order."""
    ids = _turned(reach.alias(walked=_Unindexed("key", output_field=CharField())), "walked", begin, SMALL)
    found: list[str] = []
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        have = set(models.Entity.objects.filter(pk__in=some, sought__contains=plain).values_list("pk", flat=True))
        found += [id for id in some if id in have]
        if len(found) >= size:
            break
    return found[:size]


def _turned(rows: QuerySet[Any], key: str, begin: From, size: int) -> list[str]:
    """A page of rows by key; the last ones are found from the end, as walking to them would take for ever."""
    if begin.after:
        rows = rows.filter(**{f"{key}__gt": begin.after})
    if begin.before:
        rows = rows.filter(**{f"{key}__lt": begin.before})
    if begin.upto:
        rows = rows.filter(**{f"{key}__lte": begin.upto})
    start = 0 if begin.after or begin.backwards else begin.start
    return list(rows.order_by(f"-{key}" if begin.backwards else key).values_list("pk", flat=True)[start : start + size])


class _Unindexed(Func):
    """A column as it is, by a name that no index has."""

    template = "+(%(expressions)s)"

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s || '')", **more)


def name(rows: Sequence[models.Entity]) -> None:
    """Keeps the pieces of entities that are new or renamed, and marks those that have the same name."""
    renamed = [row for row in rows if row.renamed]
    models.EntityName.objects.bulk_create(
        [models.EntityName(entity_id=row.pk, pieces=pieces(row.sought)) for row in renamed],
        batch_size=1000, update_conflicts=True, unique_fields=["entity"], update_fields=["pieces"],
    )  # fmt: skip
    _mark(renamed)


def name_new(rows: Sequence[models.Entity]) -> None:
    """The same of many that were made just now."""
    writing.insert(models.EntityName, ("entity_id", "pieces"), [(row.pk, pieces(row.sought)) for row in rows])
    _mark(rows)


def _mark(renamed: Sequence[models.Entity]) -> None:
    for register in {row.register for row in renamed}:
        mark_twins(register, sorted({row.fold for row in renamed if row.register == register and row.fold}))


def mark_twins(register: str, folds: Sequence[str]) -> None:
    """Marks the entities whose name another one has; one that is marked and has none any more does no harm.

    Of two that come in the same instant neither sees the other: they are marked when either is written again.
    """
    for start in range(0, len(folds), _CHUNK):
        same = models.Entity.objects.filter(register=register, fold__in=folds[start : start + _CHUNK])
        twice = same.values("fold").annotate(many=Count("pk")).filter(many__gt=1).values_list("fold", flat=True)
        models.Entity.objects.filter(register=register, fold__in=list(twice), twin=False).update(twin=True)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _cut(run: str) -> Iterator[str]:
    """What is written in Chinese in ones and twos, letters and digits in threes: of those there are few kinds."""
    size = 3 if run.isascii() else 2
    for at in range(len(run)):
        if size == 2:
            yield run[at]
        if at + size <= len(run):
            yield run[at : at + size]


def _asked(plain: str) -> list[str]:
    """The pieces that whatever has the text in it has too."""
    found: dict[str, None] = {}
    for run in _RUN.findall(plain):
        longest = max(map(len, _cut(run)), default=0)
        found |= {piece: None for piece in _cut(run) if len(piece) == longest}
    return list(found)


def _few(plain: str) -> list[str] | None:
    """The entities that a text is a part of, in whatever register; None where they are many or no piece is asked."""
    asked = _asked(plain)
    if not asked:
        return None
    like = f"%{connection.ops.prep_for_like_query(plain)}%"
    postgresql = connection.vendor == "postgresql"
    match = asked if postgresql else " ".join(f'"{piece}"' for piece in asked)
    where = _POSTGRESQL if postgresql else _SQLITE
    with connection.cursor() as cursor:
        # Of very many nothing but their number is asked: to compare each would cost more than walking the list.
        if _many(cursor, where, match):
            return None
        cursor.execute(_FOUND.format("MATERIALIZED" if postgresql else "", where), [match, like, FEW + 1])
        found = [id for (id,) in cursor.fetchall()]
    return found if len(found) <= FEW else None


def _many(cursor: Any, where: str, match: str | list[str]) -> bool:
    if connection.vendor == "postgresql":
        cursor.execute(_GUESSED.format(where), [match])
        guess = _ROWS.search(cursor.fetchone()[0])
        return guess is not None and int(guess[1]) > MANY
    cursor.execute(_COUNTED.format(where), [match, MANY + 1])
    return bool(cursor.fetchone()[0] > MANY)


_POSTGRESQL: Final = "string_to_array(name.pieces, ' ') @> %s::text[]"
_SQLITE: Final = "name.id IN (SELECT rowid FROM records_entitypiece WHERE records_entitypiece MATCH %s)"
_COUNTED: Final = "SELECT count(*) FROM (SELECT 1 FROM records_entityname name WHERE {} LIMIT %s) AS matched"
# PostgreSQL knows about how many entities have a piece, and given a limit would rather walk all than use its index.
_GUESSED: Final = "EXPLAIN SELECT 1 FROM records_entityname name WHERE {}"
_ROWS: Final = re.compile(r"rows=(\d+)")
_FOUND: Final = (
    "WITH matched AS {} (SELECT entity_id FROM records_entityname name WHERE {})"
    " SELECT entity.id FROM matched JOIN records_entity entity ON entity.id = matched.entity_id"
    " WHERE entity.sought LIKE %s ESCAPE '\\' LIMIT %s"
)
