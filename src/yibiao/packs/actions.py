"""Installs packs and opens programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, cast

from django.db import transaction
from django.utils import timezone

from yibiao.core.problems import refuse
from yibiao.core.texts import Text
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.packs import models, problems, queries, types


class Permit(Protocol):
    """The part of a warrant that this room asks for; the room of warrants is a sibling and not imported."""

    @property
    def actor(self) -> str: ...
    @property
    def right(self) -> str: ...
    @property
    def organisation(self) -> str: ...


def install(files: types.PackFiles, *, by: Permit | None = None) -> types.PackVersion:
    """Keep a version for ever, open its program, and make the highest version number the current one.

    Installing the same content again changes nothing. ``by`` is a warrant to manage; None is the system itself.

    Raises: ``packs.version.changed``, ``packs.program.changed``,
            ``packs.permit.manage``.
    """
    _permit(by)
    with transaction.atomic():
        row = models.Version.objects.select_for_update().filter(pack=files.id, version=files.version).first()
        if row is not None and row.digest != files.digest:
            raise refuse(problems.VERSION_CHANGED.at(pack=files.id, version=files.version))
        if row is None:
            row = _keep(files, by)
        _open_own(files, by)
        return queries.version_of(row)


def open_program(
    *,
    code: str,
    pack: str,
    title: Text,
    place: str,
    window_from: datetime,
    window_until: datetime,
    by: Permit | None = None,
) -> types.Program:
    """Open a program of an installed pack for a window; opening it again with the same window changes nothing.

    Raises: ``packs.version.unknown``, ``packs.program.empty-window``, ``packs.program.changed``,
            ``packs.permit.manage``.
    """
    _permit(by)
    if window_until <= window_from:
        raise refuse(problems.WINDOW_EMPTY.at(code))
    with transaction.atomic():
        version = queries.current(pack).version
        known = models.Program.objects.select_for_update().filter(code=code).first()
        if known is not None:
            kept = (known.pack, known.place, known.window_from, known.window_until)
            if kept != (pack, place, window_from, window_until):
                raise refuse(problems.PROGRAM_CHANGED.at(code=code))
            return queries.program_of(known)
        row = models.Program.objects.create(
            code=code,
            pack=pack,
            pack_version=version,
            title_zh=title.zh,
            title_en=title.en,
            place=place,
            window_from=window_from,
            window_until=window_until,
            opened_at=timezone.now(),
        )
        ledger.append([_opened(row, by)])
        return queries.program_of(row)


def _permit(by: Permit | None) -> None:
    if by is not None and by.right != "manage":
        raise refuse(problems.PERMIT.at())


def _keep(files: types.PackFiles, by: Permit | None) -> models.Version:
    others = list(models.Version.objects.filter(pack=files.id).values_list("version", flat=True))
    newest = all(queries.order(files.version) > queries.order(other) for other in others)
    if newest:
        models.Version.objects.filter(pack=files.id, current=True).update(current=False)
    row = models.Version.objects.create(
        pack=files.id,
        version=files.version,
        title_zh=files.title.zh,
        title_en=files.title.en,
        manifest=dict(files.manifest),
        digest=files.digest,
        installed_at=timezone.now(),
        current=newest,
    )
    models.File.objects.bulk_create(
        models.File(version=row, path=path, content=content) for path, content in sorted(files.files.items())
    )
    ledger.append([_installed(row, by)])
    return row


def _installed(row: models.Version, by: Permit | None) -> FactDraft:
    return FactDraft(
        kind="pack.installed",
        id=f"{row.pack}@{row.version}",
        revision=1,
        program="",
        place="",
        organisation=by.organisation if by else "",
        actor=by.actor if by else "",
        subject=row.pack,
        occurred_at=row.installed_at,
        payload={"digest": row.digest, "title": row.title_zh, "version": row.version},
    )


def _opened(row: models.Program, by: Permit | None) -> FactDraft:
    return FactDraft(
        kind="program.opened",
        id=row.code,
        revision=1,
        program=row.code,
        place=row.place,
        organisation=by.organisation if by else "",
        actor=by.actor if by else "",
        subject=row.pack,
        occurred_at=row.opened_at,
        payload={
            "pack": row.pack,
            "version": row.pack_version,
            "title": row.title_zh,
            "from": row.window_from.isoformat(),
            "until": row.window_until.isoformat(),
        },
    )


def _open_own(files: types.PackFiles, by: Permit | None) -> None:
    given = files.manifest.get("program")
    if not isinstance(given, Mapping):
        return
    title = cast("Mapping[str, str]", given.get("title") or files.manifest["title"])
    open_program(
        code=str(given.get("code") or files.id),
        pack=files.id,
        title=Text(title["zh"], title.get("en", "")),
        place=str(given["place"]),
        window_from=datetime.fromisoformat(str(given["from"])),
        window_until=datetime.fromisoformat(str(given["until"])),
        by=by,
    )
