"""``yibiao figure`` and ``yibiao rebuild``: figures, the facts behind them, and building them anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TypeVar

import click
from django.conf import settings
from django.utils.translation import get_language, gettext

from yibiao.desk import asking
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.desk.operating import everything
from yibiao.figures import actions, queries
from yibiao.figures.types import Figure, Query

F = TypeVar("F", bound=Callable[..., Any])


def _question(function: F) -> F:
    """The options that say which figure is meant."""
    for option in (
        click.option(
            "--as-of", type=click.IntRange(min=1), default=None, help=gettext("截至第几个存证点；未写为最新。")
        ),
        click.option("--until", default="", help=gettext("到哪天（含当天）或哪一刻；未写取专项的时段。")),
        click.option("--from", "from_", default="", help=gettext("从哪天或哪一刻；未写取专项的时段。")),
        click.option("--place", default="", help=gettext("地点代码；未写取专项所覆盖的地点。")),
        click.option("--program", default="", help=gettext("哪个专项；指标写成“工作包.指标”时可不写。")),
        click.argument("indicator"),
    ):
        function = option(function)
    return function


@click.group(help=gettext("数：列出指标，查看数值，列出背后的事实。"))
@options
def figure() -> None:
    pass


@figure.command("list", help=gettext("列出全部指标。"))
@click.option("--program", default="", help=gettext("只列一个专项的。"))
@options
def listing(program: str) -> None:
    found = queries.indicators(asking.program(program).pack if program else None)
    language = get_language() or "zh-hans"
    terminal.out(
        [
            {
                "indicator": one.ref,
                "label": {"zh": one.label.zh, "en": one.label.en},
                "unit": one.unit,
                "kind": one.kind,
                "measure": one.measure,
                "counts": {"zh": one.counts.zh, "en": one.counts.en},
            }
            for one in found
        ],
        terminal.table([(one.ref, one.measure, one.unit, one.label.of(language)) for one in found]),
    )


def _shown(found: Figure) -> dict[str, object]:
    coverage = found.coverage
    return {
        "indicator": found.indicator.ref,
        "label": {"zh": found.indicator.label.zh, "en": found.indicator.label.en},
        "program": found.query.program,
        "place": found.query.place,
        "period": found.query.period.as_json(),
        "value": found.value,
        "unit": found.unit,
        "coverage": None
        if coverage is None
        else {"owed": coverage.owed, "filed": coverage.filed, "missing": [list(one) for one in coverage.missing]},
        "as_of": found.as_of,
        "facts": found.facts,
        "note": {"zh": found.note.zh, "en": found.note.en},
    }


def _asked(indicator: str, program: str, place: str, from_: str, until: str, as_of: int | None) -> Query:
    return asking.query(indicator, program=program, place=place, from_=from_, until=until, as_of=as_of)


@figure.command("show", help=gettext("显示一个数：数值、单位、报送率、截至哪个存证点、背后有几条事实。"))
@_question
@options
def show(indicator: str, program: str, place: str, from_: str, until: str, as_of: int | None) -> None:
    found = queries.figure(_asked(indicator, program, place, from_, until, as_of), scope=everything())
    language = get_language() or "zh-hans"
    value = gettext("说不出") if found.value is None else f"{found.value:f}"
    lines = [f"{found.indicator.label.of(language)}  {value} {found.unit}", found.indicator.counts.of(language)]
    if found.coverage:
        lines.append(
            gettext("应报 %(owed)s，实报 %(filed)s") % {"owed": found.coverage.owed, "filed": found.coverage.filed}
        )
    lines.append(gettext("截至存证点 %(number)s，事实 %(facts)s 条") % {"number": found.as_of, "facts": found.facts})
    if found.note.zh:
        lines.append(found.note.of(language))
    terminal.out(_shown(found), lines)


@figure.command("facts", help=gettext("逐行输出构成这个数的事实，每行一条 JSON。"))
@_question
@options
def facts(indicator: str, program: str, place: str, from_: str, until: str, as_of: int | None) -> None:
    asked = _asked(indicator, program, place, from_, until, as_of)
    for one in queries.all_contributions(asked, scope=everything()):
        line = {
            "fact": one.fact,
            "revision": one.revision,
            "position": one.position,
            "item": one.item,
            "kind": one.kind,
            "place": one.place,
            "occurred_at": one.occurred_at,
            "amount": one.amount,
            "values": one.values,
        }
        click.echo(terminal.dumps(line))


@figure.command(
    "verify", help=gettext("以数据列核对预先算好的数，以日志核对数据列，指出不一致之处；有不一致时以 1 退出。")
)
@options
def verify() -> None:
    found = actions.verify()
    cells = [
        (one.indicator, one.program, one.place, one.month, _amount(one.kept), _amount(one.counted))
        for one in found.differences
    ]
    kinds = [(one.kind, str(one.held), str(one.logged), str(one.wrong), str(one.damaged)) for one in found.astray]
    lines = (
        [*terminal.table(cells), gettext("有 %(count)s 处不一致，已重建。") % {"count": len(cells)}] if cells else []
    )
    if kinds:
        head = (
            gettext("事实种类"),
            gettext("数据列条数"),
            gettext("日志条数"),
            gettext("抽查不符"),
            gettext("损坏的文件"),
        )
        lines += [*terminal.table([head, *kinds]), gettext("数据列与日志不一致，请运行 yibiao rebuild figures 重建。")]
    terminal.out(
        {"cubes": [asdict(one) for one in found.differences], "columns": [asdict(one) for one in found.astray]},
        lines or [gettext("预先算好的数与数据列、数据列与日志全部一致。")],
    )
    if not found.sound:
        raise SystemExit(1)


@figure.command(
    "copy",
    help=gettext("把数据列复制到整个集群都读得到的地址（如 s3a://、hdfs://），只传新文件；Spark 从那里读。"),
)
@click.argument("root", default=lambda: settings.YIBIAO_FIGURES_FILES, metavar="URL")
@click.option("--check", is_flag=True, help=gettext("不复制，逐个文件核对那里的摘要；有缺、有坏时以 1 退出。"))
@options
def copy(root: str, check: bool) -> None:
    if not root:
        raise click.UsageError(gettext("请写明地址，或设 YIBIAO_FIGURES_FILES。"))
    if check:
        wrong = queries.copies(root)
        lines = [*wrong, gettext("缺或不符 %(count)s 个。") % {"count": len(wrong)}]
        lines += [gettext("请删去那里的 columns.json，再复制一遍。")] if wrong else []
        terminal.out({"wrong": list(wrong)}, lines)
        if wrong:
            raise SystemExit(1)
        return
    made = actions.copy(root)
    said = {"files": made.files, "new": made.new, "size": f"{made.bytes / 1e6:.1f}", "position": made.position}
    terminal.out(
        asdict(made),
        [gettext("那里共 %(files)s 个文件，新传 %(new)s 个（%(size)s MB），截至第 %(position)s 条事实。") % said],
    )


def _amount(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:f}"


@click.group(help=gettext("从事实日志重建。"))
@options
def rebuild() -> None:
    pass


@rebuild.command("figures", help=gettext("清空数据列，从第一条事实重新算起；结果与原来相同。"))
@options
def rebuild_figures() -> None:
    taken = actions.rebuild()
    terminal.out({"facts": taken}, [gettext("已重建。")])
