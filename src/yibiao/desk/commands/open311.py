"""``yibiao open311``: take in the requests of another endpoint, and tell it what became of them."""

from __future__ import annotations

import click
from django.conf import settings
from django.utils.translation import gettext

from yibiao.citizens import actions
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options


@click.group(help=gettext("Open311：与别的诉求系统对接。"))
@options
def open311() -> None:
    pass


@open311.command("pull", help=gettext("取来对方在办的诉求；从上次取到的地方接着取，同一件只收一次。"))
@click.option("--from", "source", required=True, help=gettext("对方网址，到版本为止，例如 https://主机/open311/v2。"))
@click.option("--program", required=True, help=gettext("收进哪个专项。"))
@click.option("--jurisdiction", default="", help=gettext("对方的 jurisdiction_id。"))
@click.option("--service", "services", multiple=True, help=gettext("类别对照，写成 对方=我方；可写多次。"))
@options
def pull(source: str, program: str, jurisdiction: str, services: tuple[str, ...]) -> None:
    pairs = dict(one.partition("=")[::2] for one in services)
    found = actions.pull(source, program, jurisdiction=jurisdiction, services=pairs)
    terminal.out(
        {"taken": found.taken, "known": found.known, "refused": dict(found.refused)},
        [
            gettext("新收 %(taken)s 件，已有 %(known)s 件，没有收下 %(refused)s 件。")
            % {"taken": found.taken, "known": found.known, "refused": len(found.refused)},
            *(f"{id}：{why}" for id, why in found.refused.items()),
        ],
    )


@open311.command("push", help=gettext("把取来的诉求办到哪一步告诉对方；没有变化的不再说。"))
@click.option("--to", "source", required=True, help=gettext("对方网址，和取的时候一样。"))
@click.option("--program", required=True, help=gettext("收进了哪个专项。"))
@click.option("--jurisdiction", default="", help=gettext("对方的 jurisdiction_id。"))
@options
def push(source: str, program: str, jurisdiction: str) -> None:
    key = settings.YIBIAO_OPEN311_KEY
    found = actions.push(source, program, key=key, jurisdiction=jurisdiction)
    terminal.out(
        {"told": found.told, "same": found.same, "refused": dict(found.refused)},
        [
            gettext("告知 %(told)s 件，没有变化 %(same)s 件，对方没有收下 %(refused)s 件。")
            % {"told": found.told, "same": found.same, "refused": len(found.refused)},
            *(f"{id}：{why}" for id, why in found.refused.items()),
        ],
    )
