"""``yibiao backup`` and ``yibiao restore``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from django.utils.translation import gettext

from yibiao.desk import saving
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options

_folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command(
    help=gettext(
        "把数据文件夹备份到一个空文件夹，网站可照常运行；SQLite 数据库一并备份，PostgreSQL 请另用它自己的工具。"
    )
)
@_folder
@click.option("--with-keys", is_flag=True, help=gettext("连同密钥文件；否则密钥请另行保管。"))
@options
def backup(folder: Path, with_keys: bool) -> None:
    saved = saving.save(folder.resolve(), keys=with_keys)
    lines = [
        gettext("已备份到 %(folder)s：%(files)s 个文件，截至存证点 %(number)s，共 %(size)s 条事实。") % asdict(saved),
        gettext("根值 %(root)s，请抄存到系统之外。") % asdict(saved),
    ]
    if not saved.database:
        lines.append(gettext("数据库在 PostgreSQL 里，不在这份备份中：做法见 docs/operate.md。"))
    if not with_keys:
        lines.append(gettext("secret.key 和 personal.key 不在其中：没有它们，个人信息和动态验证码无法解密。"))
    terminal.out(asdict(saved), lines)


@click.command(help=gettext("从备份恢复到一个空的数据文件夹（--data）：核验日志和根值，再从日志重算数据列。"))
@_folder
@options
def restore(folder: Path) -> None:
    saved = saving.restore(folder.resolve())
    terminal.out(
        asdict(saved),
        [gettext("已恢复并核验：存证点 %(number)s 的根值相符，数据列已重算。") % asdict(saved)],
    )
