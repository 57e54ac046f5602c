"""The part of the JSON API that checks a text: the same records as ``yibiao check --json``."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, ValidationError

from yibiao.bulletins import queries as bulletins
from yibiao.core import faults
from yibiao.core.problems import refuse
from yibiao.core.reading import read
from yibiao.desk import asking, border, checking
from yibiao.desk.problems import BAD_REQUEST, TEXT_UNREADABLE

router = Router(tags=["check"])
Number = int | float | None


class Asked(Schema):
    """What is to be checked; with a program it is held against the records."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str
    program: str = ""
    place: str = ""
    from_date: str = ""
    until: str = ""
    lint: bool = False


class NumeralOut(Schema):
    start: int
    end: int
    surface: str
    num_start: int
    num_end: int
    num: str
    claim: bool | None
    kind: str
    value: Number
    low: Number
    high: Number
    bounds: str | None
    precision: str | None
    hedge: str | None
    unit: str | None
    counts: str | None
    indicator: str | None = None
    verdict: str | None = None
    figure: Number = None


class FaultOut(Schema):
    type: str
    start: int
    end: int
    surface: str
    certainty: str
    note: str
    context: str = ""
    related: list[int] = []
    duplicate_of: list[int] = []


class CheckedOut(Schema):
    """One record for every numeral; with a program also ``indicator``, ``verdict`` and ``figure``."""

    records: list[NumeralOut]
    faults: list[FaultOut] = []
    checkpoint: int | None = None


_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": Asked.model_json_schema()},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
}


@router.post(
    "/check",
    response=CheckedOut,
    exclude_unset=True,
    openapi_extra=_BODY,
    summary="核稿 · Every number of a text, held against the records of a program",
    description="The text as JSON, or as plain text with the other parameters in the address. Nothing is stored.",
)
def check(
    request: HttpRequest, program: str = "", place: str = "", from_date: str = "", until: str = "", lint: bool = False
) -> Any:
    if request.content_type == "application/json":
        asked = _json(request.body)
    else:
        given = {"program": program, "place": place, "from_date": from_date, "until": until, "lint": lint}
        asked = Asked.model_validate({"text": _plain(request.body), **given})
    if asked.program:
        return _held(request, asked)
    reading = read(asked.text)
    found = faults.find(reading) if asked.lint else ()
    return {"records": list(checking.records(reading.runs)), **_faults(found, asked.lint)}


def _held(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    meant = border.program(request, asked.program) or asking.program(asked.program)
    at = asking.known(asked.place) or border.home(request, meant)
    period = asking.period(meant, asked.from_date, asked.until)
    made = bulletins.check_text(asked.text, meant.code, at, period, scope=border.reading(request))
    told = {"records": list(checking.judged_records(made)), "checkpoint": made.checkpoint}
    return told | _faults(made.faults, asked.lint)


def _faults(found: tuple[faults.Fault, ...], wanted: bool) -> dict[str, Any]:
    return {"faults": [one.as_json() for one in found]} if wanted else {}


def _json(body: bytes) -> Asked:
    try:
        return Asked.model_validate_json(body)
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_input=False)
        raise refuse(*(BAD_REQUEST.at(".".join(map(str, one["loc"])), said=one["msg"]) for one in found)) from None


def _plain(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise refuse(TEXT_UNREADABLE.at(name="body")) from None
