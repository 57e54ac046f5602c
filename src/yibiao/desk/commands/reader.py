"""The root of the commands that need no data folder; ``program`` has them as well, beside all the others."""

from __future__ import annotations

import click
from django.utils.translation import gettext

from yibiao import __version__
from yibiao.desk.commands import benching, checking, drawing, figuring, ingesting, registering, terminal, watching


@click.group(help=gettext("一表：一次填报，事事有数；每个数都能打开，看到它的来处。"))
@click.version_option(__version__, prog_name="yibiao")
@terminal.options
def yibiao() -> None:
    pass


benching.bench.add_command(ingesting.measure)
benching.bench.add_command(watching.watch)
benching.bench.add_command(figuring.figures)
benching.bench.add_command(registering.entities)
yibiao.add_command(checking.check)
yibiao.add_command(benching.bench)
yibiao.add_command(drawing.draw)
