"""The JSON API: submissions by the records room; figures, bulletins, places and the log. Described at /api/docs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Router, Schema
from ninja.errors import ValidationError
from ninja.security import django_auth

from yibiao.bulletins import queries as bulletins
from yibiao.bulletins.types import Bulletin
from yibiao.core.problems import Refusal
from yibiao.desk import api_checks, asking, border, middleware
from yibiao.desk.problems import BAD_REQUEST
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Query
from yibiao.ledger import queries as ledger
from yibiao.places import queries as places
from yibiao.records.intake.api import Password
from yibiao.records.intake.api import router as intake

api = NinjaAPI(
    title="一表 Yibiao",
    version="1",
    description="填报、取数、核验。写入与页面走同一道门：同样的校验，同样的权限，同样的存证。",
    urls_namespace="api",
    auth=[Password(), django_auth],
    docs_decorator=border.signed_in,
)


class LabelOut(Schema):
    zh: str
    en: str


class CoverageOut(Schema):
    owed: int
    filed: int
    missing: list[list[str]]


class FigureOut(Schema):
    indicator: str
    label: LabelOut
    counts: LabelOut
    program: str
    place: str
    period: dict[str, str]
    value: Decimal | None
    unit: str
    as_of: int
    facts: int
    coverage: CoverageOut | None
    note: LabelOut


class PartOut(Schema):
    key: str
    label: str
    value: Decimal | None
    facts: int


class FactOut(Schema):
    fact: str
    revision: int
    position: int
    item: int | None
    kind: str
    place: str
    occurred_at: datetime
    amount: Decimal | None
    values: dict[str, Any]


class FactsOut(Schema):
    total: int
    number: int
    size: int
    items: list[FactOut]


class IndicatorOut(Schema):
    indicator: str
    label: LabelOut
    counts: LabelOut
    unit: str
    kind: str
    measure: str


class CitationOut(Schema):
    start: int
    end: int
    indicator: str
    value: Decimal | None
    unit: str
    wording: str


class BulletinOut(Schema):
    id: str
    title: str
    program: str
    status: str
    text: str
    checkpoint: int | None
    root: str
    issued_at: datetime | None
    supersedes: str
    superseded_by: str
    citations: list[CitationOut]


class VerifiedOut(Schema):
    id: str
    sound: bool
    checkpoint: int
    sealed: bool
    root_matches: bool
    differences: list[str]


class PlaceOut(Schema):
    code: str
    name: str
    level: str
    parent: str


class CheckpointOut(Schema):
    number: int
    size: int
    root: str
    sealed_at: datetime


reading = Router(tags=["figures"])
texts = Router(tags=["bulletins"])
tree = Router(tags=["places"])
log = Router(tags=["ledger"])


@reading.get("/indicators", response=list[IndicatorOut], summary="指标 · Indicators of a program")
def indicators(request: HttpRequest, program: str) -> Any:
    chosen = border.program(request, program)
    return [
        {
            **_plain(one, "unit", "kind", "measure"),
            "indicator": one.ref,
            "label": _label(one.label),
            "counts": _label(one.counts),
        }
        for one in (figures.indicators(chosen.pack) if chosen else ())
    ]


@reading.get("/figures/{indicator}", response=FigureOut, summary="一个数 · One figure")
def figure(
    request: HttpRequest,
    indicator: str,
    program: str = "",
    place: str = "",
    from_date: str = "",
    until: str = "",
    as_of: int | None = None,
) -> Any:
    query = _query(request, indicator, program, place, from_date, until, as_of)
    return _figure(figures.figure(query, scope=border.reading(request)))


@reading.get(
    "/figures/{indicator}/breakdown", response=list[PartOut], summary="分解 · Breakdown by child, day or a column"
)
def breakdown(
    request: HttpRequest,
    indicator: str,
    by: str = "child",
    program: str = "",
    place: str = "",
    from_date: str = "",
    until: str = "",
    as_of: int | None = None,
) -> Any:
    query = _query(request, indicator, program, place, from_date, until, as_of)
    parts = figures.breakdown(query, by=by, scope=border.reading(request))
    return [_plain(one, "key", "label", "value", "facts") for one in parts]


@reading.get("/figures/{indicator}/facts", response=FactsOut, summary="构成的事实 · The facts behind a figure")
def facts(
    request: HttpRequest,
    indicator: str,
    program: str = "",
    place: str = "",
    from_date: str = "",
    until: str = "",
    as_of: int | None = None,
    number: int = 1,
    size: int = 50,
) -> Any:
    query = _query(request, indicator, program, place, from_date, until, as_of)
    found = figures.contributions(
        query, scope=border.reading(request), number=max(1, number), size=max(1, min(size, 500))
    )
    names = ("fact", "revision", "position", "item", "kind", "place", "occurred_at", "amount", "values")
    return {**_plain(found, "total", "number", "size"), "items": [_plain(one, *names) for one in found.items]}


@texts.get("/bulletins", response=list[BulletinOut], summary="通报 · Bulletins in scope")
def listing(request: HttpRequest, program: str = "") -> Any:
    return [_bulletin(one) for one in bulletins.bulletins(border.reading(request), program or None)]


@texts.get("/bulletins/{id}", response=BulletinOut, summary="一份通报 · One bulletin with its citations")
def bulletin(request: HttpRequest, id: str) -> Any:
    return _bulletin(bulletins.bulletin(id, scope=border.reading(request)))


@texts.get("/bulletins/{id}/verify", response=VerifiedOut, summary="核验 · Hold a bulletin against the log")
def verify(request: HttpRequest, id: str) -> Any:
    bulletins.bulletin(id, scope=border.reading(request))
    return _plain(bulletins.verify(id), "id", "sound", "checkpoint", "sealed", "root_matches", "differences")


@tree.get("/places", response=list[PlaceOut], summary="查找地点 · Search places")
def search(request: HttpRequest, q: str = "", level: str = "", limit: int = 20) -> Any:
    found = places.search(q[:40], level=level or None, limit=max(1, min(limit, 200)))
    return [_plain(one, "code", "name", "level", "parent") for one in found]


@tree.get("/places/{code}/children", response=list[PlaceOut], summary="下级地点 · Places below")
def children(request: HttpRequest, code: str) -> Any:
    found = places.children(places.place(code).code)
    return [_plain(one, "code", "name", "level", "parent") for one in found]


@log.get("/checkpoint", response=CheckpointOut | None, summary="最新存证点 · The newest checkpoint")
def checkpoint(request: HttpRequest) -> Any:
    newest = ledger.checkpoint()
    return _plain(newest, "number", "size", "root", "sealed_at") if newest else None


def _query(
    request: HttpRequest, indicator: str, program: str, place: str, from_: str, until: str, as_of: int | None
) -> Query:
    meant = asking.program_of(indicator, program)
    # A program that the person may not see answers like one that does not exist.
    border.program(request, meant.code)
    at = place or border.home(request, meant)
    return asking.query(indicator, program=meant.code, place=at, from_=from_, until=until, as_of=as_of)


def _plain(value: object, *names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _label(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _figure(found: Figure) -> dict[str, Any]:
    coverage = found.coverage
    return {
        **_plain(found, "value", "unit", "as_of", "facts"),
        "indicator": found.indicator.ref,
        "label": _label(found.indicator.label),
        "counts": _label(found.indicator.counts),
        "note": _label(found.note),
        "program": found.query.program,
        "place": found.query.place,
        "period": found.query.period.as_json(),
        "coverage": None
        if coverage is None
        else {**_plain(coverage, "owed", "filed"), "missing": [list(one) for one in coverage.missing]},
    }


def _bulletin(found: Bulletin) -> dict[str, Any]:
    cited = ("start", "end", "indicator", "value", "unit", "wording")
    names = (
        "id",
        "title",
        "program",
        "status",
        "text",
        "checkpoint",
        "root",
        "issued_at",
        "supersedes",
        "superseded_by",
    )
    return {**_plain(found, *names), "citations": [_plain(one, *cited) for one in found.citations]}


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal | type[Refusal]) -> HttpResponse:
    return middleware.answer(request, cast(Refusal, refusal))


@api.exception_handler(ValidationError)
def misread(request: HttpRequest, wrong: ValidationError | type[ValidationError]) -> HttpResponse:
    """What pydantic could not read, each with its place in the request."""
    found = [
        BAD_REQUEST.at(".".join(map(str, one.get("loc", ()))), said=one.get("msg", ""))
        for one in cast(ValidationError, wrong).errors
    ]
    return JsonResponse({"problems": [problem.as_json() for problem in found]}, status=422)


for part in (reading, texts, api_checks.router, tree, log, intake):
    api.add_router("", part)
