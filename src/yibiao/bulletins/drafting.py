"""Takes drafts in, changes them and keeps their checks: one transaction and one fact for each."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from yibiao.bulletins import checking, documents, drafts, models, permits, pinned, problems, sealing, stored
from yibiao.bulletins.types import LONGEST_DRAFT, Check, Draft, DraftKind
from yibiao.core import canon, clock
from yibiao.core.periods import Period
from yibiao.core.problems import refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.packs import queries as packs
from yibiao.people.types import Warrant

_LONGEST_TITLE: Final = 200
# What neither a database nor a .docx can hold.
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def take_draft(
    text: str, *, program: str, title: str = "", place: str | None = None, period: Period | None = None, by: Warrant
) -> Draft:
    """Keep a text to be checked. Place and period are the program's where they are not given.

    Raises: bulletins.draft.empty, bulletins.draft.too-long, bulletins.draft.signs, bulletins.template.title,
        bulletins.permit.outside.
    """
    return _take(text, kind="text", title=title, program=program, place=place, period=period, by=by)


def take_file(
    name: str,
    content: bytes,
    *,
    program: str,
    title: str = "",
    place: str | None = None,
    period: Period | None = None,
    by: Warrant,
) -> Draft:
    """Keep an uploaded .txt, .md or .docx file to be checked; a .docx is kept as it came, to be given back corrected.

    Raises: bulletins.file.kind, bulletins.file.too-large, bulletins.file.encoding, bulletins.docx.broken,
        bulletins.docx.bomb, and as ``take_draft``.
    """
    name = name.replace("\\", "/").rpartition("/")[2].strip()[:_LONGEST_TITLE]
    kind, text = documents.read(name, content)
    return _take(
        text,
        kind=kind,
        title=title or name.rpartition(".")[0],
        program=program,
        place=place,
        period=period,
        by=by,
        file=name,
        original=content if kind == "docx" else None,
    )


def rewrite(id: str, text: str, *, by: Warrant) -> Draft:
    """Change the text of a draft.

    Raises: bulletins.draft.unknown, bulletins.draft.empty, bulletins.draft.too-long, bulletins.draft.signs,
        bulletins.permit.outside.
    """
    text = _clean(text)
    with transaction.atomic():
        row = locked(id, by)
        if row.text != text:
            row.text, row.edits = text, row.edits + 1
            row.save(update_fields=["text", "edits"])
            tell("draft.rewritten", row, by, {"text": canon.digest(text)}, revision=row.edits)
    return drafts.shown(row)


def keep_check(id: str, *, by: Warrant) -> Check:
    """Check a draft against everything committed before, and keep what was found with its checkpoint.

    Raises: bulletins.draft.unknown, bulletins.permit.outside, bulletins.checkpoint.none.
    """
    sealing.seal()
    with transaction.atomic():
        row = locked(id, by)
        period = Period(row.period_from, row.period_until)
        made, pack = drafts.setting(row.program, row.place, period, draft=id)
        checkpoint = sealing.newest()
        asker = pinned.asker(permits.figures_of(by, row.program), checkpoint, pack, made.indicators)
        found = checking.check(row.text, made, asker)
        number = (row.checks.aggregate(last=Max("number"))["last"] or 0) + 1
        content = stored.check_json(found)
        kept = models.Kept.objects.create(
            draft=row,
            number=number,
            checkpoint=checkpoint.number,
            content=content,
            counts=dict(found.counts),
            faults=len(found.faults),
            author=by.actor,
            checked_at=clock.now(),
        )
        said = {
            "checkpoint": checkpoint.number,
            "root": checkpoint.root,
            "counts": dict(found.counts),
            "faults": len(found.faults),
            "content": canon.digest(content),
        }
        tell("draft.checked", row, by, said, revision=number)
    return stored.check(content, number=number, checkpoint=checkpoint.number, checked_at=kept.checked_at, by=by.actor)


def locked(id: str, by: Warrant) -> models.Draft:
    """The row of a draft that the warrant may write, locked until the transaction ends.

    Raises: bulletins.draft.unknown, bulletins.permit.outside.
    """
    row = models.Draft.objects.select_for_update().defer("original").filter(id=id).first()
    if row is None:
        raise refuse(problems.DRAFT_UNKNOWN.at(id=id))
    permits.permit(by, row.place, row.program)
    return row


def tell(
    kind: str, row: models.Draft, by: Warrant, payload: Mapping[str, Any], *, id: str = "", revision: int = 1
) -> None:
    """Append the fact of something done about a draft."""
    fact = FactDraft(
        kind=kind,
        id=id or row.id,
        revision=revision,
        program=row.program,
        place=row.place,
        organisation=by.organisation,
        actor=by.actor,
        subject=row.id,
        occurred_at=clock.now(),
        payload=payload,
    )
    ledger.append([fact])


def _take(
    text: str,
    *,
    kind: DraftKind,
    title: str,
    program: str,
    place: str | None,
    period: Period | None,
    by: Warrant,
    file: str = "",
    original: bytes | None = None,
) -> Draft:
    text = _clean(text)
    opened = packs.program(program)
    place, period = place or opened.place, period or Period(opened.window_from, opened.window_until)
    permits.permit(by, place, program)
    title = (
        title.strip() or next(line.strip("# \t\u3000") for line in text.splitlines() if line.strip("# \t\u3000"))[:60]
    )
    if len(title) > _LONGEST_TITLE or _UNSTORABLE.search(title):
        raise refuse(problems.TEMPLATE_TITLE.at())
    with transaction.atomic():
        row = models.Draft.objects.create(
            id=str(uuid.uuid4()),
            title=title,
            program=program,
            place=place,
            period_from=period.from_,
            period_until=period.until,
            text=text,
            kind=kind,
            file=file,
            original=original,
            author=by.actor,
            created_at=clock.now(),
        )
        said = {"title": title, "kind": kind, "file": file, "period": period.as_json(), "text": canon.digest(text)}
        tell("draft.taken", row, by, said)
    return drafts.shown(row)


def _clean(text: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    if len(text) > LONGEST_DRAFT:
        raise refuse(problems.DRAFT_LONG.at(count=len(text), limit=LONGEST_DRAFT))
    if not text.strip("# \t\n\u3000"):
        raise refuse(problems.DRAFT_EMPTY.at())
    if _UNSTORABLE.search(text):
        raise refuse(problems.DRAFT_SIGNS.at())
    return text
