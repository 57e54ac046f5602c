"""``yibiao bench partitions``: what it costs that the log is partitioned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext

from yibiao.desk.bench import measuring
from yibiao.desk.commands.benching import tell
from yibiao.desk.commands.terminal import options


@click.command("partitions", help=gettext("日志分区的代价：与不分区的一张表轮流写、轮流查（只用 PostgreSQL 的空库）。"))
@click.option("--rows", type=click.IntRange(10_000, 100_000_000), default=400_000, show_default=True)
@click.option("--write", type=click.Path(path_type=Path), default=None, help=gettext("把结果写进这份说明的标记之间。"))
@options
def partitions(rows: int, write: Path | None) -> None:
    # Its rooms have tables, which `bench check` does without.
    from django.db import connection

    from yibiao.desk import preparing
    from yibiao.desk.bench import partitions as measured
    from yibiao.desk.bench import safety

    if connection.vendor != "postgresql":
        raise click.ClickException(gettext("SQLite 的日志不分区：请用 DATABASE_URL 指定一个 PostgreSQL 的空库。"))
    preparing.prepare()
    result: dict[str, Any] = {
        "machine": measuring.machine(),
        "versions": measuring.versions(),
        "database": safety.database(),
        **measured.run(rows),
    }
    lines = _table(result)
    tell(result, lines, write, "partitions", "The log in partitions")


def _table(result: dict[str, Any]) -> list[str]:
    machine = result["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']} {machine['architecture']}; "
        f"yibiao {result['versions']['yibiao']} · python {result['versions']['python']} · {result['database']}.",
        f"{result['rows']:,} rows in {result['partitions']} partitions and in one table with a key over all; in turns,"
        " microseconds of processor that the database takes for each.",
        "",
        "| | one table | partitions |",
        "|---|---:|---:|",
    ]
    lines += [f"| {name} | {one['one table']} | {one['partitions']} |" for name, one in result["questions"].items()]
    sizes = result["bytes"]
    return [*lines, f"| bytes a row with indexes and keys | {sizes['one table']} | {sizes['partitions']} |"]
