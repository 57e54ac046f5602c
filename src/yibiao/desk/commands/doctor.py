"""``yibiao doctor``: whether everything that the site needs is there and well."""

from __future__ import annotations

from collections.abc import Iterator

import click
from django.utils.translation import gettext

from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.desk.health import channels, contents, database, machine
from yibiao.desk.health.findings import SIGNS, Finding


@click.command(
    help=gettext("检查运行所需的一切，逐项说明：哪一项、在哪里、怎么办。有故障（✗）时以 1 退出；! 只是提醒。")
)
@options
def doctor() -> int:
    findings = tuple(examine())
    terminal.out([_plain(one) for one in findings], map(_line, findings))
    return 0 if all(one.well for one in findings) else 1


def examine() -> Iterator[Finding]:
    """Everything; what cannot be asked because of an earlier fault is left out."""
    yield from machine.examine()
    yield from database.examine()
    ready = database.ready()
    if ready:
        yield from contents.examine()
    yield from channels.examine(tables=ready)


def _plain(one: Finding) -> dict[str, object]:
    return {
        "code": one.code, "what": one.what, "where": one.where, "mark": one.mark, "well": one.well, "seen": one.seen,
        "remedy": one.remedy,
    }  # fmt: skip


def _line(one: Finding) -> str:
    said = gettext("%(sign)s %(what)s [%(where)s]：%(seen)s") % {
        "sign": SIGNS[one.mark], "what": one.what, "where": one.where, "seen": one.seen,
    }  # fmt: skip
    return said + (f"  → {one.remedy}" if one.remedy else "")
