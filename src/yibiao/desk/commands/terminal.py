"""What every command has: ``--data`` and ``--json`` before or after its name, and one way to print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import click
from django.utils.translation import gettext

from yibiao.core import canon
from yibiao.core.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])
_JSON = "yibiao.json"


def _remember(context: click.Context, _parameter: click.Parameter, given: bool) -> None:
    if given:
        context.find_root().meta[_JSON] = True


def options(function: F) -> F:
    """Adds the two options that every command takes, before or after its name."""
    data = click.option(
        "--data",
        metavar="DIR",
        expose_value=False,
        help=gettext("数据文件夹。未写时取环境变量 YIBIAO_DATA，再取 var/data。"),
    )
    machine = click.option(
        "--json", is_flag=True, expose_value=False, callback=_remember, help=gettext("输出 JSON，供程序读取。")
    )
    return data(machine(function))


def wants_json() -> bool:
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().meta.get(_JSON))


def out(value: Mapping[str, Any] | Sequence[Any], lines: Iterable[str] | None = None) -> None:
    """Prints a result: as one JSON document if asked for, otherwise as lines."""
    if wants_json() or lines is None:
        click.echo(dumps(value, indent=2))
        return
    for line in lines:
        click.echo(line)


def dumps(value: object, indent: int | None = None) -> str:
    """JSON for programs: figures are numbers, moments are UTC text."""
    return json.dumps(_numbers(value), ensure_ascii=False, indent=indent)


def _numbers(value: object) -> Any:
    match value:
        case Decimal():
            # A figure has at most four places: the shortest text of its float has the same digits.
            return int(value) if value == value.to_integral_value() else float(value)
        case Mapping():
            return {str(key): _numbers(item) for key, item in value.items()}
        case list() | tuple():
            return [_numbers(item) for item in value]
    return canon.plain(value)


def table(rows: Sequence[Sequence[object]]) -> list[str]:
    """Rows as aligned columns; a Chinese character takes two cells."""
    if not rows:
        return []
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(cells(row[index]) for row in texts) for index in range(len(texts[0]))]
    return [
        "  ".join(cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in texts
    ]


def cells(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def complain(problems: Sequence[Problem], *, as_json: bool, language: str) -> None:
    """Prints problems: JSON on standard output, text on standard error."""
    if as_json:
        click.echo(json.dumps({"problems": [problem.as_json() for problem in problems]}, ensure_ascii=False, indent=2))
        return
    for problem in problems:
        click.echo(f"{problem.text(language)} [{problem.code}]", err=True)
