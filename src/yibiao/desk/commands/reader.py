"""The root of the commands that need no data folder; ``program`` has them as well, beside all the others."""

from __future__ import annotations

from typing import Final

import click
from django.utils.translation import gettext

from yibiao import __version__
from yibiao.desk.commands import terminal
from yibiao.desk.commands.listing import Brings, Listed


def _check() -> click.Command:
    from yibiao.desk.commands.checking import check

    return check


def _bench() -> click.Command:
    from yibiao.desk.commands.benching import bench

    return bench


def _draw() -> click.Command:
    from yibiao.desk.commands.drawing import draw

    return draw


COMMANDS: Final[dict[str, Brings]] = {"check": _check, "bench": _bench, "draw": _draw}


@click.group(cls=Listed, brings=COMMANDS, help=gettext("一表：一次填报，事事有数；每个数都能打开，看到它的来处。"))
@click.version_option(__version__, prog_name="yibiao")
@terminal.options
def yibiao() -> None:
    pass
