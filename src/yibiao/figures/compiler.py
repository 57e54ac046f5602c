"""From the indicator algebra to SQL text of the common subset.

Every term becomes one relation of contributing rows, and all else is an aggregate over it: the value, a breakdown, the
list of contributions. What is printed and what opens therefore cannot differ. The tree and the relations ``facts_n``,
the rows of a source that are live as of the term's checkpoint, are supplied by the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from yibiao.core import expressions
from yibiao.core.periods import SHANGHAI
from yibiao.figures import keys
from yibiao.figures.engines.dialects import quoted
from yibiao.figures.terms import CARRIED, ROW, Row, Term

# Where a row is, in one number.
_PART: Final = 1 << 52
_FILE: Final = 1 << 32
_LISTED: Final = "position, fact, revision, item, place, occurred_at"


def rows(
    term: Term, *, dimension: str = "", values: bool = False, label: str = "", placed: bool = False, bare: bool = False,
    numbered: bool = True,
) -> str:  # fmt: skip
    """The contributing rows of a term; with ``enter``, where they stand in the tree, if they are to be placed.

    What is ``bare`` has only what a value is made of, and ``numbered`` the position by which facts are told apart:
    planning the rest is half of a small question.

    ``passes`` is false only in rows of a stock that its filter leaves out: they show that something was filed at all.
    """
    # The codes alone tell what lies in a solid range.
    looked_up = placed or not term.solid
    inner, tests = live(term), [f"t.enter >= {term.enter}", f"t.enter < {term.leave}"] if looked_up else ["TRUE"]
    passes = "TRUE"
    if term.shape == "latest":
        inner = _newest(term, inner)
        tests.append("f.nth = 1")
        passes = f"COALESCE({_filter(term)}, FALSE)"
    elif term.filter is not None:
        tests.append(_filter(term))
    if term.of and term.shape in ("sum", "latest"):
        tests.append(f"{keys.named(term.of)} IS NOT NULL")
    key, split = keys.key(term, dimension)
    if term.shape == "distinct":
        tests.append(keys.keyed(term))
    if term.nothing:
        tests.append("FALSE")
    amount = keys.named(term.of) if term.of and term.shape in ("sum", "latest") else "1"
    counted = f"{amount} AS amount, {key} AS key,\n  {passes} AS passes"
    carried = ", ".join(f"f.{name}" for name in (*CARRIED, *(ROW if term.rowed else ())))
    shown = keys.cell(label, term.dialect) if label else _shown(term, values)
    cut = _dimension(term, dimension, split)
    where = "o.place" if term.attribution == "organisation" else "f.place"
    from_ = [f"({inner}) AS f"]
    if term.attribution == "organisation":
        from_.append("JOIN organisations AS o ON o.code = f.organisation")
    if looked_up:
        from_.append(f"JOIN {term.tree} AS t ON t.code = {where}")
    if split:
        from_.append(f"CROSS JOIN {term.dialect.write('split', keys.named(split))}")
    listed = f"{quoted(term.source.kind)} AS kind, {carried}, {counted}, {cut} AS dimension, {shown} AS shown"
    if bare:
        listed = f"f.position, {counted}" if numbered else counted
    return (
        f"SELECT {listed}{', t.enter AS enter' if placed else ''}\nFROM {' '.join(from_)}\nWHERE {' AND '.join(tests)}"
    )


def entered(term: Term, facts: str = "") -> str:
    """The rows of a term as the cube takes them: (program, enter, day, position, sign, amount, key).

    ``facts`` is a relation with a column ``sign``, -1 for what is taken back; without one, all that is live counts.
    """
    inner = facts or f"SELECT f.*, 1 AS sign FROM ({live(term)}) AS f"  # noqa: S608
    key, split = keys.key(term)
    test, amount = passing(term)
    from_ = f"({inner}) AS f JOIN {term.tree} AS t ON t.code = f.place"
    if split:
        from_ += f" CROSS JOIN {term.dialect.write('split', keys.named(split))}"
    return (
        f"SELECT f.program, t.enter, f.day, f.position, f.sign, {amount} AS amount, {key} AS key\n"
        f"FROM {from_}\nWHERE t.enter >= {term.enter} AND t.enter < {term.leave} AND {test}"
    )


def passing(term: Term) -> tuple[str, str]:
    """The condition under which a row of a term counts, and what it adds."""
    tests = [] if term.filter is None else [_filter(term)]
    if term.shape == "sum":
        tests.append(f"{keys.named(term.of)} IS NOT NULL")
    if term.shape == "distinct":
        tests.append(keys.keyed(term))
    return " AND ".join(tests) or "TRUE", keys.named(term.of) if term.shape == "sum" else "1"


def single(term: Term, dimension: str = "") -> bool:
    """Whether each fact has one row at most."""
    return not term.source.repeat and not keys.key(term, dimension)[1]


def anywhere(term: Term, *, values: bool = False) -> str:
    """The rows of a term wherever they are, with a key: whose they are decides, not where they were filed."""
    carried = ", ".join(f"f.{name}" for name in CARRIED)
    return (
        f"SELECT {quoted(term.source.kind)} AS kind, {carried}, {keys.cell(term.keys[0], term.dialect)} AS key, "
        f"{_shown(term, values)} AS shown\nFROM ({live(term)}) AS f"
    )


_VALUES: Final[Mapping[str, str]] = {
    "count": "COUNT(*)",
    "sum": "COALESCE(SUM(amount), 0)",
    "distinct": "COUNT(DISTINCT key)",
    "latest": "COALESCE(SUM(CASE WHEN passes THEN amount END), 0)",
}
_FACTS: Final = "COUNT(DISTINCT CASE WHEN passes THEN position END)"


def _facts(term: Term, dimension: str = "") -> str:
    """How many facts: where each has one row, there is no need to tell them apart."""
    if not single(term, dimension):
        return _FACTS
    return "COUNT(CASE WHEN passes THEN 1 END)" if term.shape == "latest" else "COUNT(*)"


def value(term: Term) -> str:
    """One row: the value, the number of facts behind it, and the number of rows that say anything at all."""
    inner = rows(term, bare=True, numbered=not single(term))
    return f"SELECT {_VALUES[term.shape]}, {_facts(term)}, COUNT(*)\nFROM (\n{inner}\n) AS c"


def together(terms: Sequence[Term]) -> str:
    """For each term, and with a NULL for all of them: rows, sum, different keys, facts, rows that say anything."""
    parts = "\nUNION ALL\n".join(
        f"SELECT {number} AS part, position, passes, amount, key FROM (\n{rows(term, bare=True)}\n) AS c"  # noqa: S608
        for number, term in enumerate(terms)
    )
    return (
        f"SELECT part, {_VALUES['count']}, {_VALUES['latest']}, {_VALUES['distinct']}, {_FACTS}, COUNT(*)\n"
        f"FROM (\n{parts}\n) AS u\nGROUP BY GROUPING SETS ((part), ())"
    )


def by(term: Term, dimension: str) -> str:
    """The same for each value of a column."""
    inner = rows(term, dimension=dimension)
    return (
        f"SELECT dimension, {_VALUES[term.shape]}, {_facts(term, dimension)}, COUNT(*)\n"
        f"FROM (\n{inner}\n) AS c\nGROUP BY dimension ORDER BY dimension"
    )


def by_range(term: Term, ranges: Iterable[tuple[str, int, int]], *, monthly: bool = False) -> str:
    """The same for each of several ranges of the tree; with the month as a second cell, for each month of each."""
    listed = ", ".join(f"({quoted(code)}, {enter}, {leave})" for code, enter, leave in ranges)
    month = f", SUBSTR(CAST(c.day AS {term.dialect.write('text')}), 1, 7)" if monthly else ""
    return (
        f"SELECT r.code{month}, {_VALUES[term.shape]}, {_facts(term)}, COUNT(*)\n"
        f"FROM (\n{rows(term, placed=True)}\n) AS c\nJOIN (VALUES {listed}) AS r(code, enter, leave)\n"
        f"  ON c.enter >= r.enter AND c.enter < r.leave\nGROUP BY r.code{month}"
    )


def newest(term: Term, count: int) -> str:
    """One row: which rows are the newest so many, and the moments of those, newest first; in DuckDB alone.

    Of a row so little is read that it is cheaper to look up those few again for the rest of it.
    """
    part, file, nth = ROW
    packed = f"{part} * {_PART} + {file} * {_FILE} + {nth}"
    return (
        f"SELECT MAX_BY(CAST({packed} AS BIGINT), occurred_at, {count}), MAX(occurred_at, {count})\n"
        f"FROM (\n{rows(replace(term, rowed=True))}\n) AS c"
    )


def unpacked(found: int, at: datetime) -> Row:
    """Where DuckDB has a row, from one number of ``newest``; of what no file has, its position may be any number."""
    if found < _PART:
        return 0, 0, found, at
    return found // _PART, found % _PART // _FILE, found % _FILE, at


def contributions(term: Term) -> str:
    """The rows behind a term, each row once.

    Of a distinct count the first row of each key adds one and the others nothing: the amounts add up to the value.
    """
    amount = "amount"
    if term.shape == "distinct":
        amount = "CASE WHEN ROW_NUMBER() OVER (PARTITION BY key ORDER BY position, item) = 1 THEN 1 ELSE 0 END"
    inner = (
        f"SELECT kind, {_LISTED}, {amount} AS amount, key, shown\n"
        f"FROM (\n{rows(term, values=True)}\n) AS c WHERE passes"
    )
    # Several choices of one answer are several rows here; a reader sees the answer once.
    split = term.shape == "distinct" and keys.key(term)[1]
    return _once(inner, "SUM") if split else inner


def positions(term: Term) -> str:
    """No more of the rows behind a term than is needed to count facts."""
    return f"SELECT position FROM (\n{rows(term)}\n) AS c WHERE passes"  # noqa: S608


def union(parts: Sequence[str]) -> str:
    """The rows behind several terms, each row once."""
    if len(parts) == 1:
        return parts[0]
    return _once("\nUNION ALL\n".join(parts), "MAX")


def _once(inner: str, amount: str) -> str:
    return (
        "SELECT kind, position, MIN(fact) AS fact, MIN(revision) AS revision, item, MIN(place) AS place,\n"
        f"  MIN(occurred_at) AS occurred_at, {amount}(amount) AS amount, MIN(key) AS key, MAX(shown) AS shown\n"
        f"FROM (\n{inner}\n) AS u GROUP BY kind, position, item"
    )


def paged(inner: str, size: int | None, offset: int, *, total: int | None = None) -> str:
    """Newest first, with the number of all; where that is known, an engine need not look at every row twice."""
    limit = f"\nLIMIT {size} OFFSET {offset}" if size is not None else ""
    said = "COUNT(*) OVER ()" if total is None else total
    return (
        f"SELECT kind, position, fact, revision, item, place, occurred_at, amount, shown, {said} AS total\n"
        f"FROM (\n{inner}\n) AS c\nORDER BY occurred_at DESC, position DESC, item{limit}"
    )


def counted(inner: str) -> str:
    """How many facts, and how many rows, stand behind something."""
    return f"SELECT COUNT(DISTINCT position), COUNT(*) FROM (\n{inner}\n) AS c"  # noqa: S608


def _shown(term: Term, values: bool) -> str:
    return term.dialect.as_json({name: keys.named(name) for name in term.shown()}) if values else "''"


def live(term: Term) -> str:
    """The rows of the source in the program and the period."""
    tests = [f"f.program = {quoted(term.program)}"] if term.program else []
    if term.from_ is not None:
        tests.append(_when(">=", term.from_, exactly=term.rowed))
    if term.until is not None:
        tests.append(_when("<", term.until, exactly=term.rowed))
    if term.lowest:
        # The tree decides; this lets an engine pass over what lies elsewhere in files that are ordered by place.
        tests += [f"f.place >= {quoted(term.lowest)}", f"f.place <= {quoted(term.highest)}"]
    if term.at:
        return _at(term)
    return f"SELECT f.* FROM {term.facts} AS f WHERE {' AND '.join(tests) or 'TRUE'}"  # noqa: S608


def _at(term: Term) -> str:
    """The rows that are wanted, which passed all else once; when they happened is known."""
    names = ", ".join((*ROW, "happened_at"))
    listed = ", ".join(f"({part}, {file}, {nth}, {_literal(at)})" for part, file, nth, at in term.at)
    same = " AND ".join(f"a.{name} = f.{name}" for name in ROW)
    # The last of the three alone lets an engine pass over what no wanted row is in.
    near = ", ".join(str(one[2]) for one in term.at)
    return (
        f"SELECT f.* REPLACE (a.happened_at AS occurred_at) FROM {term.facts} AS f\n"  # noqa: S608
        f"JOIN (VALUES {listed}) AS a({names}) ON {same} WHERE f.{ROW[2]} IN ({near})"
    )


def _when(side: str, at: datetime, *, exactly: bool) -> str:
    """On which side of a moment. Whole days are told by the day, by which files are ordered.

    ``exactly``: by the moment itself, where that is read anyway.
    """
    local = at.astimezone(SHANGHAI)
    if local.time() == local.time().min and not exactly:
        return f"f.day {side} DATE '{local.date()}'"
    return f"f.occurred_at {side} {moment(at)}"


def _newest(term: Term, live: str) -> str:
    """The newest row for each subject. The filter comes after: what was newest and passes no longer is not counted."""
    per = keys.one(term, term.per, keys.cell(term.per, term.dialect))
    wanted = f" AND {per} IN ({', '.join(map(quoted, term.only))})" if term.only else ""
    return (
        f"SELECT f.*, ROW_NUMBER() OVER (PARTITION BY {per} "  # noqa: S608
        "ORDER BY f.occurred_at DESC, f.position DESC, f.item DESC) AS nth\n"
        f"  FROM ({live}) AS f WHERE {per} IS NOT NULL{wanted}"
    )


def _dimension(term: Term, dimension: str, split: str) -> str:
    if not dimension:
        return "NULL"
    return "NULLIF(split.name, '')" if dimension == split else keys.as_text(dimension, term.dialect)


def _filter(term: Term) -> str:
    return "TRUE" if term.filter is None else expressions.sql(term.filter, keys.named, moment)


def moment(at: datetime) -> str:
    """A moment as the columns hold it: local, without a zone."""
    return _literal(at.astimezone(SHANGHAI))


def _literal(at: datetime) -> str:
    return f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S.%f}'"
