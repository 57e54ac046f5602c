"""The lists that phones choose from, as CSV: places, organisations and entities of where the phone may file."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.places import queries as places
from yibiao.records import entities
from yibiao.records.intake.openrosa import declaring, serving
from yibiao.records.intake.openrosa.asking import Asker
from yibiao.records.types import Entity

# A phone that files for a whole province holds 13,000 places; a list of all the nation's would be of no use on one.
LIMIT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Listed:
    """``register`` says of which register it is a list; empty of any other list."""

    name: str
    content: bytes
    register: str = ""

    @property
    def digest(self) -> str:
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


def listed(name: str, asker: Asker, program: str) -> Listed:
    """A list of a form for whoever asks: the same rows until one of them changes."""
    roots = tuple(sorted({warrant.place for warrant in asker.warrants(program)}))
    if name == serving.PLACES:
        content = _places(roots, places.edition().number)
    elif name == serving.ORGANISATIONS:
        content = _csv(("name", "label"), _organisations(roots))
    else:
        found = _entities(name.removeprefix("register-"), asker, program)
        content = _csv(("name", "label"), ((one.key, one.label) for one in found))
    return Listed(f"{name}.csv", content)


def stamp(name: str, asker: Asker, program: str) -> str:
    """A text that changes with the list: whoever holds it needs no list to be made to know that it is the same."""
    register = name.removeprefix("register-")
    if register == name:
        return listed(name, asker, program).digest
    return entities.stamp(register, scope=asker.scope(program), program=program)


def sent(name: str, asker: Asker, program: Program) -> Listed:
    """A list as phones get it that keep registers by themselves: each entity by its id, its version and its answers."""
    register = name.removeprefix("register-")
    if register == name:
        return listed(name, asker, program.code)
    saved = declaring.properties(register, program)
    heads = ("name", "label", "__version", "__trunkVersion", "__branchId", declaring.KEY, *saved)
    return Listed(f"{name}.csv", _csv(heads, _told(register, saved, asker, program.code)), register)


def _told(register: str, saved: tuple[str, ...], asker: Asker, program: str) -> Iterator[tuple[str, ...]]:
    for one in _entities(register, asker, program):
        answers = (_written(one.data.get(name)) for name in saved)
        yield (one.uid, one.label, str(one.version), "", "", one.key, *answers)


def _written(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def rows(one: Listed) -> list[tuple[str, str]]:
    """The code and the label of each row."""
    return [(row[0], row[1]) for row in _read(one)]


def spelled(one: Listed) -> list[tuple[str, str, tuple[str, ...], str]]:
    """The same with what a row is also found by: the pinyin initials of a place; nothing chooses by a row's columns."""
    return [(row[0], row[1], (), row[3] if len(row) > 3 else "") for row in _read(one)]


def _read(one: Listed) -> list[list[str]]:
    return list(csv.reader(io.StringIO(one.content.decode())))[1:]


@lru_cache(maxsize=64)
def _places(roots: tuple[str, ...], edition: int) -> bytes:
    """Every place below the roots, with the name of the place above: many quarters have the same name.

    An edition never changes, so what was read once holds.
    """
    found = {one.code: one for one in places.search("", under=roots, limit=LIMIT)}
    above = places.names([one.parent for one in found.values() if one.parent and one.parent not in found])
    rows = []
    for one in sorted(found.values(), key=lambda one: one.enter):
        parent = found[one.parent].name if one.parent in found else above.get(one.parent, "")
        rows.append((one.code, f"{one.name}（{parent}）" if parent else one.name, one.parent, one.initials))
    return _csv(("name", "label", "parent", "initials"), rows)


def _organisations(roots: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    found = {one.code: one.name for root in roots for one in people.organisations(under_place=root, limit=LIMIT)}
    yield from sorted(found.items())


def _entities(register: str, asker: Asker, program: str) -> Iterator[Entity]:
    return entities.every(register, scope=asker.scope(program), program=program, limit=LIMIT)


def _csv(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue().encode()
