"""The ids of the rows of a sheet: the same for every upload of it, from its number within the organisation, or its
content."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from yibiao.core import canon
from yibiao.core.problems import Problem
from yibiao.forms.types import FormVersion
from yibiao.people.types import Warrant
from yibiao.records.intake import problems, rows

_SPACE: Final = uuid.UUID("0f9e8f3c-5a54-5d5c-8f0b-6f6c7e0f4a11")


class Namer:
    """Gives a row its id."""

    def __init__(self, form: FormVersion, program: str, by: Warrant) -> None:
        # The canonical text of what an id is taken of, from its parts: there is one for each row.
        self.head, self.organisation = canon.dumps([form.id, program])[:-1], canon.quoted(by.organisation)

    def id(self, row: rows.Row, count: int = 1) -> str:
        """The id of a row; of one without a number, if it is the ``count``-th of those that say the same."""
        if row.key:
            return _id(f"{self.head},{self.organisation},{canon.quoted(row.key)}]")
        content = json.dumps(_textual(row.answers), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return _id(f"{self.head},{canon.quoted(content)},{count}]")


@dataclass(slots=True)
class Order:
    """Goes over the rows of a sheet in their order, each with its id by itself, for what they are beside each other.

    Two rows that say the same without a number are two events, told apart by which of them comes first; ``alike`` has
    the row of the first by that of each other, as they may be one event written down twice.
    """

    namer: Namer
    seen: dict[str, int] = field(default_factory=dict)
    numbered: dict[str, dict[str, Any]] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    alike: dict[int, int] = field(default_factory=dict)

    def id(self, row: rows.Row, id: str) -> tuple[str, Problem | None]:
        """The id of the next row, and what is wrong with its number."""
        if row.key:
            clash = self.numbered.setdefault(row.key, row.answers) != row.answers
            return id, problems.CELL_ROW.at(number=row.key[:40]) if clash else None
        count = self.seen[id] = self.seen.get(id, 0) + 1
        if count == 1:
            self.first[id] = row.number
            return id, None
        self.alike[row.number] = self.first[id]
        return self.namer.id(row, count), None


def _id(name: str) -> str:
    """The UUID of version 5 of a name, without an object of its class on the way."""
    digest = hashlib.sha1(_SPACE.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _textual(value: object) -> object:
    if isinstance(value, dict):
        return {key: _textual(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_textual(item) for item in value]
    return str(value)
