"""``yibiao bench live``: how long after a submission was acknowledged the board says it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext

from yibiao.desk.bench import live, measuring
from yibiao.desk.commands.benching import tell
from yibiao.desk.commands.terminal import options


@click.command(
    "live",
    help=gettext(
        "看板跟上填报的速度：按固定速度发送，量每份回执之后多久，开着的看板上的数把它算了进去。数据放在用完即弃的文件夹。"
    ),
)
@click.option(
    "--rates", default="100,300,0", show_default=True, help=gettext("每秒发送几份，用逗号隔开；0 是能收多快就多快。")
)
@click.option("--seconds", type=click.FloatRange(1, 600), default=20.0, show_default=True, help=gettext("每轮几秒。"))
@click.option(
    "--boards",
    type=click.IntRange(1, 200),
    default=1,
    show_default=True,
    help=gettext("同时开着几个看板，时段各不相同。"),
)
@click.option(
    "--database", default="", help=gettext("空的 PostgreSQL 数据库的地址，量完可删；未写时用 SQLite。"), metavar="URL"
)
@click.option("--write", type=click.Path(path_type=Path), default=None, help=gettext("把结果写进这份说明的标记之间。"))
@options
def watch(rates: str, seconds: float, boards: int, database: str, write: Path | None) -> None:
    asked = [float(part) for part in rates.split(",") if part.strip().replace(".", "", 1).isdigit()]
    with tempfile.TemporaryDirectory(prefix="yibiao-bench-") as folder:
        try:
            found = live.run(Path(folder), database, rates=asked, seconds=seconds, boards=boards)
        except subprocess.CalledProcessError:
            raise click.ClickException(gettext("没有量成：数据库要是空的，并且能连上。")) from None
    result = {"machine": measuring.machine(), "versions": measuring.versions(), "seconds": seconds, **found}
    lines = _table(result)
    tell(result, lines, write, "live", "Live board")


def _table(result: dict[str, Any]) -> list[str]:
    machine = result["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, shared with the clients; {result['database']}; "
        f"{result['boards']} open board(s) of {result['figures']} figures; {result['seconds']:g} s each. "
        "The wait is from the answer to a submission until an event whose count surely includes it; "
        "the last event of each round counts exactly what was acknowledged.",
        "",
        "| asked/s | acknowledged/s | p50 ms | p95 ms | max ms | map p50 ms | map p95 ms | CPU ms each (server) |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in result["rounds"]:
        asked = f"{one['asked_per_second']:g}" if one["asked_per_second"] else "most"
        lines.append(
            f"| {asked} | {one['per_second']:,} | {one['p50_ms']} | {one['p95_ms']} | {one['max_ms']} | "
            f"{one['map']['p50_ms']} | {one['map']['p95_ms']} | {one['cpu_ms']} |"
        )
    return lines
