"""Reads of drafts, their checks, the program's aliases and what bulletins reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, cast

from django.db.models import Q
from django.utils.translation import get_language, gettext

from yibiao.bulletins import checking, models, permits, pinned, problems, redlining, stored
from yibiao.bulletins.checking import Setting, Settled
from yibiao.bulletins.lexicons import Learned
from yibiao.bulletins.types import Alias, Check, CheckLine, Citation, Draft, DraftKind, DraftPage, Judged, Reported
from yibiao.core import clock
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal, refuse
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.ledger import queries as ledger
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.people.types import Scope

_HIDDEN: Final[dict[str, Any]] = {"value": None, "coverage": None, "difference": None, "offers": ()}


def setting(program: str, place: str, period: Period, *, bound: Any = (), draft: str = "") -> tuple[Setting, str]:
    """What a text of a program is held against, with what was learned and decided; and the pack."""
    pack = packs.program(program).pack
    taught = models.Alias.objects.filter(program=program, withdrawn_at=None).order_by("learned_at", "id")
    learned = tuple(Learned(row.indicator, row.phrase) for row in taught)
    said: dict[str, Settled] = {}
    rejected: dict[str, frozenset[str]] = {}
    for row in models.Decision.objects.filter(draft_id=draft) if draft else ():
        if row.confirmed:
            span = Period(row.period_from, row.period_until) if row.period_from and row.period_until else None
            said[row.key] = Settled(row.indicator, "confirmed", row.place, span)
        else:
            rejected[row.key] = rejected.get(row.key, frozenset()) | {row.indicator}
    made = Setting(program, place, period, figures.indicators(pack), learned, tuple(bound), said, rejected)
    return made, pack


def check_text(
    text: str,
    program: str,
    place: str,
    period: Period,
    as_of: int | None = None,
    *,
    bound: Sequence[Citation] = (),
    draft: str = "",
    scope: Scope,
) -> Check:
    """A text held against the figures of a program for a place and a period, as of a checkpoint; stores nothing.

    ``bound`` are citations of that text (of an issued bulletin, or of a preview): what they cite is sure. ``draft``
    adds what persons have said of its claims. A figure that is not open to the scope is not shown.

    Raises: bulletins.check.outside, bulletins.draft.unknown, bulletins.draft.too-long, ledger.checkpoint.unknown.
    """
    if not permits.open_to(scope, place, program, {}):
        raise refuse(problems.CHECK_OUTSIDE.at(place=place))
    if draft:
        _row(draft, scope)
    made, pack = setting(program, place, period, bound=bound, draft=draft)
    checkpoint = ledger.checkpoint(as_of)
    asker = pinned.asker(scope, checkpoint, pack, made.indicators) if checkpoint else None
    return checking.check(text, made, asker)


def draft(id: str, *, scope: Scope) -> Draft:
    """A draft in the scope, with its text.

    Raises: bulletins.draft.unknown, for one outside the scope as well.
    """
    row = _row(id, scope)
    return replace(shown(row), last=_last([row]).get(id))


def drafts(scope: Scope, program: str | None = None, *, text: str = "", number: int = 1, size: int = 50) -> DraftPage:
    """One page of the drafts in the scope, newest first; of those with a text in the title or the name of the file.

    Missing: they come without their text; ``draft`` has it.
    """
    rows = models.Draft.objects.defer("original", "text").order_by("-created_at", "-id")
    if program is not None:
        rows = rows.filter(program=program)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(file__icontains=text))
    seen: dict[tuple[str, str], bool] = {}
    open_ = [row for row in rows if permits.open_to(scope, row.place, row.program, seen)]
    first = (max(number, 1) - 1) * size
    rows_shown = open_[first : first + size]
    last = _last(rows_shown)
    items = tuple(replace(shown(row, text=""), last=last.get(row.id)) for row in rows_shown)
    return DraftPage(items, len(open_), max(number, 1), size)


def checks(id: str, *, scope: Scope) -> tuple[CheckLine, ...]:
    """The kept checks of a draft, newest first.

    Raises: bulletins.draft.unknown.
    """
    row = _row(id, scope)
    return tuple(_line(one) for one in row.checks.defer("content").order_by("-number"))


def kept_check(id: str, number: int, *, scope: Scope) -> Check:
    """A check as it was found. Figures that this reader may not open are left out.

    Raises: bulletins.draft.unknown, bulletins.check.unknown.
    """
    row = _row(id, scope).checks.filter(number=number).first()
    if row is None:
        raise refuse(problems.CHECK_UNKNOWN.at(id=id, number=number))
    found = stored.check(
        row.content, number=row.number, checkpoint=row.checkpoint, checked_at=row.checked_at, by=row.author
    )
    seen: dict[tuple[str, str], bool] = {}
    return replace(found, judged=tuple(_open(one, found.program, scope, seen) for one in found.judged))


def aliases(program: str, *, scope: Scope) -> tuple[Alias, ...]:
    """The phrasings of a program that were confirmed and are in use, newest first; none outside the scope."""
    rows = models.Alias.objects.filter(program=program, withdrawn_at=None).order_by("-learned_at", "-id")
    return tuple(alias(row) for row in rows) if scope.places(program) else ()


def reported(indicator: str, program: str, place: str, *, scope: Scope) -> tuple[Reported, ...]:
    """What published bulletins said of an indicator at a place, with today's figure of each period beside it.

    Shape: by period; none outside the scope.
    """
    if not permits.open_to(scope, place, program, {}):
        return ()
    rows = models.Reported.objects.filter(indicator=indicator, program=program, place=place, withdrawn_at=None)
    return tuple(
        replace(report(row), now=_now(row, scope))
        for row in rows.order_by("period_from", "period_until", "reported_at")
    )


def document(id: str, *, scope: Scope) -> bytes:
    """The uploaded .docx corrected: changes of the text as tracked changes, marks and faults that are left as comments.

    Raises: bulletins.draft.unknown, bulletins.document.no-original.
    """
    row = _row(id, scope)
    if row.original is None:
        raise refuse(problems.NO_ORIGINAL.at(id=id))
    period = Period(row.period_from, row.period_until)
    found = check_text(row.text, row.program, row.place, period, None, bound=(), draft=id, scope=scope)
    author = people.names([row.author]).get(row.author, "") or gettext("核稿")
    return redlining.corrected(
        bytes(row.original), found, author=author, at=clock.now(), language=get_language() or "zh"
    )


def shown(row: models.Draft, text: str | None = None) -> Draft:
    """The row as it leaves the room."""
    return Draft(
        id=row.id,
        title=row.title,
        program=row.program,
        place=row.place,
        period=Period(row.period_from, row.period_until),
        text=row.text if text is None else text,
        kind=cast(DraftKind, row.kind),
        file=row.file,
        author=row.author,
        created_at=row.created_at,
        edits=row.edits,
        has_original=row.kind == "docx",
    )


def alias(row: models.Alias) -> Alias:
    return Alias(
        row.id, row.program, row.indicator, row.phrase, row.unit, row.place, row.draft, row.author, row.learned_at
    )


def report(row: models.Reported) -> Reported:
    return Reported(
        id=row.id,
        indicator=row.indicator,
        program=row.program,
        place=row.place,
        period=Period(row.period_from, row.period_until),
        phrase=row.phrase,
        value=Decimal(row.value),
        interval=stored.interval(row.low, row.high, row.bounds),
        unit=row.unit,
        source=row.source,
        author=row.author,
        reported_at=row.reported_at,
    )


def _line(row: models.Kept) -> CheckLine:
    return CheckLine(row.number, row.checkpoint, row.counts, row.faults, row.checked_at, row.author)


def _last(rows: Sequence[models.Draft]) -> dict[str, CheckLine]:
    """The newest kept check of each draft that has one."""
    kept = models.Kept.objects.filter(draft__in=rows).defer("content").order_by("number")
    return {one.draft_id: _line(one) for one in kept}


def _row(id: str, scope: Scope) -> models.Draft:
    row = models.Draft.objects.filter(id=id).first()
    if row is None or not permits.open_to(scope, row.place, row.program, {}):
        raise refuse(problems.DRAFT_UNKNOWN.at(id=id))
    return row


def _open(one: Judged, program: str, scope: Scope, seen: dict[tuple[str, str], bool]) -> Judged:
    """A judged claim without its figure where that is about a place that this reader may not open."""
    if one.match is None or permits.figures_open_to(scope, one.match.place, program, seen):
        return one
    return replace(one, **_HIDDEN, verdict="unmatched", colour="grey", said=checking.CLOSED)


def _now(row: models.Reported, scope: Scope) -> Decimal | None:
    """Today's figure; none where the program has no records of that period: nothing was asked then, so nothing is 0."""
    opened = packs.program(row.program)
    period = Period(row.period_from, row.period_until)
    if period.clip(Period(opened.window_from, opened.window_until)) is None:
        return None
    try:
        return figures.figure(Query(row.indicator, row.program, row.place, period), scope=scope).value
    except Refusal:
        return None
