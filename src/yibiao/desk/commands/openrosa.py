"""``yibiao openrosa``: what phones that speak OpenRosa need of the operator."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext

from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.records.intake.openrosa import keys as form_keys


@click.group(help=gettext("OpenRosa：手机采集端。"))
@options
def openrosa() -> None:
    pass


@openrosa.command(
    "keys", help=gettext("生成手机加密填报用的密钥，写入文件（权限 600）；之后把 YIBIAO_FORM_KEYS 设为这个文件。")
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--renew", is_flag=True, help=gettext("换新密钥：放在文件最前，旧的留着，用来打开已经加密的。"))
@options
def keys(file: Path, renew: bool) -> None:
    made = form_keys.make(file, renew=renew)
    terminal.out(
        {"file": str(file), "public": made.public},
        [gettext("已写入 %(file)s。请另存一份：丢了它，手机上已加密而未发的填报就打不开了。") % {"file": file}],
    )
