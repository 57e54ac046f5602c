"""``yibiao bench ingest``: how fast submissions of phones come in, beside single commits of the same database."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext

from yibiao.desk.bench import ingest, measuring
from yibiao.desk.commands.benching import tell
from yibiao.desk.commands.terminal import options


@click.command(
    "ingest",
    help=gettext(
        "手机填报进来的速度：每秒份数、等待、每份的处理器时间，并与同一数据库逐行提交对比。数据放在用完即弃的文件夹。"
    ),
)
@click.option("--clients", default="1,4,16,64", show_default=True, help=gettext("同时发送的手机数，用逗号隔开。"))
@click.option("--seconds", type=click.FloatRange(1, 600), default=10.0, show_default=True, help=gettext("每轮几秒。"))
@click.option(
    "--stored",
    type=click.IntRange(0, 10_000_000),
    default=10_000,
    show_default=True,
    help=gettext("开始之前库里已有多少份。"),
)
@click.option(
    "--sheet",
    type=click.IntRange(0, 100_000),
    default=100_000,
    show_default=True,
    help=gettext("最后上传一份这么多行的表格；0 为不传。"),
)
@click.option(
    "--database", default="", help=gettext("空的 PostgreSQL 数据库的地址，量完可删；未写时用 SQLite。"), metavar="URL"
)
@click.option("--write", type=click.Path(path_type=Path), default=None, help=gettext("把结果写进这份说明的标记之间。"))
@options
def measure(clients: str, seconds: float, stored: int, sheet: int, database: str, write: Path | None) -> None:
    asked = [int(part) for part in clients.split(",") if part.strip().isdigit()]
    with tempfile.TemporaryDirectory(prefix="yibiao-bench-") as folder:
        try:
            found = ingest.run(Path(folder), database, clients=asked, seconds=seconds, stored=stored, sheet=sheet)
        except subprocess.CalledProcessError:
            raise click.ClickException(gettext("没有量成：数据库要是空的，并且能连上。")) from None
    result = {"machine": measuring.machine(), "versions": measuring.versions(), "seconds": seconds, **found}
    lines = _table(result)
    # One section for each database and each number of records stored before: they are compared.
    name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}.get(result["database"], result["database"])
    before = f"{result['stored_before']:,}"
    tell(result, lines, write, f"ingest {name} {before}", f"Sending, {name}, {before} records stored before")


def _table(result: dict[str, Any]) -> list[str]:
    machine, bulk = result["machine"], result["bulk"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, shared with the clients; yibiao {result['versions']['yibiao']} · "
        f"python {result['versions']['python']} · {result['database']}, "
        f"{result['stored_before']:,} records stored before; {result['seconds']:g} s each.",
        "",
        "| clients | submissions/s | p50 ms | p99 ms | CPU ms each (server + database) | CPU ms each (clients) |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for one in result["rounds"]:
        lines.append(
            f"| {one['clients']} | {one['per_second']:,} | {one['p50_ms']} | {one['p99_ms']} | {one['cpu_ms']} "
            f"| {one['client_cpu_ms']} |"
        )
    lines += [
        "",
        f"Single rows, each with its own commit, one connection: {result['raw']['commits_per_second']:,}/s. "
        f"Lists of {bulk['list']:,} records: {bulk['first_per_second']:,} rows/s into an empty database, "
        f"{bulk['last_per_second']:,} rows/s at its end, by one sender in one process.",
    ]
    lines += [
        "",
        "| lists at a time | of 5,000, in one process, rows/s | CPU µs a row | of the database "
        "| of 1,000, over the API of the running site, rows/s | CPU µs a row (site and database) | of the senders "
        f"| with {result['spread']['workers']} web processes, rows/s | CPU µs a row |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for own, over, spread in zip(result["senders"], result["lists"], result["spread"]["lists"], strict=True):
        lines.append(
            f"| {own['senders']} | {own['per_second']:,} | {own['cpu_us']} | {own['database_cpu_us']} "
            f"| {over['per_second']:,} | {over['cpu_us']} | {over['client_cpu_us']} "
            f"| {spread['per_second']:,} | {spread['cpu_us']} |"
        )
    if sheet := result["sheet"]:
        lines += [
            "",
            f"A sheet of {sheet['rows']:,} rows ({sheet['megabytes']} MB): checked in {sheet['checked_seconds']} s, "
            f"committed in {sheet['committed_seconds']} s, {sheet['rows_per_second']:,} rows/s together; the bare "
            f"database takes one row of each without an index at {sheet['raw_rows_per_second']:,} rows/s.",
        ]
    return lines
