"""Which program takes the reports of a place, and what it offers: read from the current versions of the packs."""

from __future__ import annotations

from functools import lru_cache

from yibiao.cases import queries as cases
from yibiao.citizens import inputs
from yibiao.citizens.types import Counter
from yibiao.core.problems import Problem, Refusal
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import PackFiles, Program
from yibiao.places import queries as places


def check(files: PackFiles, published: tuple[FormVersion, ...]) -> list[Problem]:
    """Everything wrong with the services of a pack; nothing where it has none."""
    content = files.files.get(inputs.NAME)
    if content is None:
        return []
    read, found = inputs.parse(content)
    if read is None:
        return found
    return [*found, *inputs.check(read, published, cases.check(files, published)[0])]


def every() -> tuple[Counter, ...]:
    """The counters of all programs that have one, by the beginning of the program, the latest first."""
    found = (of(program) for program in reversed(packs.programs()))
    return tuple(one for one in found if one is not None)


def of(program: Program) -> Counter | None:
    """The counter of a program; None where its pack takes no reports."""
    version = packs.current(program.pack)
    content = _content(version.id, version.version, version.digest)
    if content is None:
        return None
    read = _read(content)
    named = read.reports
    form = forms.form(f"{program.pack}.{named.form}")
    return Counter(
        program.code, program.pack, program.title, program.place, form.id, named.lifecycle,
        inputs.questions(named, form), named.summary, named.answer, named.consent.text(),
        inputs.services(read, form),
    )  # fmt: skip


def at(place: str) -> Counter | None:
    """The counter that takes reports of a place: that of the narrowest program which covers it."""
    covering = [one for one in every() if places.descends(place, one.place)]
    return max(covering, key=lambda one: len(places.ancestors(one.place)), default=None)


@lru_cache(maxsize=64)
def _content(pack: str, version: str, digest: str) -> bytes | None:
    # A version is frozen, so what was read once stays true; the digest tells two databases of one process apart.
    try:
        return packs.file(pack, version, inputs.NAME)
    except Refusal:
        return None


@lru_cache(maxsize=16)
def _read(content: bytes) -> inputs.Services:
    read, _ = inputs.parse(content)
    assert read is not None  # noqa: S101 - only a checked pack is installed
    return read
