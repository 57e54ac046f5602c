"""The root of the commands."""

from __future__ import annotations

import sys
from typing import Final

import click
from django.utils.translation import gettext

from yibiao import __version__
from yibiao.desk.commands import (
    benching,
    bulletins,
    checking,
    counting,
    doctor,
    drawing,
    figures,
    figuring,
    ingesting,
    lake,
    ledger,
    open311,
    openrosa,
    packs,
    people,
    places,
    reference,
    registering,
    saving,
    serving,
    terminal,
    watching,
)
from yibiao.desk.serving import begin

# These look at what is there, or bring the tables up to date themselves.
AS_IT_IS: Final = frozenset({"demo", "doctor", "draw", "reference", "restore", "serve"})
NO_HELP: Final = frozenset({"--help"})


@click.group(help=gettext("一表：一次填报，事事有数；每个数都能打开，看到它的来处。"))
@click.version_option(__version__, prog_name="yibiao")
@terminal.options
@click.pass_context
def yibiao(context: click.Context) -> None:
    if context.invoked_subcommand not in AS_IT_IS and NO_HELP.isdisjoint(sys.argv):
        begin()


benching.bench.add_command(ingesting.measure)
benching.bench.add_command(watching.watch)
benching.bench.add_command(figuring.figures)
benching.bench.add_command(counting.bench)
benching.bench.add_command(registering.entities)
for command in (
    serving.demo,
    serving.serve,
    packs.pack,
    places.places,
    people.person,
    figures.figure,
    counting.figures,
    lake.lake,
    figures.rebuild,
    bulletins.bulletin,
    checking.check,
    benching.bench,
    ledger.ledger,
    drawing.draw,
    open311.open311,
    openrosa.openrosa,
    doctor.doctor,
    saving.backup,
    saving.restore,
    reference.reference,
):
    yibiao.add_command(command)
