"""``yibiao figures``: many figures at once, counted anew from the facts by an engine of one's choice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import get_language, gettext

from yibiao.desk import asking
from yibiao.desk.commands import terminal
from yibiao.desk.commands.figuring import over
from yibiao.desk.commands.terminal import options
from yibiao.desk.operating import everything
from yibiao.figures import queries
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
@click.option("--rounds", type=click.IntRange(1, 20), default=1, show_default=True)
@click.option(
    "--master", default="local[2]", show_default=True, help=gettext("Spark 集群的地址，如 spark://主机:7077。")
)
@click.option("--setting", multiple=True, metavar="KEY=VALUE", help=gettext("Spark 的一项设置，可写多次。"))
@options
def bench(facts: int, tree: Path | None, rounds: int, master: str, setting: Sequence[str]) -> None:
    # Its rooms have tables, which `bench check` does without.
    from yibiao.desk import preparing
    from yibiao.desk.bench import engines, figures_world, measuring

    preparing.prepare()
    built = figures_world.build(facts, tree)
    found = engines.compared("spark", rounds, master=master, settings=pairs(setting))
    made = engines.rebuilt()
    result = {
        "machine": measuring.machine(),
        "master": master,
        "facts": facts,
        "built": built,
        **found,
        "rebuilt_from_log": made,
    }
    if terminal.wants_json():
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    rows: list[Sequence[object]] = [("figures", "duckdb, ms", "spark, ms")]
    rows += [(name, one["duckdb_ms"], one["spark_ms"]) for name, one in found["medians"].items()]
    same = gettext("%(figures)s 个数，两个引擎完全相同；Spark 启动 %(seconds)s 秒。")
    said = same % {"figures": found["figures"], "seconds": found["started_seconds"]}
    anew = gettext("从日志重建：每秒处理器时间 %(rate)s 条事实。") % {"rate": made["per_cpu_second"]}
    for line_ in (said, *terminal.table(rows), anew):
        click.echo(line_)
