"""SQL text of the cube: from rows to cells, each month of a place with its days.

What places come to is added up the tree one level at a time. A key that was only ever seen at one place was last seen
on the same day whatever place above it is asked about, so its days are counted once. One that was seen at several is
looked at anew only where they meet: there its days as a whole count instead of those of each part. Places stand for
themselves as numbers of the tree: what is grouped by numbers takes half the time.

Cubes are made by DuckDB in process alone; other engines count everything anew, as a second opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from yibiao.core import expressions
from yibiao.figures import compiler
from yibiao.figures.compiler import Term
from yibiao.figures.engines.dialects import quoted
from yibiao.figures.geography import Climb
from yibiao.figures.types import Column

_MONTH = "CAST(DATE_TRUNC('month', day) AS DATE)"
_EPOCH = "DATE '0001-01-01'"
APART: Final = 65_536
ENTRIES: Final = (
    Column("program", "VARCHAR"), Column("key", "VARCHAR"), Column("enter", "BIGINT"), Column("day", "DATE"),
    Column("n", "BIGINT"),
)  # fmt: skip
_FACTS = "COUNT(DISTINCT CASE WHEN sign = 1 THEN position END) - COUNT(DISTINCT CASE WHEN sign = -1 THEN position END)"


def cells(term: Term, climb: Climb, facts: str = "") -> str:
    """(program, place, month, facts, total, days), by place and month."""
    count = "SUM(sign)" if compiler.single(term) else _FACTS
    leaf = (
        f"SELECT program, enter, day, CAST({count} AS BIGINT) AS facts, SUM(sign * amount) AS total\n"
        f"FROM (\n{compiler.entered(term, facts)}\n) AS e GROUP BY program, enter, day"
    )
    day = f"CAST(EXTRACT(DAY FROM day) AS VARCHAR) || ':' || CAST(facts AS VARCHAR) || ':' || {_text(term, 'total')}"
    return _placed(
        f"SELECT program, top, {_MONTH} AS month, CAST(SUM(facts) AS BIGINT) AS facts,\n"
        f"  {_text(term, 'SUM(total)')} AS total, STRING_AGG({day}, ' ') AS days\n"
        f"FROM (\n{_climbed(leaf, ('day',), ('facts', 'total'), climb)}\n) AS r GROUP BY program, top, {_MONTH}",
        climb, ("facts", "total", "days"),
    )  # fmt: skip


def several(terms: Sequence[Term], climb: Climb) -> str:
    """(program, place, month, then facts, total and days of each term), of terms over one source in one pass.

    Only for terms with one row a fact. Rows are added up by the place's code before the tree is looked at.
    """
    cut = [compiler.passing(term) for term in terms]
    # What counts facts adds up to their number.
    totals = [f"v{k}" if term.shape == "sum" else f"n{k}" for k, term in enumerate(terms)]
    names = list(dict.fromkeys(name for k in range(len(terms)) for name in (f"n{k}", totals[k])))
    rows = {f"n{k}": f"CASE WHEN {test} THEN 1 ELSE 0 END" for k, (test, _) in enumerate(cut)}
    rows |= {f"v{k}": f"CASE WHEN {test} THEN {amount} ELSE 0 END" for k, (test, amount) in enumerate(cut)}
    leaf = (
        f"SELECT l.program, t.enter, l.day, {', '.join(names)}\nFROM (\n"  # noqa: S608
        f"  SELECT f.program, f.place AS code, f.day, {', '.join(f'{_sum(n, rows[n])} AS {n}' for n in names)}\n"
        f"  FROM ({compiler.live(terms[0])}) AS f GROUP BY f.program, f.place, f.day\n"
        f") AS l JOIN {terms[0].tree} AS t ON t.code = l.code"
    )
    texts = "".join(
        f",\n  CAST(SUM(n{k}) AS BIGINT) AS f{k}, {_text(term, f'SUM({totals[k]})')} AS t{k}, STRING_AGG(nth || "
        f"CAST(n{k} AS VARCHAR) || ':' || {_text(term, totals[k])}, ' ') FILTER (WHERE n{k} > 0) AS d{k}"
        for k, term in enumerate(terms)
    )
    nth = "CAST(EXTRACT(DAY FROM day) AS VARCHAR) || ':'"
    return _placed(
        f"SELECT program, top, month{texts}\nFROM (\n"  # noqa: S608
        f"  SELECT *, {_MONTH} AS month, {nth} AS nth FROM (\n{_climbed(leaf, ('day',), names, climb)}\n) AS r\n"
        ") AS m GROUP BY program, top, month",
        climb, [f"{part}{k}" for k in range(len(terms)) for part in "ftd"],
    )  # fmt: skip


def _climbed(leaf: str, by: Sequence[str], sums: Sequence[str], climb: Climb) -> str:
    """(program, top, by, sums) of every place with all below it, from (program, enter, by, sums) of each alone."""
    each, group = ", ".join((*by, *sums)), ", ".join(("program", "enter", *by))
    added = ", ".join(f"{_sum(name, name)} AS {name}" for name in sums)
    steps = [
        f"own AS MATERIALIZED (SELECT l.*, s.depth FROM (\n{leaf}\n) AS l\n"  # noqa: S608
        f"  JOIN {climb.table} AS s ON s.enter = l.enter)"
    ]
    for depth in range(climb.deepest, -1, -1):
        rows = f"SELECT program, enter, {each} FROM own WHERE depth = {depth}"  # noqa: S608
        if depth < climb.deepest:
            carried = ", ".join(f"b.{name}" for name in (*by, *sums))
            rows += (
                f" UNION ALL\n  SELECT b.program, s.parent, {carried}\n"  # noqa: S608
                f"  FROM level{depth + 1} AS b JOIN {climb.table} AS s ON s.enter = b.enter"
            )
        steps.append(
            f"level{depth} AS MATERIALIZED (SELECT {group}, {added} FROM (\n"  # noqa: S608 - names of our own
            f"  {rows}\n) AS u GROUP BY {group})"
        )
    levels = "\nUNION ALL ".join(
        f"SELECT program, enter AS top, {each} FROM level{depth}"  # noqa: S608
        for depth in range(climb.deepest + 1)
    )
    return f"WITH {', '.join(steps)}\n{levels}"


def _sum(name: str, rows: str) -> str:
    """A sum; of facts it is a number of 64 bits, of anything else as wide as the engine makes it."""
    return f"SUM({rows})" if name == "total" or name.startswith("v") else f"CAST(SUM({rows}) AS BIGINT)"


def together(terms: Sequence[Term]) -> Term:
    """A term that reads what several read."""
    tests = tuple(term.filter for term in terms if term.filter is not None)
    names = tuple(dict.fromkeys(name for term in terms for name in term.shown()))
    return replace(terms[0], shape="distinct", filter=expressions.And(tests) if tests else None, of="", keys=names)


def plain(term: Term) -> bool:
    """Whether a term may be counted together with others: a row a fact, and nothing read in more than one way."""
    held = [term.source.column(name) for name in term.shown()]
    return compiler.single(term) and all(column is not None and column.type != "ANY" for column in held)


def among(term: Term, facts: str) -> str:
    """``ENTRIES`` of the keys that signed rows touch: where and on which days they are, and how many rows say so."""
    return (
        "SELECT program, key, enter, day, COUNT(*) AS n\n"  # noqa: S608
        f"FROM (\n{compiler.entered(term)}\n) AS e\n"
        f"WHERE key IN (SELECT key FROM (\n{compiler.entered(term, facts)}\n) AS k) GROUP BY program, key, enter, day"
    )


def after(held: str, term: Term, facts: str) -> str:
    """Where and on which days keys are once signed rows are added to their ``ENTRIES``."""
    return (
        f"SELECT program, key, enter, day FROM (SELECT * FROM {held} UNION ALL\n"  # noqa: S608
        f"  SELECT program, key, enter, day, sign FROM (\n{compiler.entered(term, facts)}\n) AS e\n"
        ") AS u GROUP BY program, key, enter, day HAVING SUM(n) > 0"
    )


def part(keys: str, nth: int, of: int) -> str:
    """The rows of every so-manieth key: what the parts of ``seen`` come to adds up."""
    return keys if of == 1 else f"SELECT * FROM (\n{keys}\n) AS k WHERE HASH(key) % {of} = {nth}"  # noqa: S608


def seen(keys: str, climb: Climb) -> str:
    """(program, enter, packed, n): what all keys seen at a place add to it, and to all above it; see ``summed``.

    ``keys`` is a relation (program, key, enter, day) that may repeat itself. ``packed`` is a day and a gap as one
    number: what is grouped by fewer columns takes less time.
    """
    steps = [
        "alone AS MATERIALIZED (SELECT program, key, enter, LIST_SORT(LIST(day)) AS days\n"  # noqa: S608
        f"  FROM ({keys}) AS k GROUP BY program, key, enter)",
        "straying AS MATERIALIZED (SELECT a.*, s.depth FROM alone AS a\n"  # noqa: S608
        f"  JOIN {climb.table} AS s ON s.enter = a.enter\n"
        "  SEMI JOIN (SELECT program, key FROM alone GROUP BY program, key HAVING COUNT(*) > 1) AS m\n"
        "  ON m.program = a.program AND m.key = a.key)",
    ]
    counted = ["SELECT program, enter, days, 1 AS sign FROM alone"]
    for depth in range(climb.deepest, -1, -1):
        rows = f"SELECT program, key, enter, days FROM straying WHERE depth = {depth}"  # noqa: S608
        if depth < climb.deepest:
            rows += (
                " UNION ALL\n  SELECT b.program, b.key, s.parent, b.days\n"  # noqa: S608
                f"  FROM whole{depth + 1} AS b JOIN {climb.table} AS s ON s.enter = b.enter"
            )
        steps += [
            f"met{depth} AS MATERIALIZED (SELECT program, key, enter, LIST(days) AS parts FROM (\n"  # noqa: S608
            f"  {rows}\n) AS u GROUP BY program, key, enter)",
            f"whole{depth} AS MATERIALIZED (SELECT program, key, enter, LEN(parts) AS n,\n"  # noqa: S608
            f"  CASE WHEN LEN(parts) = 1 THEN parts[1] ELSE LIST_SORT(FLATTEN(parts)) END AS days FROM met{depth})",
        ]
        counted += [
            f"SELECT program, enter, days, 1 FROM whole{depth} WHERE n > 1",  # noqa: S608
            f"SELECT program, enter, UNNEST(parts), -1 FROM met{depth} WHERE LEN(parts) > 1",  # noqa: S608
        ]
    union = "\n  UNION ALL ".join(counted)
    # A day that is listed twice is seen once.
    return (
        f"WITH {', '.join(steps)}\nSELECT program, CAST(enter AS INTEGER) AS enter,\n"
        f"  (day - {_EPOCH}) * {APART} + COALESCE(day - before, 0) AS packed, CAST(SUM(sign) AS INTEGER) AS n FROM (\n"
        "SELECT program, enter, sign, UNNEST(days) AS day,\n"
        "  UNNEST(LIST_CONCAT([CAST(NULL AS DATE)], days[:-2])) AS before\n"
        f"FROM (\n  {union}\n) AS c) AS e WHERE before IS DISTINCT FROM day\n"
        "GROUP BY program, enter, packed HAVING SUM(sign) <> 0"
    )


def summed(seen_: str, climb: Climb) -> str:
    """(program, top, day, gap, n): n keys seen on a day and last before it so many days ago, 0 for never."""
    return (
        f"SELECT program, top, {_EPOCH} + CAST(packed // {APART} AS INTEGER) AS day, packed % {APART} AS gap, n\n"
        f"FROM (\n{_climbed(seen_, ('packed',), ('n',), climb)}\n) AS s WHERE n <> 0"
    )


def within(seen_: str, first: date, end: date) -> str:
    """Of what ``seen`` gives that from one day until before another."""
    low, high = ((day - date.min).days * APART for day in (first, end))
    return f"SELECT program, enter, packed, n FROM {seen_} WHERE packed >= {low} AND packed < {high}"  # noqa: S608


def gaps(seen_: str, climb: Climb) -> str:
    """(program, place, month, day of the month, gap, keys), from what ``seen`` gives."""
    summed_ = summed(seen_, climb)
    nth = "EXTRACT(DAY FROM day)"
    rows = f"SELECT program, top, {_MONTH} AS month, {nth} AS nth, gap, n FROM (\n{summed_}\n) AS s"  # noqa: S608
    return _placed(rows, climb, ("nth", "gap", "n"))


def written(seen_: str, climb: Climb) -> str:
    """(program, place, month, total, seen), from what ``seen`` gives."""
    summed_ = summed(seen_, climb)
    entry = "CAST(nth AS VARCHAR) || ':' || CAST(gap AS VARCHAR) || ':' || CAST(n AS VARCHAR)"
    return _placed(
        "SELECT program, top, month,\n"  # noqa: S608
        "  CAST(SUM(CASE WHEN gap > 0 AND gap < nth THEN 0 ELSE n END) AS VARCHAR) AS total,\n"
        f"  STRING_AGG({entry}, ' ') AS seen FROM (\n"
        f"  SELECT program, top, {_MONTH} AS month, EXTRACT(DAY FROM day) AS nth, gap, n FROM (\n{summed_}\n) AS s\n"
        ") AS d GROUP BY program, top, month",
        climb, ("total", "seen"),
    )  # fmt: skip


def moved(term: Term, facts: str, first: str, last: str) -> str:
    """(enter, facts, total) of what signed rows add to a program on some days, both included."""
    count = "SUM(sign)" if compiler.single(term) else _FACTS
    return (
        f"SELECT enter, {count}, SUM(sign * amount) FROM (\n{_signed(term, facts, first, last)}\n) AS e GROUP BY enter"  # noqa: S608
    )


def more(term: Term, facts: str, first: str, last: str) -> str:
    """By how much signed rows change the number of different keys in the rows of a term."""
    signed = f"SELECT key, SUM(sign) AS more FROM (\n{_signed(term, facts, first, last)}\n) AS e GROUP BY key"  # noqa: S608
    return (
        f"SELECT * FROM (\nWITH touched AS ({signed}),\n"  # noqa: S608
        f"held AS (SELECT key, COUNT(*) AS n FROM (\n{compiler.rows(term)}\n) AS c\n"
        "  WHERE key IN (SELECT key FROM touched) GROUP BY key)\n"
        "SELECT COALESCE(SUM(CASE WHEN h.n IS NULL AND t.more > 0 THEN 1 WHEN h.n + t.more = 0 THEN -1 ELSE 0 END),\n"
        "  0) FROM touched AS t LEFT JOIN held AS h ON h.key = t.key\n) AS m"
    )


def _signed(term: Term, facts: str, first: str, last: str) -> str:
    days = f"day <= DATE '{last}'" + (f" AND day >= DATE '{first}'" if first else "")
    entered = compiler.entered(term, facts)
    return f"SELECT * FROM (\n{entered}\n) AS s WHERE {days} AND program = {quoted(term.program)}"  # noqa: S608


def touched(term: Term, facts: str) -> str:
    """(enter, month) of signed rows."""
    return (
        "SELECT DISTINCT enter, SUBSTR(CAST(day AS VARCHAR), 1, 7)\n"
        f"FROM (\n{compiler.entered(term, facts)}\n) AS e WHERE program = {quoted(term.program)}"
    )


def _text(term: Term, cell: str) -> str:
    """A number in one spelling, without trailing zeros."""
    text = f"CAST({cell} AS VARCHAR)"
    column = term.source.column(term.of)
    if term.shape == "sum" and (column is None or column.type != "BIGINT"):
        return f"RTRIM(RTRIM({text}, '0'), '.')"
    return text


def _placed(cells_: str, climb: Climb, names: Sequence[str]) -> str:
    """Cells by the number of their place and the first of their month, as cells by its code and the month's name."""
    listed = ", ".join(f"x.{name}" for name in names)
    return (
        f"SELECT x.program, p.place, SUBSTR(CAST(x.month AS VARCHAR), 1, 7), {listed}\n"
        f"FROM (\n{cells_}\n) AS x JOIN {climb.table} AS p ON p.enter = x.top"
    )
