"""Writes of the room of places: import an edition, amend it, add places below the community."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from importlib.resources import files

from django.db import transaction
from django.utils.timezone import now

from yibiao.core import canon, trees
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.ledger.types import FactDraft
from yibiao.places import amending, problems, queries, renumbering
from yibiao.places.initials import initials
from yibiao.places.models import Edition as EditionRow
from yibiao.places.models import Node, Succession
from yibiao.places.reading import read_file
from yibiao.places.types import LEVELS, Change, Edition, PlaceDraft

__all__ = ["add_below", "amend", "import_places", "install_jilin", "read_file"]

_BATCH = 2_000
_GONGZHULING_OLD, _GONGZHULING = "220381000000", "220184000000"
_SIPING, _CHANGCHUN = "220300000000", "220100000000"


def import_places(
    drafts: Iterable[PlaceDraft],
    *,
    valid_from: date,
    label: str,
    source: str,
    progress: Callable[[int, int], None] | None = None,
) -> Edition:
    """Import a whole tree as a new edition; everything wrong with it is told at once, and then nothing is stored.

    ``progress`` is called with (rows stored, rows in all).

    Raises: places.code.repeated, places.level.too-high, core.tree.cycle, core.tree.orphan, places.edition.order.
    """
    rows = list(drafts)
    spans = trees.number(*_checked(rows))
    with transaction.atomic():
        edition = _new_edition(valid_from, label, source, rows)
        _store(edition.number, rows, spans, progress)
    return edition


def amend(*, valid_from: date, label: str, source: str, changes: Sequence[Change]) -> Edition:
    """A new edition from the newest by renaming, moving, merging, splitting, adding and closing places.

    Raises: places.place.unknown, places.change.bad, and what ``import_places`` raises.
    """
    rows, successions = amending.apply(queries.drafts(), changes)
    spans = trees.number(*_checked(rows))
    with transaction.atomic():
        edition = _new_edition(valid_from, label, source, rows)
        _store(edition.number, rows, spans, None)
        Succession.objects.bulk_create(
            [
                Succession(since_id=edition.number, code=one.code, successor=one.successor, main=one.main)
                for one in successions
            ]
        )
    return edition


def add_below(parent: str, rows: Sequence[PlaceDraft]) -> Edition:
    """Add places to the newest edition (grids, quarters, buildings …, or townships that a short list lacked).

    A draft without a parent hangs directly under ``parent``. Adding what stands there already changes nothing.

    Raises: places.place.unknown, places.level.too-high, core.tree.cycle, core.tree.orphan.
    """
    with transaction.atomic():
        edition = queries.edition()
        # Whoever adds at the same time waits: both would number the same nodes.
        EditionRow.objects.select_for_update().get(number=edition.number)
        parent = queries.place(parent).code
        present = {row.code: row for row in queries.drafts()}
        added = [PlaceDraft(row.code, row.name, row.level, row.parent or parent) for row in rows]
        new = {row.code: row for row in added if present.get(row.code) != row}
        if new:
            _add(edition, parent, present, new)
    return edition


def _add(edition: Edition, parent: str, present: Mapping[str, PlaceDraft], new: Mapping[str, PlaceDraft]) -> None:
    everything = [*(row for code, row in present.items() if code not in new), *new.values()]
    spans = trees.number(*_checked(everything))
    # The edition keeps its date; only the numbering makes room, which no fact depends on.
    nodes = Node.objects.filter(edition_id=edition.number)
    stored = list(new.values())
    if renumbering.make_room(edition.number, spans):
        nodes.filter(code__in=[code for code in new if code in present]).delete()
    else:
        nodes.delete()
        stored = everything
    _store(edition.number, stored, spans, None)
    told = {"parent": parent, "count": len(new), "rows": canon.digest(_plain(new.values()))}
    _tell("places.added", edition, told)


def install_jilin() -> Edition:
    """The province, its 9 prefectures and 60 counties, before and after 公主岭 went from 四平 to 长春; idempotent.

    Source: GB/T 2260 codes as of 2023; 国函〔2020〕号 on 公主岭, effective June 2020.
    """
    if EditionRow.objects.exists():
        return queries.edition()
    with files("yibiao.places").joinpath("data/jilin.csv").open(encoding="utf-8") as text:
        now = [PlaceDraft(row["code"], row["name"], row["level"], row["parent"]) for row in csv.DictReader(text)]
    before = [
        PlaceDraft(_GONGZHULING_OLD, row.name, row.level, _SIPING) if row.code == _GONGZHULING else row for row in now
    ]
    import_places(
        sorted(before, key=lambda row: row.code),
        valid_from=date(2013, 1, 1),
        label="吉林省 2013",
        source="GB/T 2260，公主岭市由四平市代管",
    )
    return amend(
        valid_from=date(2020, 6, 1),
        label="吉林省 2020",
        source="2020 年公主岭市改由长春市代管",
        changes=[Change("move", _GONGZHULING_OLD, parent=_CHANGCHUN, new_code=_GONGZHULING)],
    )


def _checked(rows: Sequence[PlaceDraft]) -> tuple[Mapping[str, str], list[str]]:
    """Parents and order for numbering, after every row has been looked at."""
    parents: dict[str, str] = {}
    levels: dict[str, str] = {}
    found: list[Problem] = []
    for row in rows:
        if row.code in parents:
            found.append(problems.REPEATED_CODE.at(row.code, code=row.code))
        parents[row.code], levels[row.code] = row.parent, row.level
    rank = {level: n for n, level in enumerate(LEVELS)}
    for row in rows:
        above = levels.get(row.parent)
        if above is not None and rank[above] >= rank[row.level]:
            found.append(problems.TOO_HIGH.at(row.code, code=row.code, level=row.level, parent=row.parent, above=above))
    if found:
        raise Refusal(found[: trees.SHOWN])
    return parents, sorted(parents)


def _new_edition(valid_from: date, label: str, source: str, rows: Sequence[PlaceDraft]) -> Edition:
    newest = EditionRow.objects.order_by("-number").first()
    if newest and valid_from <= newest.valid_from:
        raise refuse(problems.EDITION_ORDER.at(valid_from=valid_from, newest=newest.valid_from))
    number = (newest.number if newest else 0) + 1
    EditionRow.objects.create(number=number, valid_from=valid_from, label=label, source=source)
    edition = Edition(number, valid_from, label, source)
    _tell("places.edition", edition, {"count": len(rows), "rows": canon.digest(_plain(rows))})
    return edition


def _store(
    edition: int,
    rows: Sequence[PlaceDraft],
    spans: Mapping[str, tuple[int, int]],
    progress: Callable[[int, int], None] | None,
) -> None:
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        Node.objects.bulk_create(
            [
                Node(
                    edition_id=edition, code=row.code, name=row.name, level=row.level, parent=row.parent,
                    enter=spans[row.code][0], leave=spans[row.code][1], initials=initials(row.name),
                )
                for row in part
            ],
            batch_size=_BATCH,
        )  # fmt: skip
        if progress:
            progress(start + len(part), len(rows))


def _tell(kind: str, edition: Edition, payload: Mapping[str, object]) -> None:
    id = f"edition-{edition.number}"
    last = log.fact(id, kind=kind)
    draft = FactDraft(
        kind=kind,
        id=id,
        revision=last.revision + 1 if last else 1,
        program="",
        place="",
        organisation="",
        actor="",
        subject=id,
        occurred_at=datetime.combine(edition.valid_from, time(), SHANGHAI) if kind == "places.edition" else now(),
        payload={"edition": edition.number, "label": edition.label, "source": edition.source, **payload},
    )
    ledger.append([draft])


def _plain(rows: Iterable[PlaceDraft]) -> list[list[str]]:
    return [[row.code, row.name, row.level, row.parent] for row in rows]
