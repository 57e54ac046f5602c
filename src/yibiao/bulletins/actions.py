"""Drafts, edits, issues and corrects bulletins. An issued bulletin is frozen; a corrected one supersedes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from yibiao.bulletins import marks, models, permits, problems, queries, rows, sealing
from yibiao.bulletins.drafting import keep_check, rewrite, take_draft, take_file
from yibiao.bulletins.learning import confirm, reject, release, withdraw_alias
from yibiao.bulletins.reporting import report_values, withdraw_reported
from yibiao.bulletins.types import Bulletin, Preview, Template
from yibiao.core import canon, clock
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal, refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.ledger.types import FactDraft
from yibiao.packs import queries as packs
from yibiao.packs.types import PackVersion
from yibiao.people.types import Warrant

__all__ = [
    "confirm", "correct", "define", "draft", "edit", "issue", "keep_check", "reject", "release", "report_values",
    "rewrite", "take_draft", "take_file", "withdraw_alias", "withdraw_reported",
]  # fmt: skip


def define(version: PackVersion, templates: Iterable[Template]) -> None:
    """Keep the templates of a pack version; doing it again changes nothing."""
    with transaction.atomic():
        for template in templates:
            models.Template.objects.get_or_create(
                template=template.id,
                version=version.version,
                defaults={
                    "pack": version.id,
                    "title": template.title,
                    "source": template.source,
                    "issuer": template.issuer,
                    "number": template.number,
                    "place": template.place,
                    "period_from": template.period.from_ if template.period else None,
                    "period_until": template.period.until if template.period else None,
                },
            )


def draft(
    template: str, program: str, *, place: str | None = None, period: Period | None = None, by: Warrant
) -> Bulletin:
    """Begin a bulletin from a template. Place and period are the template's, or else the program's, if not given.

    Raises: bulletins.template.unknown, bulletins.permit.outside.
    """
    made, opened = queries.template(template), packs.program(program)
    if made.pack != opened.pack:
        known = "、".join(each.id for each in queries.templates(opened.pack))
        raise refuse(problems.TEMPLATE_UNKNOWN.at(id=template, known=known or "—"))
    place = place or made.place or opened.place
    period = period or made.period or Period(opened.window_from, opened.window_until)
    permits.permit(by, place, program)
    with transaction.atomic():
        row = _new(
            template=made.id,
            program=program,
            pack=made.pack,
            title=made.title,
            issuer=made.issuer,
            number=made.number,
            source=made.source,
            place=place,
            period_from=period.from_,
            period_until=period.until,
            author=by.actor,
        )
        _tell("bulletin.drafted", row, by, {"title": row.title, "source": canon.digest(row.source)})
    return _shown(row, by)


def edit(id: str, source: str, *, title: str | None = None, by: Warrant) -> Bulletin:
    """Change the text of a draft. It is stored even where citations are wrong; the answer names every problem.

    Raises: bulletins.bulletin.unknown, bulletins.bulletin.issued, bulletins.permit.outside, bulletins.template.empty,
        bulletins.template.title.
    """
    source = source.replace("\r\n", "\n").strip("\n")
    title = title.strip() if title is not None else None
    wrong = marks.empty(source)
    if title is not None and (not title or "{{" in title or len(title) > 200):
        wrong.append(problems.TEMPLATE_TITLE.at())
    if wrong:
        raise Refusal(wrong)
    with transaction.atomic():
        row = _draft(id, by)
        if (row.source, row.title) != (source, title or row.title):
            row.source, row.title, row.edits = source, title or row.title, row.edits + 1
            row.save(update_fields=["source", "title", "edits"])
            told = {"title": row.title, "source": canon.digest(source)}
            _tell("bulletin.edited", row, by, told, revision=row.edits)
    return _shown(row, by)


def issue(id: str, *, by: Warrant) -> Bulletin:
    """Freeze a draft: its text, its citations and the checkpoint at which every figure was taken, and a fact of it.

    Everything committed before is sealed first, so that it counts.

    Raises: every problem of a citation at once; bulletins.bulletin.unknown, bulletins.bulletin.issued,
        bulletins.bulletin.edited, bulletins.permit.outside, bulletins.checkpoint.none.
    """
    row = _draft(id, by)
    read = (row.source, row.title, row.edits)
    sealing.seal()
    made = _preview(row, by)
    if made.problems or made.checkpoint is None:
        raise Refusal(made.problems)
    with transaction.atomic():
        row = _draft(id, by)
        if (row.source, row.title, row.edits) != read:
            raise refuse(problems.EDITED.at(id=id))
        checkpoint = log.checkpoint(made.checkpoint)
        if checkpoint is None:
            raise refuse(problems.NOTHING_SEALED.at())
        row.status, row.text = "issued", made.text
        row.citations = [rows.citation_json(citation) for citation in made.citations]
        row.checkpoint, row.root, row.issued_at = checkpoint.number, checkpoint.root, clock.now()
        row.save()
        if row.supersedes:
            models.Bulletin.objects.filter(id=row.supersedes).update(status="superseded", superseded_by=row.id)
        _tell("bulletin.issued", row, by, _content(row))
    sealing.seal()
    return rows.bulletin(row)


def correct(id: str, *, by: Warrant) -> Bulletin:
    """Begin a corrected version of an issued bulletin, which supersedes it once issued; one at a time.

    Raises: bulletins.bulletin.unknown, bulletins.bulletin.not-issued, bulletins.permit.outside.
    """
    with transaction.atomic():
        old = _locked(id, by)
        if old.status != "issued":
            raise refuse(problems.NOT_ISSUED.at(id=id))
        row = models.Bulletin.objects.filter(supersedes=id, status="draft").first()
        if row is None:
            kept = ("template", "program", "pack", "title", "issuer", "number", "source", "place")
            same = {name: getattr(old, name) for name in (*kept, "period_from", "period_until")}
            row = _new(**same, author=by.actor, supersedes=id)
            _tell("bulletin.drafted", row, by, {"title": row.title, "supersedes": id})
    return _shown(row, by)


def _locked(id: str, by: Warrant) -> models.Bulletin:
    row = models.Bulletin.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise refuse(problems.UNKNOWN.at(id=id))
    permits.permit(by, row.place, row.program)
    return row


@transaction.atomic
def _draft(id: str, by: Warrant) -> models.Bulletin:
    row = _locked(id, by)
    if row.status != "draft":
        raise refuse(problems.ISSUED.at(id=id))
    return row


def _new(*, template: str, **columns: Any) -> models.Bulletin:
    """The next bulletin of a template; the lock keeps two at once from taking one serial."""
    list(models.Template.objects.select_for_update().filter(template=template).values_list("id", flat=True))
    last = (
        models.Bulletin.objects.filter(template=template).order_by("-serial").values_list("serial", flat=True).first()
    )
    serial = (last or 0) + 1
    return models.Bulletin.objects.create(
        id=f"{template}-{serial}", template=template, serial=serial, created_at=clock.now(), **columns
    )


def _preview(row: models.Bulletin, by: Warrant) -> Preview:
    period = Period(row.period_from, row.period_until)
    return queries.preview(row.source, row.program, row.place, period, scope=permits.figures_of(by, row.program))


def _shown(row: models.Bulletin, by: Warrant) -> Bulletin:
    return rows.bulletin(row, _preview(row, by))


def _content(row: models.Bulletin) -> dict[str, Any]:
    period = Period(row.period_from, row.period_until)
    return {
        "digest": queries.frozen(row.text, row.citations),
        "title": row.title,
        "text": row.text,
        "citations": row.citations,
        "checkpoint": row.checkpoint,
        "root": row.root,
        "period": period.as_json(),
        "template": row.template,
        "issuer": row.issuer,
        "number": row.number,
        "supersedes": row.supersedes,
    }


def _tell(kind: str, row: models.Bulletin, by: Warrant, payload: dict[str, Any], revision: int = 1) -> None:
    at: datetime = row.issued_at or clock.now()
    fact = FactDraft(
        kind=kind,
        id=row.id,
        revision=revision,
        program=row.program,
        place=row.place,
        organisation=by.organisation,
        actor=by.actor,
        subject=row.id,
        occurred_at=at,
        payload=payload,
    )
    ledger.append([fact])
