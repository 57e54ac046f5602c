"""``yibiao reference``: for those who work on Yibiao itself."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext

from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options


@click.command(help=gettext("由代码重写 docs/reference 中的说明页（开发用）。"))
@click.argument("folder", type=click.Path(path_type=Path), default=Path("docs/reference"))
@options
def reference(folder: Path) -> None:
    # Imported here: no other command needs every room's catalogue.
    from yibiao.desk import reference as pages

    written = pages.write(folder)
    terminal.out(
        {"written": [str(path) for path in written]}, [str(path) for path in written] or [gettext("都是最新的。")]
    )
