"""Copies of the columns at an address that a whole cluster sees: a store of objects, a file system of its own, a mount.

A list says which files lie there, what columns they have, and up to which position they hold everything; what was
sealed since goes to the cluster with the statement. Neither the cluster nor whoever asks it needs a file of the site.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yibiao.core.problems import refuse
from yibiao.figures import columns, lake, problems, store, supplying
from yibiao.figures.engines.border import Relation
from yibiao.figures.lake import Digest
from yibiao.figures.models import Projection
from yibiao.figures.terms import Term

CATALOGUE: Final = "columns.json"
_STRICT: Final = ConfigDict(strict=True, extra="forbid")


class CopyIn(BaseModel):
    """A file as the segment that it is, with the name and the type of each column."""

    model_config = _STRICT
    path: str
    source: str
    month: str
    history: bool
    first: int
    last: int
    applied: int
    size: int
    sha256: Digest
    columns: list[list[str]]


class CatalogueIn(BaseModel):
    """``former`` lies there for whoever read the list before this one, and goes with the next."""

    model_config = _STRICT
    format: Annotated[int, Field(ge=1, le=1)]
    token: str
    position: int
    files: list[CopyIn]
    former: list[str]
    digest: Digest


def read(text: str, root: str) -> CatalogueIn:
    """Raises: figures.copies.unreadable, where it is not what was written."""
    try:
        content = json.loads(text)
        held = CatalogueIn.model_validate(content)
    except (ValueError, ValidationError):
        held = None
    if held is None or held.digest != lake.digest(content):
        raise refuse(problems.COPIES_UNREADABLE.at(root=root))
    return held


def current(held: CatalogueIn, root: str) -> CatalogueIn:
    """A list of the columns of today.

    Raises: figures.copies.old, where the columns were made anew since.
    """
    if held.token != store.active().token:
        raise refuse(problems.COPIES_OLD.at(root=root))
    return held


@dataclass(frozen=True, slots=True)
class Supply:
    """The relations of a statement from what lies at an address, and the log after it."""

    held: CatalogueIn

    def __call__(
        self, projection: Projection, upto: int, terms: Sequence[Term], extra: Sequence[str] = ()
    ) -> list[Relation]:
        # As if the columns had come no farther than what was copied; it is never saved.
        then = Projection(token=projection.token, position=self.held.position)
        return supplying.relations(then, upto, terms, extra, self._files)

    def schemas(self) -> Mapping[Path, tuple[tuple[str, str], ...]]:
        """The columns of each file, by its path on the site."""
        return {store.root() / one.path: tuple((name, type_) for name, type_ in one.columns) for one in self.held.files}

    def _files(self, _projection: Projection, term: Term) -> store.Held:
        name, gone = store.column_name(term.source), f"{term.source.kind}/{columns.SUPERSEDED}"
        months = supplying.months(term)
        wanted = [
            store.Row(one.source, one.history, one.path, one.last, one.applied)
            for one in sorted(self.held.files, key=lambda one: one.first)
            if one.source == gone or (one.source == name and months[0] <= one.month <= months[1])
        ]
        return store.chosen(wanted, name, gone, term.upto)
