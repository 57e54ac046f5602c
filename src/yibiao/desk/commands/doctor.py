"""``yibiao doctor``: whether everything that the site needs is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import click
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext

from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.figures import queries as figures
from yibiao.ledger import queries as ledger
from yibiao.packs import queries as packs
from yibiao.places import queries as places

ENOUGH_DISK = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and what to do if it is not."""

    what: str
    well: bool
    seen: str
    remedy: str = ""


@click.command(help=gettext("检查运行所需的一切：数据文件夹、数据库、页面、存证、数据列。"))
@options
def doctor() -> int:
    findings = list(_findings())
    terminal.out(
        [{"what": one.what, "well": one.well, "seen": one.seen, "remedy": one.remedy} for one in findings],
        [
            f"{'✓' if one.well else '✗'} {one.what}：{one.seen}" + ("" if one.well else f"  → {one.remedy}")
            for one in findings
        ],
    )
    return 0 if all(one.well for one in findings) else 1


def _findings() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA).free
    yield Finding(
        gettext("数据文件夹"),
        free > ENOUGH_DISK,
        gettext("%(folder)s，可用 %(free)s GB") % {"folder": settings.DATA, "free": free >> 30},
        gettext("请腾出磁盘空间，至少 1 GB。"),
    )
    built = any(settings.STATICFILES_DIRS)
    yield Finding(
        gettext("页面"), built, gettext("已构建") if built else gettext("未构建"), gettext("请运行 make setup。")
    )
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as failure:
        yield Finding(gettext("数据库"), False, str(failure), gettext("请检查 DATABASE_URL 和数据库服务。"))
        return
    yield Finding(
        gettext("数据库"),
        not waiting,
        gettext("%(vendor)s，待升级 %(count)s 步") % {"vendor": connection.vendor, "count": len(waiting)},
        gettext("请运行 yibiao serve，它会自动升级。"),
    )
    if not waiting:
        yield from _content()


def _content() -> Iterator[Finding]:
    newest = ledger.checkpoint()
    yield Finding(
        gettext("存证"),
        True,
        gettext("存证点 %(number)s，共 %(size)s 条事实")
        % {"number": newest.number if newest else 0, "size": newest.size if newest else 0},
    )
    columns = figures.status()
    yield Finding(
        gettext("数据列"),
        True,
        gettext("%(rows)s 行，%(files)s 个文件，落后存证 %(behind)s 条")
        % {"rows": columns.rows, "files": columns.segments, "behind": columns.behind},
    )
    count = places.count()
    yield Finding(
        gettext("地点"), count > 0, gettext("%(count)s 个") % {"count": count}, gettext("请运行 yibiao places import。")
    )
    programs = packs.programs()
    yield Finding(
        gettext("专项"),
        bool(programs),
        gettext("%(count)s 个") % {"count": len(programs)},
        gettext("请运行 yibiao pack install --shipped。"),
    )
