"""``yibiao lake``: a province publishes its columns, the nation counts over all of them."""

from __future__ import annotations

from datetime import timedelta

import click
from django.utils.translation import get_language, gettext, gettext_noop

from yibiao.core import canon
from yibiao.desk import asking
from yibiao.desk.commands import counting, terminal
from yibiao.desk.commands.terminal import options
from yibiao.desk.operating import over
from yibiao.figures import actions, queries
from yibiao.figures.types import Part, Rollup

_folder = click.argument("folder")
_late = click.option(
    "--late", type=click.FloatRange(min=0.01), default=36, show_default=True, help=gettext("多少小时没有发布算迟。")
)
_STATES = {
    "heard": gettext_noop("已计入"),
    "missing": gettext_noop("没有发布"),
    "late": gettext_noop("迟"),
    "damaged": gettext_noop("文件损坏"),
    "unreadable": gettext_noop("清单读不出"),
    "forked": gettext_noop("与以前的存证点不相连"),
}


@click.group(help=gettext("共享数据湖：各省发布数据列，全国合计；缺了哪省，数旁写明。"))
@options
def lake() -> None:
    pass


@lake.command(
    "publish",
    help=gettext("把本站的数据列发布到共享文件夹或对象存储（如 s3://桶/目录），附清单：存证点、根、每个文件的摘要。"),
)
@_folder
@click.option("--place", required=True, help=gettext("本站所管的地点代码，例如本省。"))
@options
def publish(folder: str, place: str) -> None:
    made = actions.publish(folder, asking.known(place))
    size = sum(one.size for one in made.files)
    seal = made.checkpoint
    said = {"name": made.name, "number": seal.number, "files": len(made.files), "size": round(size / 1e6, 1)}
    terminal.out(
        {
            "place": made.place,
            "checkpoint": seal.model_dump(exclude={"path"}),
            "files": len(made.files),
            "bytes": size,
            "digest": made.digest,
        },
        [
            gettext("%(name)s：存证点 %(number)s，%(files)s 个文件，%(size)s MB") % said,
            gettext("根 %(root)s") % {"root": seal.root},
            gettext("清单摘要 %(digest)s") % {"digest": made.digest},
        ],
    )


@lake.command(
    "figure", help=gettext("在共享数据湖上算一个数，写明每个省的存证点；迟的、坏的、没有的不计入，并逐一列出。")
)
@_folder
@click.argument("indicator")
@click.option("--program", default="", help=gettext("哪个专项；指标写成“工作包.指标”时可不写。"))
@click.option("--place", default="", help=gettext("地点代码；未写取专项所覆盖的地点。"))
@click.option("--from", "from_", default="", help=gettext("从哪天或哪一刻；未写取专项的时段。"))
@click.option("--until", default="", help=gettext("到哪天（含当天）或哪一刻；未写取专项的时段。"))
@_late
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", help=gettext("由谁来算。"))
@click.option("--master", default="local[*]", help=gettext("Spark 集群的地址，如 spark://主机:7077。"))
@click.option("--files", default="", help=gettext("集群的各台机器上数据列文件夹的路径或网址；与本机相同时不写。"))
@click.option("--setting", multiple=True, metavar="KEY=VALUE", help=gettext("Spark 的一项设置，可写多次。"))
@options
def figure(
    folder: str, indicator: str, program: str, place: str, from_: str, until: str, late: float, engine: str,
    master: str, files: str, setting: tuple[str, ...],
) -> None:  # fmt: skip
    counted_by = queries.engine(engine, master=master, settings=counting.pairs(setting), files=files)
    asked = asking.query(indicator, program=program, place=place, from_=from_, until=until)
    found = queries.rollup(folder, asked, scope=over(asked.place), late=timedelta(hours=late), engine=counted_by)
    terminal.out(_shown(found), _lines(found))


@lake.command("check", help=gettext("逐个文件核对摘要，列出每个省的状态；缺了任何一个时以 1 退出。"))
@_folder
@_late
@options
def check(folder: str, late: float) -> None:
    found = queries.lake(folder, late=timedelta(hours=late))
    terminal.out([_part(one) for one in found], terminal.table([_row(one) for one in found]))
    if not all(one.heard for one in found):
        raise SystemExit(1)


def _shown(found: Rollup) -> dict[str, object]:
    return {
        "indicator": found.indicator.ref,
        "program": found.query.program,
        "place": found.query.place,
        "period": found.query.period.as_json(),
        "value": found.value,
        "unit": found.unit,
        "facts": found.facts,
        "provinces": len(found.parts),
        "heard": len(found.parts) - len(found.lacking),
        "note": found.note.of(_language()),
        "parts": [_part(one) for one in found.parts],
    }


def _part(one: Part) -> dict[str, object]:
    return {
        "place": one.place,
        "name": one.name,
        "state": one.state,
        "checkpoint": one.checkpoint,
        "size": one.size,
        "root": one.root,
        "published_at": canon.instant(one.published_at) if one.published_at else None,
        "why": one.why,
    }


def _lines(found: Rollup) -> list[str]:
    value = gettext("说不出") if found.value is None else f"{found.value:f} {found.unit}"
    lines = [f"{counting.label(found.indicator)}  {value}"]
    counts = {"all": len(found.parts), "heard": len(found.parts) - len(found.lacking)}
    said = gettext("共 %(all)s 个，计入 %(heard)s 个") % counts
    lacking = "、".join(one.name or one.place for one in found.lacking)
    lines.append(said + (gettext("，缺：%(names)s") % {"names": lacking} if lacking else ""))
    lines += [note] if (note := found.note.of(_language())) else []
    return [*lines, *terminal.table([_row(one) for one in found.parts])]


def _language() -> str:
    return get_language() or "zh-hans"


def _row(one: Part) -> tuple[object, ...]:
    number = one.checkpoint or "—"
    return one.place, one.name, gettext(_STATES[one.state]), number, one.root[:16], one.why
