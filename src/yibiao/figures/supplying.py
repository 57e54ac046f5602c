"""The relations of a statement: the files of its sources, and the facts sealed after the last of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from yibiao.core.periods import SHANGHAI
from yibiao.figures import columns, store, tail
from yibiao.figures.engines import duckdb, parquet
from yibiao.figures.engines.border import Files, Relation, Rows, Table
from yibiao.figures.engines.dialects import identifier
from yibiao.figures.models import Projection
from yibiao.figures.tail import Tail
from yibiao.figures.terms import Term
from yibiao.figures.types import Column
from yibiao.people import queries as people

Find: TypeAlias = Callable[[Projection, Term], store.Held]
TREE: Final = (Column("code", "VARCHAR"), Column("enter", "BIGINT"))
ORGANISATIONS: Final = (Column("code", "VARCHAR"), Column("place", "VARCHAR"))


def committed(projection: Projection, term: Term) -> store.Held:
    """The files of a term's source by the manifest."""
    return store.held(projection, term.source, upto=term.upto, months=months(term))


def relations(
    projection: Projection, upto: int, terms: Sequence[Term], extra: Sequence[str] = (), find: Find = committed
) -> list[Relation]:
    """What the terms read as of a position; ``find`` says which files a term has."""
    # The tail is read after the projection's position and before the manifest: every fact up to the position
    # is then in the files, whatever a follower commits meanwhile, and what lies above it is cut off.
    tails = [tail.of(projection, one.source, upto) for one in terms]
    made = [
        one for term, held in zip(terms, tails, strict=True) for one in _of_term(projection, term, held, extra, find)
    ]
    if organised(terms):
        listed = [(one.code, one.place) for one in people.organisations()]
        made.append(Relation("organisations", ORGANISATIONS, duckdb.table(ORGANISATIONS, listed)))
    return made


def tree(name: str) -> Table:
    """The tree of a name as DuckDB has it, which numbers the places for every engine."""
    return duckdb.table(TREE, tree_rows(name))


def tree_rows(name: str) -> Rows:
    """Every code with its number."""
    return duckdb.run(f"SELECT code, enter FROM {name}")  # noqa: S608 - names of our own


def organised(terms: Sequence[Term]) -> bool:
    """Whether any term asks where an organisation stands."""
    return any(one.attribution == "organisation" for one in terms)


def months(term: Term) -> tuple[str, str]:
    """The first and the last month that a term looks at."""
    first = f"{term.from_.astimezone(SHANGHAI):%Y-%m}" if term.from_ else "0000-00"
    return first, f"{term.until.astimezone(SHANGHAI):%Y-%m}" if term.until else "9999-99"


def facts(held: store.Held, position: int, upto: int, shift: int = 0) -> tuple[Files, ...]:
    """The files with what is live, and with what was only superseded after the position that is asked for."""
    cut = min(position, upto)
    # A test of positions reads them all: not where it would let every row pass.
    below = f"position <= {cut}" if held.last > cut else "TRUE"
    found = [Files(held.live, below, shift)]
    found.append(Files(held.history, f"{below} AND {identifier(parquet.SUPERSEDED_BY)} > {upto}", shift))
    return tuple(one for one in found if one.paths)


def pairs(held: store.Held, position: int, shift: int = 0) -> tuple[Files, ...]:
    """The files that tell what superseded what."""
    after = f"position > {held.applied} AND position <= {position}"
    return (Files(held.pairs, after, shift, ("position", "superseded")),) if held.pairs else ()


def _of_term(projection: Projection, term: Term, newer: Tail, extra: Sequence[str], find: Find) -> list[Relation]:
    """The facts that are live as of the term's position, and before them what they lack where they lack anything."""
    held = find(projection, term)
    position, made = projection.position, []
    known = newer.upto <= term.upto
    gone = newer.superseded if known else duckdb.below(newer.superseded, term.upto)
    told = pairs(held, min(position, term.upto))
    if gone.num_rows or told:
        made.append(Relation(term.superseded, columns.SUPERSEDED_COLUMNS, gone, told))
    less = term.superseded if made else ""
    rows = newer.rows if known else duckdb.below(newer.rows, term.upto)
    return [*made, Relation(term.facts, term.columns(extra), rows, facts(held, position, term.upto), less)]
