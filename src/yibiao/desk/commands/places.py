"""``yibiao places``: bring in the national list of codes."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from django.utils.translation import gettext

from yibiao.cases import actions as cases
from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.places import actions, queries
from yibiao.records import actions as records


@click.group(help=gettext("地点：导入区划代码。"))
@options
def places() -> None:
    pass


@places.command("import", help=gettext("导入五级区划代码表（code,name,level,parent），成为一个新版本。"))
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--valid-from", type=click.DateTime(["%Y-%m-%d"]), help=gettext("从哪天起有效；未写为今天。"))
@click.option("--label", default="", help=gettext("这个版本的名称；未写取文件名。"))
@click.option("--source", default="", help=gettext("来源，例如发布机关和日期。"))
@options
def import_file(file: Path, valid_from: datetime | None, label: str, source: str) -> None:
    since: date = valid_from.date() if valid_from else clock.now().astimezone(SHANGHAI).date()
    edition = actions.import_places(
        actions.read_file(file), valid_from=since, label=label or file.name, source=source or file.name
    )
    # Records and cases keep the chain of places above them, to be found by it: the new tree may have moved them.
    records.relocate()
    cases.relocate()
    terminal.out(
        {
            "edition": edition.number,
            "valid_from": edition.valid_from,
            "label": edition.label,
            "places": queries.count(),
        },
        [
            gettext("已导入为第 %(number)s 版，自 %(since)s 起有效，共 %(count)s 个地点。")
            % {"number": edition.number, "since": edition.valid_from, "count": queries.count()}
        ],
    )


@places.command("search", help=gettext("按名称、拼音首字母或代码查找地点。"))
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@options
def search(text: str, limit: int) -> None:
    found = queries.search(text, limit=limit)
    terminal.out(
        [{"code": place.code, "name": place.name, "level": place.level, "parent": place.parent} for place in found],
        terminal.table([(place.code, place.name, place.level) for place in found]),
    )
