"""SQL text of the cube: from rows to cells, each month of a place with its days.

A key that was only ever seen at one place was last seen on the same day whatever place above it is asked about, so its
days are counted once and added up the tree. Only keys that were seen at several places are looked at anew at each place
above them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yibiao.core import expressions
from yibiao.figures import compiler
from yibiao.figures.compiler import Term
from yibiao.figures.engines.dialects import quoted

_FACTS = "COUNT(DISTINCT CASE WHEN sign = 1 THEN position END) - COUNT(DISTINCT CASE WHEN sign = -1 THEN position END)"


def cells(term: Term, paths: str, facts: str = "") -> str:
    """(program, place, month, facts, total, days), by place and month."""
    day = f"CAST(nth AS VARCHAR) || ':' || CAST(facts AS VARCHAR) || ':' || {_text(term, 'total')}"
    return (
        f"SELECT program, place, month, CAST(SUM(facts) AS BIGINT), {_text(term, 'SUM(total)')},\n"
        f"  STRING_AGG({day}, ' ')\n"
        f"FROM (\n{_months(_rolled(term, paths, facts))}\n) AS m GROUP BY program, place, month"
    )


def several(terms: Sequence[Term], paths: str) -> str:
    """(program, place, month, then facts, total and days of each term), of terms over one source in one pass.

    Only for terms with one row a fact. Rows are added up by the place's code before the tree is looked at.
    """
    cut = [compiler.passing(term) for term in terms]
    sums = "".join(
        f",\n  SUM(CASE WHEN {test} THEN 1 ELSE 0 END) AS n{k}, SUM(CASE WHEN {test} THEN {amount} ELSE 0 END) AS v{k}"
        for k, (test, amount) in enumerate(cut)
    )
    added = "".join(f", SUM(n{k}) AS n{k}, SUM(v{k}) AS v{k}" for k in range(len(terms)))
    texts = "".join(
        f",\n  CAST(SUM(n{k}) AS BIGINT), {_text(term, f'SUM(v{k})')}, STRING_AGG(CAST(nth AS VARCHAR) || ':' || "
        f"CAST(n{k} AS VARCHAR) || ':' || {_text(term, f'v{k}')}, ' ') FILTER (WHERE n{k} > 0)"
        for k, term in enumerate(terms)
    )
    tree = terms[0].tree
    return (
        f"SELECT program, place, SUBSTR(CAST(day AS VARCHAR), 1, 7) AS month{texts}\nFROM (\n"  # noqa: S608
        f"  SELECT program, p.place, day, EXTRACT(DAY FROM day) AS nth{added}\n  FROM (\n"
        f"    SELECT f.program, f.place AS code, f.day{sums}\n"
        f"    FROM ({compiler.live(terms[0])}) AS f GROUP BY f.program, f.place, f.day\n"
        f"  ) AS l JOIN {tree} AS t ON t.code = l.code JOIN {paths} AS p ON p.enter = t.enter\n"
        "  GROUP BY program, p.place, day\n) AS r GROUP BY program, place, month"
    )


def together(terms: Sequence[Term]) -> Term:
    """A term that reads what several read."""
    tests = tuple(term.filter for term in terms if term.filter is not None)
    names = tuple(dict.fromkeys(name for term in terms for name in term.shown()))
    return replace(terms[0], shape="distinct", filter=expressions.And(tests) if tests else None, of="", keys=names)


def plain(term: Term) -> bool:
    """Whether a term may be counted together with others: a row a fact, and nothing read in more than one way."""
    held = [term.source.column(name) for name in term.shown()]
    return compiler.single(term) and all(column is not None and column.type != "ANY" for column in held)


def seen(term: Term, paths: str, among: str = "") -> str:
    """(program, place, month, day of the month, gap, keys) of a distinct count; ``among`` is a relation of keys."""
    chosen = f" WHERE key IN ({among})" if among else ""
    keys = f"SELECT DISTINCT program, key, enter, day FROM (\n{compiler.entered(term)}\n) AS e{chosen}"  # noqa: S608
    return (
        f"SELECT * FROM (\nWITH keys AS ({keys}),\n"  # noqa: S608
        "wanderers AS (SELECT program, key FROM keys GROUP BY program, key HAVING MIN(enter) < MAX(enter)),\n"
        "settled AS (SELECT program, enter, day, before, COUNT(*) AS n FROM (\n"
        "  SELECT k.*, LAG(k.day) OVER (PARTITION BY k.program, k.key ORDER BY k.day) AS before FROM keys AS k\n"
        "  LEFT JOIN wanderers AS w ON w.program = k.program AND w.key = k.key WHERE w.key IS NULL\n"
        ") AS s GROUP BY program, enter, day, before),\n"
        "moving AS (SELECT DISTINCT k.program, k.key, p.place, k.day FROM keys AS k\n"
        f"  JOIN wanderers AS w ON w.program = k.program AND w.key = k.key JOIN {paths} AS p ON p.enter = k.enter),\n"
        "counted AS (\n"
        f"  SELECT s.program, p.place, s.day, s.before, s.n FROM settled AS s JOIN {paths} AS p ON p.enter = s.enter\n"
        "  UNION ALL SELECT program, place, day, before, COUNT(*) AS n FROM (\n"
        "    SELECT *, LAG(day) OVER (PARTITION BY program, key, place ORDER BY day) AS before FROM moving\n"
        "  ) AS m GROUP BY program, place, day, before)\n"
        "SELECT program, place, SUBSTR(CAST(day AS VARCHAR), 1, 7) AS month, EXTRACT(DAY FROM day) AS nth,\n"
        "  COALESCE(day - before, 0) AS gap, CAST(SUM(n) AS BIGINT) AS n\n"
        "FROM counted GROUP BY program, place, day, before\n) AS seen"
    )


def written(seen_: str) -> str:
    """(program, place, month, total, seen), from what ``seen`` gives."""
    return (
        "SELECT program, place, month, CAST(SUM(CASE WHEN gap = 0 OR gap >= nth THEN n ELSE 0 END) AS VARCHAR),\n"
        "  STRING_AGG(CAST(nth AS VARCHAR) || ':' || CAST(gap AS VARCHAR) || ':' || CAST(n AS VARCHAR), ' ')\n"
        f"FROM (\n{seen_}\n) AS s GROUP BY program, place, month"
    )


def moved(term: Term, facts: str, first: str, last: str) -> str:
    """(enter, facts, total) of what signed rows add to a program on some days, both included."""
    count = "SUM(sign)" if compiler.single(term) else _FACTS
    days = f"day <= DATE '{last}'" + (f" AND day >= DATE '{first}'" if first else "")
    return (
        f"SELECT enter, {count}, SUM(sign * amount) FROM (\n{compiler.entered(term, facts)}\n) AS e\n"  # noqa: S608
        f"WHERE {days} AND program = {quoted(term.program)} GROUP BY enter"
    )


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


def _rolled(term: Term, paths: str, facts: str) -> str:
    count = "SUM(sign)" if compiler.single(term) else _FACTS
    leaf = (
        f"SELECT program, enter, day, {count} AS facts, SUM(sign * amount) AS total\n"
        f"FROM (\n{compiler.entered(term, facts)}\n) AS e GROUP BY program, enter, day"
    )
    return (
        "SELECT program, place, day, SUM(facts) AS facts, SUM(total) AS total\n"
        f"FROM (\n{leaf}\n) AS l JOIN {paths} AS p ON p.enter = l.enter GROUP BY program, place, day"
    )


def _months(rolled: str) -> str:
    return (
        "SELECT program, place, SUBSTR(CAST(day AS VARCHAR), 1, 7) AS month, EXTRACT(DAY FROM day) AS nth,\n"  # noqa: S608
        f"  facts, total FROM (\n{rolled}\n) AS r"
    )
