"""The ids of the rows of a sheet."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

from yibiao.core import canon
from yibiao.core.problems import Problem
from yibiao.forms.types import FormVersion
from yibiao.people.types import Warrant
from yibiao.records.intake import problems, rows

_SPACE: Final = uuid.UUID("0f9e8f3c-5a54-5d5c-8f0b-6f6c7e0f4a11")


def ids(
    form: FormVersion, program: str, read: Iterable[rows.Row], by: Warrant
) -> Iterator[tuple[rows.Row, str, Problem | None]]:
    """Each row with its id, the same for every upload of it: from its number within the organisation, or its content.

    Two rows that say the same without a number are two events, told apart by which of them comes first.
    """
    seen: dict[str, int] = {}
    numbered: dict[str, dict[str, Any]] = {}
    # The canonical text of what an id is taken of, from its parts: there is one for each row.
    head, organisation = canon.dumps([form.id, program])[:-1], canon.quoted(by.organisation)
    for row in read:
        if row.key:
            clash = numbered.setdefault(row.key, row.answers) != row.answers
            said = problems.CELL_ROW.at(number=row.key[:40]) if clash else None
            yield row, _id(f"{head},{organisation},{canon.quoted(row.key)}]"), said
        else:
            content = json.dumps(_textual(row.answers), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            seen[content] = seen.get(content, 0) + 1
            yield row, _id(f"{head},{canon.quoted(content)},{seen[content]}]"), None


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
