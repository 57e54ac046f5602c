"""``yibiao draw``: a published draw, run again from its file alone; no database is needed."""

from __future__ import annotations

import json
from typing import IO

import click
from django.utils.translation import get_language, gettext

from yibiao.core import draws
from yibiao.core.problems import refuse
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.desk.problems import DRAW_UNREADABLE


@click.group(help=gettext("双随机抽取：任何人都能凭公示文件重算。"))
@options
def draw() -> None:
    pass


@draw.command("verify", help=gettext("用公示的 JSON 文件重算抽取，逐项核对；不读数据库。"))
@click.argument("file", type=click.File("rb"))
@options
def verify(file: IO[bytes]) -> int:
    try:
        content = json.loads(file.read())
    except (ValueError, RecursionError):
        raise refuse(DRAW_UNREADABLE.at(getattr(file, "name", ""))) from None
    if found := draws.verify(content):
        terminal.complain(found, as_json=terminal.wants_json(), language=get_language() or "zh-hans")
        return 1
    frozen, outcome = draws.frozen_of(content["frozen"]), draws.outcome_of(content)
    terminal.out(
        {
            "sound": True,
            "title": frozen.title,
            "digest": frozen.digest(),
            "drawn": len(outcome.drawn),
            "replacements": len(outcome.replacements),
        },
        [
            gettext("“%(title)s”：重算结果与公示一致。") % {"title": frozen.title},
            gettext("名单和规则的摘要 %(digest)s，与抽取前公布的一致；种子与承诺一致。") % {"digest": frozen.digest()},
            gettext("对象 %(subjects)s 个，抽中 %(drawn)s 个，替换 %(replaced)s 次。")
            % {"subjects": len(frozen.subjects), "drawn": len(outcome.drawn), "replaced": len(outcome.replacements)},
        ],
    )
    return 0
