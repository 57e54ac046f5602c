"""Bulletins as they are read: templates, drafts with live numbers, issued ones with what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext

from yibiao.bulletins import marks, models, permits, printing, problems, rendering, rows
from yibiao.bulletins.drafts import aliases, check_text, checks, document, draft, drafts, kept_check, reported
from yibiao.bulletins.types import Bulletin, Citation, Preview, Restatement, Template, Verified
from yibiao.core import canon, merkle
from yibiao.core.periods import Period
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Indicator, Query
from yibiao.ledger import queries as ledger
from yibiao.packs import queries as packs
from yibiao.packs.types import PackFiles
from yibiao.people import queries as people
from yibiao.people.types import Scope

__all__ = [
    "aliases", "bulletin", "bulletins", "check", "check_text", "checks", "document", "draft", "drafts", "frozen",
    "kept_check", "preview", "reported", "restatements", "template", "templates", "verify",
]  # fmt: skip

SHOWN: Final = 20


def check(files: PackFiles, indicators: Iterable[Indicator]) -> tuple[list[Template], list[Problem]]:
    """The templates ``bulletin.<name>.md`` of a pack, and everything wrong with them."""
    known = {indicator.ref: indicator for indicator in indicators}
    templates: list[Template] = []
    found: list[Problem] = []
    for path, content in sorted(files.files.items()):
        if not (path.startswith("bulletin.") and path.endswith(".md")):
            continue
        template, cited, wrong = marks.template(files.id, path, content)
        found += wrong + marks.against(cited, files.id, known)
        if template is not None:
            templates.append(template)
    return templates, found


def templates(pack: str | None = None) -> tuple[Template, ...]:
    """The templates of the current versions of all packs or of one, by id."""
    current = {version.id: version.version for version in packs.versions(pack) if version.current}
    found = models.Template.objects.filter(pack__in=current).order_by("template")
    return tuple(rows.template(row) for row in found if row.version == current[row.pack])


def template(id: str) -> Template:
    """The current version of a template.

    Raises: bulletins.template.unknown.
    """
    known = {each.id: each for each in templates()}
    if id not in known:
        raise refuse(problems.TEMPLATE_UNKNOWN.at(id=id, known="、".join(known) or "—"))
    return known[id]


def preview(
    source: str, program: str, place: str, period: Period, as_of: int | None = None, *, scope: Scope
) -> Preview:
    """A source with its numbers as of a checkpoint (None: the newest), and everything wrong with it."""
    checkpoint, pack = ledger.checkpoint(as_of), packs.program(program).pack
    known = {indicator.ref: indicator for indicator in figures.indicators()}
    if checkpoint is None:
        cited, wrong = marks.read(source)
        wrong += marks.against(cited, pack, known)
        return Preview(source, (), (*wrong, problems.NOTHING_SEALED.at()), None)
    setting = rendering.Setting(pack, program, place, period, checkpoint.number)
    made = rendering.render(source, setting, lambda query: _ask(query, pack, known, scope))
    wrong = [*marks.empty(source), *made.problems]
    return Preview(made.text, made.citations, tuple(wrong), checkpoint.number)


def bulletin(id: str, *, scope: Scope) -> Bulletin:
    """A bulletin in the scope; a draft comes with live numbers and its problems.

    Raises: bulletins.bulletin.unknown, for one outside the scope as well.
    """
    row = models.Bulletin.objects.filter(id=id).first()
    if row is None or not permits.open_to(scope, row.place, row.program, {}):
        raise refuse(problems.UNKNOWN.at(id=id))
    if row.status != "draft":
        return rows.bulletin(row)
    period = Period(row.period_from, row.period_until)
    return rows.bulletin(row, preview(row.source, row.program, row.place, period, scope=scope))


def printed(id: str, *, scope: Scope) -> tuple[str, bytes]:
    """The name and the bytes of a .docx that says what was issued, also where it was superseded since.

    Raises: bulletins.bulletin.unknown, bulletins.bulletin.not-issued.
    """
    found = bulletin(id, scope=scope)
    if found.status == "draft":
        raise refuse(problems.NOT_ISSUED.at(id=id))
    return f"{found.title or found.id}.docx", printing.docx(found)


def bulletins(scope: Scope, program: str | None = None) -> tuple[Bulletin, ...]:
    """Bulletins in the scope, newest first. Missing: drafts come without text here; ``bulletin`` fills it in."""
    found = models.Bulletin.objects.order_by("-created_at", "-id")
    if program is not None:
        found = found.filter(program=program)
    seen: dict[tuple[str, str], bool] = {}
    return tuple(rows.bulletin(row) for row in found if permits.open_to(scope, row.place, row.program, seen))


def restatements(id: str, *, scope: Scope) -> tuple[Restatement, ...]:
    """Cited figures of an issued bulletin that have changed since, in the order of the text.

    Raises: bulletins.bulletin.unknown.
    """
    issued = bulletin(id, scope=scope)
    newest = ledger.checkpoint()
    if issued.checkpoint is None or newest is None or newest.number == issued.checkpoint:
        return ()
    found = []
    for citation in issued.citations:
        then = _query(issued, citation, issued.checkpoint)
        try:
            now = figures.figure(_query(issued, citation, newest.number), scope=scope).value
            if now == citation.value:
                continue
            records = figures.difference(then, issued.checkpoint, newest.number, scope=scope)
        except Refusal as refusal:
            # A number about a place that this reader may not open is left as it was printed.
            if refusal.status not in (403, 404):
                raise
            continue
        found.append(Restatement(citation, citation.value, now, tuple(records[:SHOWN])))
    return tuple(found)


def verify(id: str) -> Verified:
    """Hold an issued bulletin against the log: its fact, the root of its checkpoint, and every figure once more.

    Raises: bulletins.bulletin.unknown, bulletins.bulletin.not-issued.
    """
    row = models.Bulletin.objects.filter(id=id).first()
    if row is None:
        raise refuse(problems.UNKNOWN.at(id=id))
    if row.checkpoint is None:
        raise refuse(problems.NOT_ISSUED.at(id=id))
    issued = rows.bulletin(row)
    try:
        root = ledger.checkpoint(row.checkpoint)
    except Refusal:
        root = None
    sealed, differences = _stands(row)
    differences += [text for citation in issued.citations if (text := _changed(issued, citation, row.checkpoint))]
    return Verified(id, row.checkpoint, root is not None and root.root == row.root, sealed, tuple(differences))


def frozen(text: str, citations: Iterable[Mapping[str, object]]) -> str:
    """The digest of what an issued bulletin says: its text and its citations."""
    return canon.digest({"text": text, "citations": list(citations)})


def _ask(query: Query, pack: str, known: Mapping[str, Indicator], scope: Scope) -> Figure:
    if query.indicator not in known:
        mark = marks.Mark(0, 0, "", query.indicator.removeprefix(f"{pack}."), "")
        raise refuse(marks.unknown(mark, pack, known))
    return figures.figure(query, scope=scope)


def _query(issued: Bulletin, citation: Citation, as_of: int) -> Query:
    return Query(citation.indicator, issued.program, citation.place, citation.period, as_of)


def _stands(row: models.Bulletin) -> tuple[bool, list[str]]:
    """Whether the bulletin's fact is sealed and proved, and where the row says something else than the fact."""
    fact = ledger.fact(row.id, kind="bulletin.issued")
    if fact is None:
        return False, [gettext("存证中没有这份通报。")]
    differences = []
    if fact.payload["digest"] != frozen(fact.payload["text"], fact.payload["citations"]):
        differences.append(gettext("存证中的摘要与存证中的文字不符。"))
    if fact.payload["digest"] != frozen(row.text, row.citations):
        differences.append(gettext("通报文字与存证不符。"))
    said = (fact.payload["checkpoint"], fact.payload["root"], fact.payload["title"])
    if said != (row.checkpoint, row.root, row.title):
        differences.append(gettext("通报的标题或存证点与存证不符。"))
    proof = ledger.inclusion(row.id, fact.revision, kind=fact.kind)
    if proof is None or proof.leaf != fact.digest:
        return False, differences
    path = [bytes.fromhex(step) for step in proof.path]
    leaf, root = bytes.fromhex(proof.leaf), bytes.fromhex(proof.checkpoint.root)
    return merkle.verify_inclusion(leaf, proof.position - 1, proof.checkpoint.size, path, root), differences


def _changed(issued: Bulletin, citation: Citation, checkpoint: int) -> str:
    """In words, how a figure recomputed at the bulletin's checkpoint differs from what was printed; else empty."""
    scope = people.system_scope(place=citation.place, program=issued.program)
    try:
        now = figures.figure(_query(issued, citation, checkpoint), scope=scope).value
    except Refusal as refusal:
        return f"{citation.indicator}：{refusal.problems[0].text()}"
    if now == citation.value:
        return ""
    return gettext("%(indicator)s“%(wording)s”：签发时 %(then)s，重算 %(now)s。") % {
        "indicator": citation.indicator,
        "wording": citation.wording,
        "then": _shown(citation.value),
        "now": _shown(now),
    }


def _shown(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:f}"
