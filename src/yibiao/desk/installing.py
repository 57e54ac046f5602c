"""Checking and installing a pack: every room looks at its own files, and nothing is stored unless all are content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from yibiao.bulletins import actions as bulletins
from yibiao.bulletins import queries as bulletin_templates
from yibiao.bulletins.types import Template
from yibiao.cases import queries as cases
from yibiao.citizens import queries as citizens
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.desk.problems import NO_SUCH_PACK
from yibiao.draws import queries as draws
from yibiao.duty import queries as duty
from yibiao.figures import actions as figures
from yibiao.figures import queries as indicators
from yibiao.figures.types import Definitions
from yibiao.forms import actions as forms
from yibiao.forms import queries as form_files
from yibiao.forms.types import FormVersion
from yibiao.notices import queries as notices
from yibiao.packs import actions as packs
from yibiao.packs import queries as pack_files
from yibiao.packs.types import PackFiles, PackVersion


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rooms read in a pack, everything that is wrong with it, and what is only worth a second look."""

    files: PackFiles | None
    forms: tuple[FormVersion, ...] = ()
    definitions: Definitions | None = None
    templates: tuple[Template, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def locate(name: str) -> Path:
    """The folder or zip that a path names, or else the shipped pack of that id.

    Raises: desk.pack.nowhere
    """
    path = Path(name)
    if path.exists():
        return path
    for shipped in pack_files.shipped():
        if shipped.name == name:
            return shipped
    raise refuse(NO_SUCH_PACK.at(name, known="、".join(shipped.name for shipped in pack_files.shipped())))


def check(path: Path) -> Findings:
    """Everything wrong with a pack at once; the database is only read."""
    files, problems = pack_files.read(path)
    if files is None:
        return Findings(None, problems=tuple(problems))
    published, found = form_files.check(files)
    problems += [*found, *notices.check(files), *draws.check(files)]
    problems += duty.check(files, published)[1]
    problems += cases.check(files, published)[1]
    problems += citizens.check(files, tuple(published))
    # What other rooms keep for the pack, beside its forms: every room's facts that indicators may count.
    declared = (*notices.declared(files), *draws.declared(files), *cases.declared(files), *duty.declared(files))
    definitions, found = indicators.check(files, published, declared)
    problems += found
    templates, found = bulletin_templates.check(files, definitions.indicators)
    problems += found
    odd = tuple(form_files.warnings(files, published))
    return Findings(files, tuple(published), definitions, tuple(templates), tuple(problems), odd)


def install(path: Path) -> PackVersion:
    """Checks a pack and stores it whole, in one transaction; installing the same content again changes nothing.

    Raises: every problem that ``check`` finds; packs.version.changed
    """
    findings = check(path)
    if findings.problems or findings.files is None or findings.definitions is None:
        raise Refusal(findings.problems)
    with transaction.atomic():
        version = packs.install(findings.files)
        forms.publish(version, findings.forms)
        figures.define(version, findings.definitions)
        bulletins.define(version, findings.templates)
    return version


def install_shipped() -> list[PackVersion]:
    """Installs every pack that ships with Yibiao."""
    return [install(path) for path in pack_files.shipped()]
