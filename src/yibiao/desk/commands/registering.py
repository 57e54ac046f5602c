"""``yibiao bench entities``: how long lists and searches of a register take with very much in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext

from yibiao.desk.bench import measuring
from yibiao.desk.commands.benching import tell
from yibiao.desk.commands.terminal import options


@click.command("entities", help=gettext("台账的速度：先造出这么多个对象，再量列表、翻页、查找和疑似重复。"))
@click.option("--count", type=click.IntRange(1_000, 10_000_000), default=1_000_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 100), default=measuring.ROUNDS, show_default=True)
@click.option("--write", type=click.Path(path_type=Path), default=None, help=gettext("把结果写进这份说明的标记之间。"))
@options
def entities(count: int, rounds: int, write: Path | None) -> None:
    # Its rooms have tables, which `bench check` does without.
    from yibiao.desk import preparing
    from yibiao.desk.bench import entities as measured
    from yibiao.desk.bench import safety

    preparing.prepare()
    result: dict[str, Any] = {
        "machine": measuring.machine(),
        "versions": measuring.versions(),
        "database": safety.database(),
        "rounds": rounds,
        "built": measured.build(count),
        "questions": measured.questions(count, rounds),
    }
    lines = _table(result)
    tell(result, lines, write, "entities", "Registers")


def _table(result: dict[str, Any]) -> list[str]:
    machine, built = result["machine"], result["built"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']} {machine['architecture']}; "
        f"yibiao {result['versions']['yibiao']} · python {result['versions']['python']} · {result['database']}.",
        f"{built['count']:,} entities of one register in {built['counties']} counties; medians of {result['rounds']} "
        "rounds, server time of one page of fifty.",
        "",
        "| question | found | ms |",
        "|---|---:|---:|",
    ]
    return lines + [f"| {name} | {one['found']:,} | {one['ms']} |" for name, one in result["questions"].items()]
