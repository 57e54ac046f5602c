"""What import-linter cannot see: strings, models, signals, private modules, sizes, names."""

from __future__ import annotations

import ast

import pytest
from django.apps import apps

from tests.architecture.house import DEPTH, EXCEPTIONS, PUBLIC, ROOMS, SOURCE, Module, calls, in_house, modules

LINES, FUNCTION_LINES = 600, 60
LOADERS = frozenset({"import_module", "__import__", "import_string"})
# Of the language and its frameworks: __init__, types and apps are how Python and Django find things.
REFUSED_NAMES = frozenset({"utils", "util", "common", "helpers", "helper", "libs", "lib", "base", "misc", "manager"})


def fail(found: list[str]) -> None:
    assert not found, "\n" + "\n".join(found)


def test_the_rooms_are_the_rooms_of_the_architecture() -> None:
    here = {path.name for path in SOURCE.iterdir() if path.is_dir() and (path / "__init__.py").is_file()}
    assert here == set(ROOMS)


def test_imports_go_down() -> None:
    fail([
        f"{module.at(node)}: {module.room} may not import {room}"
        for module in modules()
        for node, room, _ in in_house(module)
        if room != module.room and DEPTH.get(room, -1) <= DEPTH[module.room]
    ])  # fmt: skip


def test_no_import_by_string() -> None:
    found = []
    for module in modules():
        for node, name in calls(module):
            if name in LOADERS and node.args and _mentions_house(node.args[0]):
                found.append(f"{module.at(node)}: imports one of our modules by a string")
    fail(found)


def _mentions_house(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.startswith("yibiao")
        for part in ast.walk(node)
    )


def test_nothing_is_evaluated() -> None:
    found = []
    for module in modules():
        for node, name in calls(module):
            if name in {"eval", "exec", "compile"} and isinstance(node.func, ast.Name):
                found.append(f"{module.at(node)}: {name}()")
    fail(found)


def test_no_signals() -> None:
    found = []
    for module in modules():
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom) and (
                (node.module or "").startswith("django.dispatch")
                or (node.module or "").endswith(".signals")
                or any(alias.name == "signals" for alias in node.names)
            ):
                found.append(f"{module.at(node)}: imports signals")
    fail(found)


def test_other_rooms_touch_only_the_public_face() -> None:
    found = []
    for module in modules():
        for node, room, below in in_house(module):
            head = below.partition(".")[0]
            private = room != module.room and room != "core" and head not in PUBLIC and below
            if private and (module.room, f"{room}.{below}") not in EXCEPTIONS:
                found.append(f"{module.at(node)}: {room}.{below} is private to {room}")
    fail(found)


def test_every_exception_is_still_needed() -> None:
    used = {(module.room, f"{room}.{below}") for module in modules() for _, room, below in in_house(module)}
    quoted = "".join(module.text for module in modules() if module.room in {"site", "desk"})
    unused = [
        f"{looker} → {seen}" for looker, seen in EXCEPTIONS
        if (looker, seen) not in used and f"yibiao.{seen}" not in quoted
    ]  # fmt: skip
    fail(unused)


def test_foreign_keys_point_down_or_stay() -> None:
    found = []
    for model in apps.get_models(include_auto_created=True):
        room = model._meta.app_label
        for field in model._meta.get_fields(include_parents=False):
            target = getattr(field, "remote_field", None) and field.related_model
            if room not in DEPTH or not getattr(field, "concrete", False) or not hasattr(target, "_meta"):
                continue
            other = target._meta.app_label
            if other != room and DEPTH.get(other, -1) <= DEPTH[room]:
                found.append(f"{model.__name__}.{field.name} points from {room} to {other}")
    fail(found)


def test_no_saving_by_the_back_door() -> None:
    """Writes are functions in actions; a save() of its own hides one."""
    found = []
    for module in modules():
        for node in module.nodes:
            if isinstance(node, ast.ClassDef) and module.name.endswith("models"):
                found += [
                    f"{module.at(part)}: {node.name}.{part.name} is overridden"
                    for part in node.body
                    if isinstance(part, ast.FunctionDef) and part.name in {"save", "delete", "__init__"}
                ]
            if isinstance(node, ast.Name) and node.id == "GenericForeignKey":
                found.append(f"{module.at(node)}: GenericForeignKey")
    fail(found)


def test_sizes() -> None:
    found = []
    for module in modules():
        if (count := module.text.count("\n")) > LINES:
            found.append(f"{module.path.name} in {module.room}: {count} lines, at most {LINES}")
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    found.append(f"{module.at(node)}: {node.name} has {length} lines, at most {FUNCTION_LINES}")
    fail(found)


def test_names_say_something() -> None:
    fail([
        f"{module.name}: a module is named after what it holds"
        for module in modules()
        if REFUSED_NAMES & set(module.name.split("."))
    ])  # fmt: skip


@pytest.mark.parametrize("module", [m for m in modules() if m.path.name != "apps.py" and m.text], ids=lambda m: m.name)
def test_every_module_says_what_it_is(module: Module) -> None:
    assert ast.get_docstring(module.tree), f"{module.path} has no docstring"


def test_public_functions_of_the_face_say_what_they_do() -> None:
    found = []
    for module in modules():
        if module.room != "core" and module.name.split(".")[1:] not in (["actions"], ["queries"]):
            continue
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not _documented(module, node):
                found.append(f"{module.at(node)}: {node.name} has no docstring")
    fail(found)


def _documented(module: Module, node: ast.FunctionDef) -> bool:
    """A name and types that say it all may do without, when the function is a line or two."""
    return bool(ast.get_docstring(node)) or (node.end_lineno or 0) - node.lineno <= 8
