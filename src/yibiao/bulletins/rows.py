"""Between rows, frozen values and the JSON of facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from yibiao.bulletins import models
from yibiao.bulletins.types import Bulletin, Citation, Preview, Status, Template
from yibiao.core.periods import Period


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation as it stands in the fact and in the row."""
    return {
        "start": citation.start,
        "end": citation.end,
        "indicator": citation.indicator,
        "value": None if citation.value is None else format(citation.value, "f"),
        "unit": citation.unit,
        "wording": citation.wording,
        "rule": citation.rule,
        "place": citation.place,
        "period": citation.period.as_json(),
    }


def citation(stored: Mapping[str, Any]) -> Citation:
    ends = (datetime.fromisoformat(stored["period"][end]) for end in ("from", "until"))
    return Citation(
        start=stored["start"],
        end=stored["end"],
        indicator=stored["indicator"],
        value=None if stored["value"] is None else Decimal(stored["value"]),
        unit=stored["unit"],
        wording=stored["wording"],
        rule=stored["rule"],
        place=stored["place"],
        period=Period(*ends),
    )


def citations(stored: Sequence[Mapping[str, Any]]) -> tuple[Citation, ...]:
    return tuple(citation(each) for each in stored)


def bulletin(row: models.Bulletin, preview: Preview | None = None) -> Bulletin:
    """The row as it leaves the room; a draft gets its text from a preview, an issued one never."""
    made = Bulletin(
        id=row.id,
        template=row.template,
        program=row.program,
        pack=row.pack,
        title=row.title,
        status=cast(Status, row.status),
        source=row.source,
        text=row.text,
        citations=citations(row.citations),
        problems=(),
        place=row.place,
        period=Period(row.period_from, row.period_until),
        checkpoint=row.checkpoint,
        root=row.root,
        author=row.author,
        created_at=row.created_at,
        issued_at=row.issued_at,
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
        issuer=row.issuer,
        number=row.number,
    )
    if preview is None or row.status != "draft":
        return made
    return replace(made, text=preview.text, citations=preview.citations, problems=preview.problems)


def template(row: models.Template) -> Template:
    period = Period(row.period_from, row.period_until) if row.period_from and row.period_until else None
    return Template(row.template, row.pack, row.title, row.source, row.issuer, row.number, row.place, period)
