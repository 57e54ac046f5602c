"""The house as the tests see it: its rooms, its modules, their syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "yibiao"
# From the top down; a room may import from those after it.
ROOMS = (
    "site",
    "desk",
    "bulletins",
    "figures",
    "notices",
    "draws",
    "citizens",
    "cases",
    "duty",
    "records",
    "forms",
    "packs",
    "people",
    "places",
    "ledger",
    "core",
)
DEPTH = {room: ROOMS.index(room) for room in ROOMS} | {"people": ROOMS.index("packs")}
PUBLIC = frozenset({"types", "problems", "queries", "actions"})
# What other rooms may touch beside the public modules: (room that looks in, module looked at, why).
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("site", "people.urls"): "the site gives every room its addresses",
    ("site", "desk.urls"): "the site gives every room its addresses",
    ("records", "ledger.writing"): "the rows of many records are written as their facts are",
    ("desk", "citizens.open311"): "the desk gives Open311 its place on the site, the reference lists its rules",
    ("citizens", "records.intake.citizen"): "a report is taken in with its photos, as phones' forms are with theirs",
    ("desk", "records.urls"): "the desk gives the pages of filling in their place on the site",
    ("desk", "records.intake.api"): "the desk gathers the API of all rooms under one address",
    ("desk", "records.intake.openrosa"): "the server lets phones in by the short way, the reference lists its rules",
    ("desk", "records.intake"): "the benchmark uploads a sheet as the page does, and watches its progress",
    ("desk", "records.intake.cells"): "a table of accounts is read as safely as a sheet of records",
    ("desk", "records.odata"): "the reference lists its rules",
    ("desk", "records.generating"): "the benchmark fills a register with invented entities",
    ("desk", "bulletins.documents"): "the command line reads a .docx without a database",
}


@dataclass(frozen=True)
class Module:
    path: Path
    name: str  # "records.intake.web"

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        return _tree(self.path)

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        return _nodes(self.path)

    def at(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_tree(path)))


@cache
def modules(*, migrations: bool = False) -> tuple[Module, ...]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        if parts == ("__init__",) or ("migrations" in parts and not migrations):
            continue
        found.append(Module(path, ".".join(parts[:-1] if parts[-1] == "__init__" else parts)))
    return tuple(found)


def in_house(module: Module) -> Iterator[tuple[ast.AST, str, str]]:
    """Imports of our own modules: the node, the room, and the module below the room (empty: the room itself)."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _split(node, alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            base = node.module.split(".")
            if base == ["yibiao"]:
                for alias in node.names:
                    if alias.name in ROOMS:
                        yield from _split(node, f"yibiao.{alias.name}")
            elif base[0] == "yibiao" and len(base) == 2:
                for alias in node.names:
                    below = SOURCE / base[1] / alias.name
                    is_module = below.is_dir() or below.with_suffix(".py").is_file()
                    yield node, base[1], alias.name if is_module else ""
            else:
                yield from _split(node, node.module)


def _split(node: ast.AST, name: str) -> Iterator[tuple[ast.AST, str, str]]:
    parts = name.split(".")
    if parts[0] == "yibiao" and len(parts) > 1:
        yield node, parts[1], ".".join(parts[2:])


def calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the last part of the name called."""
    for node in module.nodes:
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                yield node, called.id
            elif isinstance(called, ast.Attribute):
                yield node, called.attr


@cache
def tracked() -> tuple[Path, ...]:
    """Files that belong to the project: known to git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())
