"""``yibiao figures``: many figures at once, counted anew from the facts by an engine of one's choice."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.utils.translation import get_language, gettext

from yibiao.core import clock
from yibiao.desk import asking
from yibiao.desk.commands import terminal
from yibiao.desk.commands.benching import put
from yibiao.desk.commands.figuring import over
from yibiao.desk.commands.terminal import options
from yibiao.desk.operating import everything
from yibiao.figures import actions, queries
from yibiao.figures.types import Figure, Indicator

ENGINES = ("duckdb", "postgres", "spark")


@click.command("figures", help=gettext("逐项从事实重新清点，可换一个引擎来算；未写指标时算专项的全部指标。"))
@click.argument("indicator", nargs=-1)
@click.option("--program", default="", help=gettext("哪个专项；指标写成“工作包.指标”时可不写。"))
@click.option("--place", multiple=True, help=gettext("地点代码，可写多次；未写取专项所覆盖的地点。"))
@click.option("--from", "from_", default="", help=gettext("从哪天或哪一刻；未写取专项的时段。"))
@click.option("--until", default="", help=gettext("到哪天（含当天）或哪一刻；未写取专项的时段。"))
@click.option("--as-of", type=click.IntRange(min=1), default=None, help=gettext("截至第几个存证点；未写为最新。"))
@click.option("--engine", type=click.Choice(ENGINES), default="duckdb", show_default=True, help=gettext("由谁来算。"))
@click.option(
    "--master", default="local[*]", show_default=True, help=gettext("Spark 集群的地址，如 spark://主机:7077。")
)
@click.option("--files", default="", help=gettext("集群的各台机器上数据列文件夹的路径或网址；与本机相同时不写。"))
@click.option("--setting", multiple=True, metavar="KEY=VALUE", help=gettext("Spark 的一项设置，可写多次。"))
@options
def figures(
    indicator: Sequence[str], program: str, place: Sequence[str], from_: str, until: str, as_of: int | None,
    engine: str, master: str, files: str, setting: Sequence[str],
) -> None:  # fmt: skip
    wanted = list(indicator) or [one.ref for one in queries.indicators(asking.program(program).pack)]
    files = files or (settings.YIBIAO_FIGURES_FILES if engine == "spark" else "")
    counting = queries.engine(engine, master=master, settings=pairs(setting), files=files)
    found = []
    for ref in wanted:
        for code in place or ("",):
            asked = asking.query(ref, program=program, place=code, from_=from_, until=until, as_of=as_of)
            found.append(queries.recounted(asked, scope=everything(), engine=counting))
    terminal.out([shown(one) | {"engine": engine} for one in found], terminal.table([line(one) for one in found]))


def shown(one: Figure) -> dict[str, object]:
    return {
        "indicator": one.indicator.ref,
        "program": one.query.program,
        "place": one.query.place,
        "period": one.query.period.as_json(),
        "as_of": one.as_of,
        "value": one.value,
        "unit": one.unit,
        "facts": one.facts,
    }


def pairs(settings: Sequence[str]) -> list[tuple[str, str]]:
    """KEY=VALUE, each in two."""
    return [(key, value) for key, _, value in (one.partition("=") for one in settings)]


def label(indicator: Indicator) -> str:
    """An indicator in the reader's language."""
    return indicator.label.of(get_language() or "zh-hans")


def line(one: Figure) -> tuple[object, ...]:
    value = "—" if one.value is None else f"{one.value:f}"
    return (
        one.indicator.ref,
        one.query.place,
        f"{one.query.period.first_day}/{one.query.period.last_day}",
        one.as_of,
        value,
        one.unit,
        label(one.indicator),
    )


@click.command("engines", help=gettext("同一批数由两个引擎各算一遍，必须完全相同；并比较用时。"))
@over
@click.option(
    "--programs", is_flag=True, help=gettext("不造事实，比较这个数据文件夹里各专项的全部指标；没有专项时先做出示例。")
)
@click.option("--rounds", type=click.IntRange(1, 20), default=1, show_default=True)
@click.option(
    "--master", default="local[2]", show_default=True, help=gettext("Spark 集群的地址，如 spark://主机:7077。")
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=None,
    help=gettext("在本机临时起一个集群来算：一个主节点和这么多个工作节点，各是一个进程。"),
)
@click.option("--files", default="", help=gettext("先把数据列复制到这个网址，集群从那里读。"))
@click.option("--setting", multiple=True, metavar="KEY=VALUE", help=gettext("Spark 的一项设置，可写多次。"))
@click.option("--write", type=click.Path(path_type=Path), default=None, help=gettext("把结果写进这份说明的标记之间。"))
@options
def bench(
    facts: int, tree: Path | None, programs: bool, rounds: int, master: str, workers: int | None,
    files: str, setting: Sequence[str], write: Path | None,
) -> None:  # fmt: skip
    # Its rooms have tables, which `bench check` does without.
    from yibiao.desk import preparing
    from yibiao.desk.bench import engines, figures_world, measuring

    preparing.prepare()
    built = _programs() if programs else figures_world.build(facts, tree)
    if files:
        actions.copy(files)
    asked = engines.programs() if programs else engines.province()
    with _cluster(master, workers, pairs(setting)) as (where, given):
        found = engines.compared(asked, "spark", rounds, master=where, settings=given, files=files)
    result: dict[str, Any] = {
        "machine": measuring.machine(),
        "versions": measuring.versions() | {name: metadata.version(name) for name in ("duckdb", "pyspark")},
        "on": f"{clock.now():%Y-%m-%d}",
        "master": where,
        "workers": workers,
        "files": files,
        "rounds": rounds,
        "facts": sum(one["facts"] for one in found["medians"].values()) if programs else facts,
        "built": built,
        **found,
        "rebuilt_from_log": engines.rebuilt(),
    }
    if write is not None:
        name, title = (
            ("engines programs", "the five programs") if programs else (f"engines {facts}", f"{facts:,} facts")
        )
        if files:
            name, title = f"{name} {_kind(files)}", f"{title}, {_kind(files)}"
        put(write, name, f"Engines, {title}", _page(result, programs))
    if terminal.wants_json():
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    _say(result)


def _kind(files: str) -> str:
    """The kind of address that files lie at."""
    return files.partition("://")[0]


@contextmanager
def _cluster(
    master: str, workers: int | None, given: list[tuple[str, str]]
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Where to count, and with which settings: on a master that stands, or on a cluster that lasts as long as this."""
    if workers is None:
        yield master, given
        return
    with tempfile.TemporaryDirectory() as folder, queries.loopback(Path(folder), workers) as made:
        yield made.master, [*made.settings, *given]


def _programs() -> dict[str, Any]:
    """The programs of the data folder, or those of the demo."""
    from yibiao.desk.demo import build
    from yibiao.packs import queries as packs

    if not packs.programs():
        build.build(lambda line: click.echo(line, err=True))
    return {"programs": len(packs.programs())}


def _rows(result: dict[str, Any]) -> list[Sequence[object]]:
    return [
        (name, one["figures"], one["duckdb_ms"], one["spark_ms"]) for name, one in result["medians"].items()
    ]  # fmt: skip


def _page(result: dict[str, Any], programs: bool) -> list[str]:
    machine, versions, workers = result["machine"], result["versions"], result["workers"]
    where = f"a cluster of one master and {workers} workers on the loopback" if workers else f"`{result['master']}`"
    read = f", of files copied to {_kind(result['files'])}://" if result["files"] else ""
    over_ = "the programs of the demo" if programs else (
        f"{result['facts']:,} generated facts at {result['built']['places']:,} places, 5,000 more in the log alone"
    )  # fmt: skip
    return [
        f"{result['on']}, {machine['cpu']}, {machine['cores']} cores, {machine['system']} {machine['architecture']}; "
        f"yibiao {versions['yibiao']} · duckdb {versions['duckdb']} · spark {versions['pyspark']}.",
        f"{result['figures']} figures over {over_}, by DuckDB in process and by Spark on {where}{read}: all the same, "
        "in value, facts, coverage and notes. Counted from the files without cubes; "
        f"medians, {result['rounds']} rounds. Spark took {result['started_seconds']} s to begin.",
        "",
        "| asked | figures | DuckDB, ms | Spark, ms |",
        "|---|---:|---:|---:|",
        *(f"| {' | '.join(map(str, row))} |" for row in _rows(result)),
        "",
        f"From the log into columns: {result['rebuilt_from_log']['per_cpu_second']:,} facts a second of the processor.",
    ]


def _say(result: dict[str, Any]) -> None:
    same = gettext("%(figures)s 个数，两个引擎完全相同；Spark 启动 %(seconds)s 秒。")
    said = same % {"figures": result["figures"], "seconds": result["started_seconds"]}
    anew = gettext("从日志重建：每秒处理器时间 %(rate)s 条事实。") % {
        "rate": result["rebuilt_from_log"]["per_cpu_second"]
    }
    for one in (said, *terminal.table([("figures", "", "duckdb, ms", "spark, ms"), *_rows(result)]), anew):
        click.echo(one)
