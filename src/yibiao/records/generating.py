"""Invented entities, for measuring: a million of them, which would take an hour to be filed one by one.

They stand as their records would leave them, but for those records. The same number of them is the same entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from yibiao.core import alike, canon, clock
from yibiao.ledger import writing
from yibiao.records import finding, models
from yibiao.records.placing import Atlas
from yibiao.records.registers import entity_id

BATCH: Final = 10_000
# One name in so many is another's too, at the same place.
TWINS: Final = 500
_AREAS: Final = ("东站", "南湖", "西安路", "北山", "江滨", "铁北", "临河", "柳影", "团结", "新竹")
_TRADES: Final = ("五金", "粮油", "汽修", "建材", "化工", "纺织", "印刷", "机电", "冷链", "木业", "饮品", "烘焙")
_KINDS: Final = ("经营部", "加工厂", "商行", "有限公司", "合作社", "门市")
_MARKS: Final = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥金木水火土春夏秋冬梅兰竹菊松柏"
_ENTITY: Final = (
    "id", "register", "key", "label", "place", "lineage", "data", "record", "occurred_at", "updated_at", "gone", "fold",
    "merged_into", "version", "uid", "sought", "twin",
)  # fmt: skip


def fill(register: str, count: int, places: Sequence[str]) -> None:
    """Puts so many entities into a register, spread over places."""
    atlas, at = Atlas(), clock.now()
    lineages = [(place, atlas.lineage(place)) for place in places]
    for start in range(0, count, BATCH):
        rows = list(_rows(register, range(start, min(start + BATCH, count)), lineages, at))
        with transaction.atomic():
            writing.insert(models.Entity, _ENTITY, rows)
            writing.insert(
                models.EntityName, ("entity_id", "pieces"), [(row[0], finding.pieces(row[15])) for row in rows]
            )
    cleared = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        # As the database does by itself in quiet hours; its plans are made by what it knows of its tables.
        cursor.execute("VACUUM (ANALYZE)" if cleared else "ANALYZE")


def label(number: int) -> str:
    """The name of the entity with a number."""
    area, trade = _AREAS[number % len(_AREAS)], _TRADES[number // 10 % len(_TRADES)]
    kind, rest = _KINDS[number // 120 % len(_KINDS)], number // 720
    marks = "".join(_MARKS[rest // len(_MARKS) ** place % len(_MARKS)] for place in range(3))
    return f"样例{area}{marks}{trade}{kind}"


def key(number: int) -> str:
    """The key of the entity with a number."""
    return f"B{number:08d}"


def _rows(
    register: str, numbers: Sequence[int], lineages: Sequence[tuple[str, str]], at: datetime
) -> Iterator[tuple[Any, ...]]:
    now = writing.moments()(at)
    for number in numbers:
        code, twin = key(number), number % TWINS < 2
        named = label(number - number % TWINS if twin else number)
        place, lineage = lineages[(number // TWINS if twin else number) % len(lineages)]
        yield (
            entity_id(register, code), register, code, named, place, lineage, canon.dumps({"name": named}), "", now,
            now, False, alike.folded(named), "", 1, "", finding.sought(named, code), twin,
        )  # fmt: skip
