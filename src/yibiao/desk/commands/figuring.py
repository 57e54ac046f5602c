"""``yibiao bench figures``: how fast figures are over so many facts, each beside the same question written by hand."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import click
from django.utils.translation import gettext

from yibiao.desk.bench import measuring
from yibiao.desk.commands.benching import tell
from yibiao.desk.commands.terminal import options

Command = TypeVar("Command", bound=Callable[..., Any])


def over(command: Command) -> Command:
    """How many facts are made, and at which places."""
    for option in (
        click.option(
            "--tree",
            type=click.Path(path_type=Path, exists=True, file_okay=False),
            default=None,
            help=gettext("放着行政区划表（csv）的文件夹；未写时用生成的约一万三千个地点。"),
        ),
        click.option("--facts", type=click.IntRange(1_000, 1_000_000_000), default=1_000_000, show_default=True),
    ):
        command = option(command)
    return command


@click.command("figures", help=gettext("数的速度：先造出这么多条事实，再逐项去量，每项旁边是手写语句的用时。"))
@over
@click.option("--rounds", type=click.IntRange(1, 100), default=measuring.ROUNDS, show_default=True)
@click.option("--write", type=click.Path(path_type=Path), default=None, help=gettext("把结果写进这份说明的标记之间。"))
@options
def figures(facts: int, tree: Path | None, rounds: int, write: Path | None) -> None:
    # Its rooms have tables, which `bench check` does without.
    from yibiao.desk import preparing
    from yibiao.desk.bench import figures as measured
    from yibiao.desk.bench import figures_world
    from yibiao.desk.bench.safety import database

    preparing.prepare()
    built = figures_world.build(facts, tree)
    result: dict[str, Any] = {
        "machine": measuring.machine(),
        "versions": measuring.versions() | {name: _version(name) for name in ("duckdb", "django")},
        "database": database(),
        "rounds": rounds,
        "facts": facts,
        "built": built,
        **measured.run(facts, rounds),
    }
    lines = _table(result)
    tell(result, lines, write, f"figures {facts}", f"Figures, {facts:,} facts")


def _version(package: str) -> str:
    return metadata.version(package)


def _table(result: dict[str, Any]) -> list[str]:
    machine, built, whole, rewritten = result["machine"], result["built"], result["whole"], result["rewritten"]
    versions = " · ".join(f"{name} {version}" for name, version in result["versions"].items() if version)
    facts = result["facts"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']} {machine['architecture']}; "
        f"{versions} · {result['database']}.",
        f"{facts:,} facts of five kinds at {built['places']:,} places on 90 days, "
        f"{built['bytes_per_fact']} bytes each in the columns; medians of {result['rounds']} rounds. "
        f"Twenty indicators at all places on all days take {whole['memory_mb']} MB at most.",
        "",
        _plainly(result),
        "",
        "| made ready, once | s | by hand, s | plain, s |",
        "|---|---:|---:|---:|",
        f"| {facts:,} facts, in order | {built['seconds']} | {rewritten['by_hand_seconds']} "
        f"| {_said(rewritten['plain_seconds'])} |",
        f"| twenty indicators at all places on all days | {whole['seconds']} | {whole['by_hand_seconds']} "
        f"| {_said(whole['plain_seconds'])} |",
        "",
        "| one figure | again, ms | from the cube, ms | from the columns, ms | by hand, ms | plain, ms | ÷ again |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for group, of in (("single", "count"), ("distinct", "distinct")):
        lines += [
            f"| {of}: {name} | {one['served_ms']} | {one['cube_ms']} | {one['columns_ms']} | {one['by_hand_ms']} "
            f"| {_said(one['plain_ms'])} | {_times(one)} |"
            for name, one in result[group].items()
        ]
    grid = result["grid"]
    lines += [
        "",
        "| question | again, ms | anew, ms | by hand, ms | plain, ms | ÷ again |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    others = {f"{grid['cells']:,} cells of places and months": grid}
    others |= {f"first page of facts: {name}": one for name, one in result["page"].items()}
    lines += [
        f"| {name} | {one['served_ms']} | {one['ms']} | {one['by_hand_ms']} "
        f"| {_said(one['plain_ms'])} | {_times(one)} |"
        for name, one in others.items()
    ]
    return [*lines, *_together(result), *_arrivals(result["tail"])]


def _plainly(result: dict[str, Any]) -> str:
    if result["plain_rows"]:
        return (
            f"Plain: GROUP BY over a recursive tree, {result['plain_rows']:,} live facts in PostgreSQL, "
            "a table for each kind."
        )
    if not str(result["database"]).startswith("PostgreSQL"):
        return "Nothing plain is beside it, as that is measured on PostgreSQL."
    return "Nothing plain is beside it: loading so many facts into tables would take longer than all else."


def _together(result: dict[str, Any]) -> list[str]:
    """All questions of a run, each once."""
    asked = [*result["single"].values(), *result["distinct"].values(), result["grid"], *result["page"].values()]
    if any(one["plain_ms"] is None for one in asked):
        return []
    again, plain = sum(one["served_ms"] for one in asked), sum(one["plain_ms"] for one in asked)
    anew = sum(one.get("cube_ms", one.get("ms")) for one in asked)
    return [
        "",
        f"These {len(asked)} questions together, each once: {again:,.1f} ms again, {anew:,.1f} ms anew, "
        f"{plain:,.1f} ms plain, which is {plain / again:,.0f} and {plain / anew:,.0f} times as long.",
    ]


def _arrivals(tail: dict[str, Any]) -> list[str]:
    lines = [
        "",
        f"| {tail['new']:,} new facts sealed | first figure, ms | the next, ms | by hand, ms | plain, ms |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {one['first_ms']} | {one['again_ms']} | {one['by_hand_ms']} | {_said(one['plain_ms'])} |"
        for name, one in tail["figures"].items()
    ]
    taken = tail["plain_taken_ms"]
    beside = "" if taken is None else f" Plain takes {taken:,.0f} ms to write them."
    return [*lines, "", f"The follower then takes them into columns and cubes in {tail['follow_ms']:,} ms.{beside}"]


def _times(one: dict[str, Any]) -> str:
    return "—" if one["plain_ms"] is None else f"{one['plain_ms'] / one['served_ms']:,.1f}"


def _said(amount: float | None) -> str:
    return "—" if amount is None else str(amount)
