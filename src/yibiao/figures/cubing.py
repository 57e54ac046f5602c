"""SQL text of the cube: from rows to cells, each month of a place with its days.

What places come to is added up the tree one level at a time. Places stand for themselves as numbers of the tree: what
is grouped by numbers takes half the time. Which keys were seen when is told by ``sightings``.

Cubes are made by DuckDB in process alone; other engines count everything anew, as a second opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from yibiao.core import expressions
from yibiao.figures import compiler
from yibiao.figures.engines.dialects import identifier, quoted
from yibiao.figures.geography import Climb
from yibiao.figures.terms import Term
from yibiao.figures.types import Column

_MONTH = "CAST(DATE_TRUNC('month', day) AS DATE)"
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
    day = f"CAST(EXTRACT(DAY FROM day) AS VARCHAR) || ':' || {_entry(term, 'facts', 'total')}"
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
    rows = {f"n{k}": f"COUNT(CASE WHEN {test} THEN 1 END)" for k, (test, _) in enumerate(cut)}
    rows |= {f"v{k}": f"SUM(CASE WHEN {test} THEN {amount} ELSE 0 END)" for k, (test, amount) in enumerate(cut)}
    leaf = (
        f"SELECT l.program, t.enter, l.day, {', '.join(names)}\nFROM (\n"  # noqa: S608
        f"  SELECT f.program, f.place AS code, f.day, {', '.join(f'{rows[n]} AS {n}' for n in names)}\n"
        f"  FROM ({compiler.live(terms[0])}) AS f GROUP BY f.program, f.place, f.day\n"
        f") AS l JOIN {terms[0].tree} AS t ON t.code = l.code"
    )
    texts = "".join(
        f",\n  CAST(SUM(n{k}) AS BIGINT) AS f{k}, {_text(term, f'SUM({totals[k]})')} AS t{k}, "
        f"STRING_AGG(nth || {_entry(term, f'n{k}', totals[k])}, ' ') FILTER (WHERE n{k} > 0) AS d{k}"
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


def programs(term: Term) -> str:
    """(program) of every one that has rows."""
    return f"SELECT DISTINCT program FROM (\n{compiler.entered(term)}\n) AS k"  # noqa: S608


def keys(term: Term, program: str, nth: int = 0, of: int = 1) -> str:
    """(key, enter, day) of the rows of a program; of every so-manieth key alone where there are too many."""
    test = f" AND HASH(key) % {of} = {nth}" if of > 1 else ""
    return f"SELECT key, enter, day FROM (\n{compiler.entered(term)}\n) AS k WHERE program = {quoted(program)}{test}"  # noqa: S608


def arrived(terms: Sequence[Term], facts: str, by: str = "") -> str:
    """(enter, day, value of a column, then facts and total of each term) of what signed rows add to a program.

    Terms over one source; several only if all are ``plain``. Of what is counted apart the total is of rows.
    """
    if not plain(terms[0]):
        term = terms[0]
        count = "SUM(sign)" if compiler.single(term) else _FACTS
        return (
            f"SELECT enter, CAST(day AS VARCHAR), '', {count}, {'COUNT(*)' if term.keys else 'SUM(sign * amount)'}\n"
            f"FROM (\n{compiler.entered(term, facts)}\n) AS e\n"
            f"WHERE program = {quoted(term.program)} GROUP BY enter, day"
        )
    listed = []
    for term in terms:
        test, amount = compiler.passing(term)
        more = "1" if term.keys else f"sign * {amount}"
        listed += [f"COALESCE(SUM(CASE WHEN {test} THEN {cell} END), 0)" for cell in ("sign", more)]
    value = f"COALESCE(f.{identifier(by)}, '')" if by else "''"
    return (
        f"SELECT t.enter, CAST(f.day AS VARCHAR), {value}, {', '.join(listed)}\n"
        f"FROM ({facts}) AS f JOIN {terms[0].tree} AS t ON t.code = f.place\n"
        f"WHERE f.program = {quoted(terms[0].program)} AND t.enter >= 0 GROUP BY t.enter, f.day, {value}"
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


def touching(term: Term, facts: str) -> str:
    """(came or held, key, enter, day, how many) of signed rows, and of the rows of a term with any of their keys."""
    entered = f"SELECT * FROM (\n{compiler.entered(term, facts)}\n) AS s WHERE program = {quoted(term.program)}"  # noqa: S608
    return (
        f"SELECT * FROM (\nWITH touched AS ({entered})\n"  # noqa: S608
        "SELECT 'came' AS side, key, enter, CAST(day AS VARCHAR) AS day, CAST(SUM(sign) AS BIGINT) AS n\n"
        "  FROM touched GROUP BY key, enter, day UNION ALL\n"
        "SELECT 'held', key, enter, CAST(day AS VARCHAR), COUNT(*)\n"
        f"  FROM (\n{compiler.rows(term, placed=True)}\n) AS c\n"
        "  WHERE key IN (SELECT key FROM touched) GROUP BY key, enter, day\n) AS m"
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


def _entry(term: Term, facts: str, total: str) -> str:
    """What stands after the day in an entry of ``days``."""
    same = f"CAST({facts} AS VARCHAR)"
    if facts == total:
        return same
    return f"{same} || CASE WHEN {total} = {facts} THEN '' ELSE ':' || {_text(term, total)} END"


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
        f"SELECT x.program, p.place, SUBSTR(CAST(x.month AS VARCHAR), 1, 7) AS month, {listed}\n"
        f"FROM (\n{cells_}\n) AS x JOIN {climb.table} AS p ON p.enter = x.top"
    )
