"""The root of the commands."""

from __future__ import annotations

import sys
from typing import Final

import click
from django.utils.translation import gettext

from yibiao import __version__
from yibiao.desk.commands import reader, terminal
from yibiao.desk.commands.listing import Brings, Listed
from yibiao.desk.preparing import begin

# These look at what is there, or bring the tables up to date themselves.
AS_IT_IS: Final = frozenset({"demo", "doctor", "draw", "reference", "restore", "serve"})
NO_HELP: Final = frozenset({"--help"})


def _demo() -> click.Command:
    from yibiao.desk.commands.serving import demo

    return demo


def _serve() -> click.Command:
    from yibiao.desk.commands.serving import serve

    return serve


def _pack() -> click.Command:
    from yibiao.desk.commands.packs import pack

    return pack


def _places() -> click.Command:
    from yibiao.desk.commands.places import places

    return places


def _person() -> click.Command:
    from yibiao.desk.commands.people import person

    return person


def _figure() -> click.Command:
    from yibiao.desk.commands.figures import figure

    return figure


def _figures() -> click.Command:
    from yibiao.desk.commands.counting import figures

    return figures


def _lake() -> click.Command:
    from yibiao.desk.commands.lake import lake

    return lake


def _rebuild() -> click.Command:
    from yibiao.desk.commands.figures import rebuild

    return rebuild


def _bulletin() -> click.Command:
    from yibiao.desk.commands.bulletins import bulletin

    return bulletin


def _bench() -> click.Command:
    from yibiao.desk.commands.benching import bench
    from yibiao.desk.commands.counting import bench as engines

    bench.add_command(engines)
    return bench


def _ledger() -> click.Command:
    from yibiao.desk.commands.ledger import ledger

    return ledger


def _open311() -> click.Command:
    from yibiao.desk.commands.open311 import open311

    return open311


def _openrosa() -> click.Command:
    from yibiao.desk.commands.openrosa import openrosa

    return openrosa


def _doctor() -> click.Command:
    from yibiao.desk.commands.doctor import doctor

    return doctor


def _backup() -> click.Command:
    from yibiao.desk.commands.saving import backup

    return backup


def _restore() -> click.Command:
    from yibiao.desk.commands.saving import restore

    return restore


def _reference() -> click.Command:
    from yibiao.desk.commands.reference import reference

    return reference


COMMANDS: Final[dict[str, Brings]] = reader.COMMANDS | {
    "demo": _demo,
    "serve": _serve,
    "pack": _pack,
    "places": _places,
    "person": _person,
    "figure": _figure,
    "figures": _figures,
    "lake": _lake,
    "rebuild": _rebuild,
    "bulletin": _bulletin,
    "bench": _bench,
    "ledger": _ledger,
    "open311": _open311,
    "openrosa": _openrosa,
    "doctor": _doctor,
    "backup": _backup,
    "restore": _restore,
    "reference": _reference,
}


@click.group(cls=Listed, brings=COMMANDS, help=gettext("一表：一次填报，事事有数；每个数都能打开，看到它的来处。"))
@click.version_option(__version__, prog_name="yibiao")
@terminal.options
@click.pass_context
def yibiao(context: click.Context) -> None:
    if context.invoked_subcommand not in AS_IT_IS and NO_HELP.isdisjoint(sys.argv):
        begin()
