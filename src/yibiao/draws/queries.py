"""Reads of draws, and a draw as everybody may hold it against its own rules."""

from __future__ import annotations

import json
from typing import Any

from yibiao.core.problems import Problem, refuse
from yibiao.core.texts import Text
from yibiao.draws import models, plans, problems, rows
from yibiao.draws.planned import open_plans, plan_rule, plans_for
from yibiao.draws.types import Draw, Scheme
from yibiao.packs import queries as packs
from yibiao.packs.types import Declared, DeclaredColumn, PackFiles
from yibiao.people.types import Scope
from yibiao.places import queries as places

__all__ = [
    "check", "declared", "draw", "open_plans", "page", "plan_rule", "plans_for", "published", "schemes", "sources",
]  # fmt: skip


def schemes(program: str) -> tuple[Scheme, ...]:
    """The kinds of draw of a program; may be empty.

    Raises: packs.program.unknown.
    """
    return plans.of(packs.program(program).pack)


def check(files: PackFiles) -> list[Problem]:
    """Everything that is wrong with a pack's draws.toml."""
    return plans.read(files.files.get(plans.NAME))[1]


def declared(_files: PackFiles) -> tuple[Declared, ...]:
    """The facts of draws, for a pack's indicators to count."""
    return sources()


def sources() -> tuple[Declared, ...]:
    """The facts of draws, for figures to count."""
    states = (
        ("prepared", Text("已公布摘要", "Prepared")),
        ("drawn", Text("已抽取", "Drawn")),
        ("public", Text("已公示", "Public")),
    )
    columns = (
        DeclaredColumn("scheme", "text", Text("抽取种类", "Kind of draw")),
        DeclaredColumn("state", "choice", Text("状态", "State"), states),
        DeclaredColumn("drawn", "integer", Text("抽中对象数", "Objects drawn")),
        DeclaredColumn("replaced", "integer", Text("替换次数", "Replacements")),
    )
    return (Declared("draw:held", rows.KIND, Text("双随机抽取", "Draws"), columns),)


def page(*, scope: Scope, program: str, limit: int = 100) -> tuple[Draw, ...]:
    """The draws of a program that are open to a scope, newest first."""
    found = models.Draw.objects.filter(program=program).order_by("-prepared_at", "id")
    return tuple(rows.draw(row) for row in found if _covers(scope, row))[:limit]


def draw(id: str, *, scope: Scope) -> Draw:
    """Raises: draws.draw.unknown (for one that is not open as well)."""
    row = models.Draw.objects.filter(id=id).first()
    if row is None or not _covers(scope, row):
        raise refuse(problems.UNKNOWN.at())
    return rows.draw(row)


def published(id: str) -> dict[str, Any]:
    """What everybody may know of a draw: before it is public only the hashes, then all that it takes to run it again.

    Raises: draws.draw.unknown.
    """
    row = models.Draw.objects.filter(id=id).first()
    if row is None:
        raise refuse(problems.UNKNOWN.at())
    frozen = json.loads(row.frozen)
    head = {"title": row.title, "state": row.state, "digest": row.digest, "prepared_at": row.prepared_at}
    if row.state != "public":
        return {**head, "format": frozen["format"], "seed_sha256": frozen["seed_sha256"]}
    return {**head, "frozen": frozen, **json.loads(row.outcome)}


def _covers(scope: Scope, row: models.Draw) -> bool:
    return any(places.descends(row.place, root) for root in dict.fromkeys(scope.places(row.program)))
