"""``yibiao bench``: how fast a text is read and checked, and how long the pages of safety work take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click
from django.utils.translation import gettext

from yibiao.core import faults
from yibiao.core.reading import read
from yibiao.desk.bench import measuring, specimen
from yibiao.desk.commands import terminal
from yibiao.desk.commands.listing import Brings, Listed
from yibiao.desk.commands.terminal import options

CHARACTERS: Final = 1_000_000


def _entities() -> click.Command:
    from yibiao.desk.commands.registering import entities

    return entities


def _figures() -> click.Command:
    from yibiao.desk.commands.figuring import figures

    return figures


def _ingest() -> click.Command:
    from yibiao.desk.commands.ingesting import measure

    return measure


def _live() -> click.Command:
    from yibiao.desk.commands.watching import watch

    return watch


def _partitions() -> click.Command:
    from yibiao.desk.commands.partitioning import partitions

    return partitions


BENCHMARKS: Final[dict[str, Brings]] = {
    "entities": _entities,
    "figures": _figures,
    "ingest": _ingest,
    "live": _live,
    "partitions": _partitions,
}


@click.group(cls=Listed, brings=BENCHMARKS, help=gettext("量速度。"))
@options
def bench() -> None:
    pass


@bench.command(
    "check",
    help=gettext("核稿的速度：读数、查文字问题、对记录，以及同一段文字上别的读法。写明 --data 时才对记录。"),
)
@click.option(
    "--chars",
    type=click.IntRange(measuring.PAGE, 20_000_000),
    default=CHARACTERS,
    show_default=True,
    help=gettext("读多少字。"),
)
@click.option("--rounds", type=click.IntRange(1, 100), default=measuring.ROUNDS, show_default=True)
@click.option("--write", type=click.Path(path_type=Path), default=None, help=gettext("把结果写进这份说明的标记之间。"))
@options
def check(chars: int, rounds: int, write: Path | None) -> None:
    speeds = measuring.readers(chars, rounds)
    result: dict[str, Any] = {
        "machine": measuring.machine(),
        "versions": measuring.versions(),
        "rounds": rounds,
        "readers": {name: speed and speed.as_json() for name, speed in speeds.items()},
        "page": _page(rounds),
    }
    tell(result, _table(result), write, "check", "Draft check")


def _page(rounds: int) -> dict[str, Any]:
    """The parts of checking one page, in milliseconds; matching only where there are records."""
    text = specimen.text(measuring.PAGE)
    reading = read(text)
    with measuring.one_core():
        taken: dict[str, Any] = {
            "characters": len(text),
            "numerals": len(reading.runs),
            "reading_ms": measuring.milliseconds(lambda: read(text), rounds),
            "faults_ms": measuring.milliseconds(lambda: faults.find(reading), rounds),
            "whole_ms": None,
            "program": None,
        }
        if _has_data():
            taken |= _matched(text, rounds)
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in taken.items()}


def _has_data() -> bool:
    # The command also runs without any tables; then there is nothing to match.
    from django.conf import settings

    return bool(settings.INSTALLED_APPS)


def _matched(text: str, rounds: int) -> dict[str, Any]:
    """A whole check of the page against the first program of the data folder."""
    from yibiao.bulletins import queries
    from yibiao.desk import asking
    from yibiao.desk.operating import everything
    from yibiao.packs import queries as packs

    found = packs.programs()
    if not found:
        return {}
    one, scope = found[0], everything()
    period = asking.window(one)
    queries.check_text(text, one.code, one.place, period, scope=scope)
    whole = measuring.milliseconds(lambda: queries.check_text(text, one.code, one.place, period, scope=scope), rounds)
    return {"whole_ms": whole, "program": one.code}


def _table(result: dict[str, Any]) -> list[str]:
    machine, versions, page = result["machine"], result["versions"], result["page"]
    named = " · ".join(f"{name} {version}" for name, version in versions.items() if version)
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']} {machine['architecture']}; {named}.",
        f"Medians of {result['rounds']} rounds on one core; the text is generated.",
        "",
        "| reader | characters | characters/s | numerals found |",
        "|---|---:|---:|---:|",
    ]
    for name, speed in result["readers"].items():
        cells = ("—", "—", "—") if speed is None else (
            f"{speed['characters']:,}", f"{speed['characters_per_second']:,}", f"{speed['found']:,}"
        )  # fmt: skip
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", f"| one page of {page['characters']:,} characters, {page['numerals']} numerals | ms |", "|---|---:|"]
    lines += [f"| reading | {page['reading_ms']} |", f"| faults of the text | {page['faults_ms']} |"]
    if page["whole_ms"] is not None:
        lines.append(f"| whole check against {page['program']} | {page['whole_ms']} |")
    return lines


@bench.command("safety", help=gettext("事项、值班、报送各页的速度：先造出这么多未办结的隐患和应报的单位。"))
@click.option("--cases", "open_cases", type=click.IntRange(10, 100_000), default=1_000, show_default=True)
@click.option("--units", type=click.IntRange(1, 5_000), default=60, show_default=True)
@click.option("--days", type=click.IntRange(1, 90), default=30, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 100), default=measuring.ROUNDS, show_default=True)
@click.option("--write", type=click.Path(path_type=Path), default=None, help=gettext("把结果写进这份说明的标记之间。"))
@options
def safety(open_cases: int, units: int, days: int, rounds: int, write: Path | None) -> None:
    # Its rooms have tables, which `bench check` does without.
    from yibiao.desk import preparing
    from yibiao.desk.bench import safety as measured

    preparing.prepare()
    measured.build(open_cases, units, days)
    result: dict[str, Any] = {
        "machine": measuring.machine(),
        "versions": measuring.versions(),
        "rounds": rounds,
        "database": measured.database(),
        "world": {"open_cases": open_cases, "units": units, "days": days},
        "pages": {name: one.as_json() for name, one in measured.pages(rounds, days).items()},
        "beside": measured.beside(rounds, days),
    }
    lines = _safety_table(result)
    tell(result, lines, write, "safety", "Safety work")


def _safety_table(result: dict[str, Any]) -> list[str]:
    machine, world = result["machine"], result["world"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']} {machine['architecture']}; "
        f"yibiao {result['versions']['yibiao']} · python {result['versions']['python']} · {result['database']}.",
        f"{world['open_cases']:,} open hazards, {world['units']} units that owe a report on each of "
        f"{world['days']} days; medians of {result['rounds']} rounds, server time of one request.",
        "",
        "| page | ms | queries | bytes |",
        "|---|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {one['ms']} | {one['queries']} | {one['bytes']:,} |" for name, one in result["pages"].items()
    ]
    lines += ["", "| question | found | ms | plain way, ms |", "|---|---:|---:|---:|"]
    return lines + [
        f"| {name} | {one['found']:,} | {one['ms']} | {one['plain_ms']} |" for name, one in result["beside"].items()
    ]


def tell(result: dict[str, Any], lines: Sequence[str], write: Path | None, name: str, title: str) -> None:
    """What was measured, as JSON or as the lines of a page; into the section of a page too, where one is named."""
    if write is not None:
        put(write, name, title, lines)
    if terminal.wants_json():
        # Durations are floats, which the records of facts never are.
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        terminal.out(result, lines)


def put(path: Path, name: str, title: str, lines: Sequence[str]) -> None:
    """Writes the marked section of a page anew; a page without one gets it at its end."""
    begin, end = f"<!-- yibiao bench {name}: begin -->", f"<!-- yibiao bench {name}: end -->"
    page = path.read_text("utf-8") if path.is_file() else "# Benchmarks\n"
    section = "\n".join((begin, *lines, end))
    if begin in page and end in page:
        head, _, rest = page.partition(begin)
        page = f"{head}{section}{rest.partition(end)[2]}"
    else:
        page = f"{page.rstrip()}\n\n## {title}\n\n{section}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8")
