"""``yibiao check``: the numbers of a text, what they claim, and what the records say of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
from django.utils.translation import get_language, gettext

from yibiao.bulletins.types import Check
from yibiao.core import faults
from yibiao.core.faults.types import Fault
from yibiao.core.problems import refuse
from yibiao.core.reading import Reading, Run, read
from yibiao.desk import checking
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.desk.problems import TEXT_NOWHERE, TEXT_TOO_LONG, TEXT_UNREADABLE

LARGEST: Final = 8 << 20


@click.command(
    help=gettext(
        "核对一份稿子（.txt、.md 或 .docx；- 为标准输入）：逐个列出数字说了什么；写明专项时，再对着记录核。"
        "没有红色（加 --lint 时也没有必改的文字问题）时以 0 退出，有则以 1 退出，读不了以 2 退出。"
    )
)
@click.argument("file")
@click.option("--program", default="", help=gettext("对着哪个专项的记录核；未写只读数，不用数据文件夹。"))
@click.option("--place", default="", help=gettext("地点代码；未写取专项所覆盖的地点。"))
@click.option("--from", "from_", default="", help=gettext("从哪天或哪一刻；未写取专项的时段。"))
@click.option("--until", default="", help=gettext("到哪天（含当天）或哪一刻；未写取专项的时段。"))
@click.option("--lint", is_flag=True, help=gettext("另列文字本身的问题。"))
@options
def check(file: str, program: str, place: str, from_: str, until: str, lint: bool) -> int:
    text = _text(file)
    if program:
        return _against(_checked(text, program, place, from_, until), lint=lint)
    return _alone(read(text), lint=lint)


def _text(file: str) -> str:
    """The text of a file or of standard input.

    Raises: desk.check.nowhere, desk.check.too-long, desk.check.unreadable, and bulletins' refusals of a .docx
    """
    if file == "-":
        return _decoded(_limited(sys.stdin.buffer.read(LARGEST + 1)), "-")
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError:
        raise refuse(TEXT_NOWHERE.at(name=file)) from None
    if file.lower().endswith(".docx"):
        # Reading .docx needs a library that takes longer to load than most texts take to read.
        from yibiao.bulletins import documents

        return documents.read(Path(file).name, content)[1]
    return _decoded(_limited(content), file)


def _decoded(content: bytes, name: str) -> str:
    """What office machines write: UTF-8, or the older national encoding."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse(TEXT_UNREADABLE.at(name=name))


def _limited(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise refuse(TEXT_TOO_LONG.at(limit=LARGEST >> 20))
    return content


def _alone(reading: Reading, *, lint: bool) -> int:
    found = faults.find(reading) if lint else ()
    if terminal.wants_json():
        _lines(checking.records(reading.runs))
        _lines(fault.as_json() for fault in found)
    else:
        rows = [_row(reading.text, run) for run in reading.runs if run.num]
        heads = (gettext("行:列"), gettext("原文"), gettext("是什么"), gettext("说的是"), gettext("数的是"))
        _print([heads, *rows], reading.runs, reading.text, found, lint=lint)
    return int(any(fault.certainty == "certain" for fault in found))


def _checked(text: str, program: str, place: str, from_: str, until: str) -> Check:
    # Only with a program are the rooms' tables needed.
    from yibiao.bulletins import queries
    from yibiao.desk import asking
    from yibiao.desk.operating import everything

    meant = asking.program(program)
    at = asking.known(place) or meant.place
    return queries.check_text(text, program, at, asking.period(meant, from_, until), scope=everything())


def _against(check: Check, *, lint: bool) -> int:
    found = check.faults if lint else ()
    if terminal.wants_json():
        _lines(checking.judged_records(check))
        _lines(fault.as_json() for fault in found)
    else:
        judged = {one.run.start: one for one in check.judged}
        runs = checking.runs(check)
        rows = []
        for run in runs:
            one = judged.get(run.start) if run.claim else None
            said = (checking.colour(one.colour), one.said.of(_language())) if one else ("", "")
            rows.append((*_row(check.text, run)[:4], *said))
        heads = (
            gettext("行:列"),
            gettext("原文"),
            gettext("是什么"),
            gettext("说的是"),
            gettext("颜色"),
            gettext("结论"),
        )
        _print([heads, *rows], runs, check.text, found, lint=lint)
    return int(check.counts.get("red", 0) > 0 or any(fault.certainty == "certain" for fault in found))


def _lines(records: Iterator[dict[str, Any]]) -> None:
    for record in records:
        click.echo(json.dumps(record, ensure_ascii=False))


def _row(text: str, run: Run) -> tuple[str, ...]:
    line, column = checking.position(text, run.start)
    surface = run.surface.replace("\n", "⏎")
    said = checking.interval(run.interval, run.unit) if run.claim else ""
    return f"{line}:{column}", surface, checking.kind(run.kind), said, run.counts or ""


def _print(
    rows: list[tuple[str, ...]], runs: tuple[Run, ...], text: str, found: tuple[Fault, ...], *, lint: bool
) -> None:
    for row in terminal.table(rows) if len(rows) > 1 else []:
        click.echo(row)
    counted = checking.tally(runs)
    said = gettext("共 %(all)s 个数字：表述 %(claims)s，不是表述 %(others)s，认不出 %(unknown)s。")
    click.echo(said % {"all": sum(counted.values()), **counted})
    if lint:
        click.echo(gettext("文字问题 %(count)s 处。") % {"count": len(found)})
    for fault in found:
        line, column = checking.position(text, fault.start)
        name, sure = checking.fault(fault.type), checking.certainty(fault.certainty)
        surface = (fault.context or fault.surface).replace("\n", "⏎")
        click.echo(f"  {line}:{column}  [{sure}] {name}：{fault.note(_language())}  {surface}")


def _language() -> str:
    return get_language() or "zh-hans"
