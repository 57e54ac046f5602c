"""The JSON API for sending and reading records; the desk mounts ``router`` below /api/ and answers its refusals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from ninja.responses import NinjaJSONEncoder
from ninja.security import HttpBasicAuth, django_auth
from pydantic import BaseModel, ConfigDict, Field

from yibiao.core.problems import refuse
from yibiao.forms import queries as forms
from yibiao.forms.problems import FORM_UNKNOWN
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.people.types import Warrant
from yibiao.records import actions, border, problems, queries
from yibiao.records.types import Entity, From, Receipt, Record, Revision, State, SubmissionDraft

LIMIT = 1_000


class Password(HttpBasicAuth):
    """User name and password with each request, under the same lock as the sign-in page.

    An account with a second factor is refused here: a password alone must not open what the page keeps behind two.
    """

    def authenticate(self, request: HttpRequest, username: str, password: str) -> Any:
        # The sign-in page is posted, so allauth counts no failure of a GET: without this, guessing would be free.
        asked, request.method = request.method, "POST"
        try:
            user: Any = get_adapter(request).authenticate(request, username=username, password=password)
        except ValidationError:
            raise refuse(problems.API_LOCKED.at()) from None
        finally:
            request.method = asked
        if user is None or not user.is_active:
            raise refuse(problems.API_CREDENTIALS.at())
        if is_mfa_enabled(user):
            raise refuse(problems.API_SECOND_FACTOR.at())
        if people.password_due(user.key):
            raise refuse(problems.API_PASSWORD_DUE.at())
        request.user = user
        return user


class Strict(BaseModel):
    """What comes in: unknown names and wrong types are refused, not guessed at. ``Schema`` would look twice at each of
    a thousand records."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SubmissionIn(Strict):
    """One record. ``id`` is a UUID made by the sender: sent twice, it is stored once.

    ``prefilled`` is what the filler was shown as known, by question: it is counted as confirmed or changed, not typed.
    """

    id: Annotated[str, Field(max_length=60)]
    form: Annotated[str, Field(max_length=120)]
    program: Annotated[str, Field(max_length=120)]
    form_version: Annotated[str, Field(max_length=40)] = ""
    answers: dict[str, Any]
    # A default that can be changed would be copied with care for each of a thousand records.
    prefilled: Annotated[dict[str, Any], Field(default_factory=dict)]


class KnownIn(Strict):
    program: Annotated[str, Field(max_length=120)]
    answers: Annotated[dict[str, Any], Field(default_factory=dict)]
    entity: Annotated[str, Field(max_length=200)] = ""


class CorrectionIn(Strict):
    """``revision`` is the revision that was corrected: if the record has moved on since, the correction is refused."""

    answers: dict[str, Any]
    reason: Annotated[str, Field(max_length=500)]
    revision: int | None = None
    form_version: Annotated[str, Field(max_length=40)] = ""


class WithdrawalIn(Strict):
    reason: Annotated[str, Field(max_length=500)]
    revision: int | None = None


class Paging(Schema):
    """What every list takes. It is read from an address, where each value is text."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=100)] = ""
    place: str | None = None
    number: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=500)] = 50


class RecordFilters(Paging):
    program: str | None = None
    form: str | None = None
    state: State | None = None
    older: str = ""


class EntityFilters(Paging):
    program: str
    after: str = ""


class LabelOut(Schema):
    zh: str
    en: str


class ReceiptOut(BaseModel):
    id: str
    revision: int
    received_at: datetime
    repeated: bool


class RecordOut(Schema):
    id: str
    form: str
    form_version: str
    program: str
    place: str
    organisation: str
    subject: str
    participants: list[str]
    occurred_at: datetime
    received_at: datetime
    revision: int
    state: str
    channel: str
    answers: dict[str, Any]
    has_personal: bool
    sample: bool


class KnownOut(Schema):
    value: Any
    source: Literal["register", "last"]
    of: str


class RevisionOut(Schema):
    revision: int
    act: Literal["received", "corrected", "withdrawn"]
    reason: str
    actor: str
    at: datetime
    answers: dict[str, Any]
    changed: list[str]


class PageOut(Schema):
    items: list[RecordOut]
    total: int
    number: int
    size: int
    more: Annotated[bool, Field(description="还有更多，total 只数到这里 · There are more than total")]
    older: Annotated[str, Field(description="接着往下看：再问时写在 older 里 · Where to go on: give it as older")]


class EntityOut(Schema):
    id: str
    kept_in: Annotated[str, Field(serialization_alias="register")]
    key: str
    label: str
    place: str
    data: dict[str, Any]
    record: str
    updated_at: datetime


class FormOut(Schema):
    id: str
    version: str
    title: LabelOut
    pack: str


class ChoiceOut(Schema):
    name: str
    label: LabelOut
    filters: dict[str, str]


class FieldOut(Schema):
    name: str
    repeat: str
    type: str
    label: LabelOut
    hint: LabelOut
    unit: str
    role: str
    looks_into: Annotated[str, Field(serialization_alias="register")]
    required: bool
    personal: bool
    choices: str
    relevant: str
    constraint: str
    calculate: str


class FormDetailOut(FormOut):
    fields: list[FieldOut]
    choices: dict[str, list[ChoiceOut]]


router = Router(tags=["records"], auth=[Password(), django_auth])


@router.get("/forms", response=list[FormOut], summary="可填的表单 · Forms of the programs in scope")
def list_forms(request: HttpRequest, program: str = "") -> Any:
    scope = border.reading(request)
    open_to = [one for one in packs.programs() if scope.places(one.code) and program in ("", one.code)]
    return [_form(form) for pack in dict.fromkeys(one.pack for one in open_to) for form in forms.forms(pack)]


@router.get(
    "/forms/{id}", response=FormDetailOut, by_alias=True, summary="一张表单的全部题目 · One form with its questions"
)
def one_form(request: HttpRequest, id: str, version: str = "") -> Any:
    form, scope = forms.form(id, version or None), border.reading(request)
    if not any(one.pack == form.pack and scope.places(one.code) for one in packs.programs()):
        # The same answer as for a form that does not exist.
        raise refuse(FORM_UNKNOWN.at(form=id, version=version))
    return _form_detail(form)


@router.post(
    "/forms/{id}/known",
    response=dict[str, KnownOut],
    summary="不必再问的已知内容 · What need not be asked under the answers so far",
)
def known(request: HttpRequest, id: str, body: KnownIn) -> Any:
    form, program = forms.form(id), packs.program(body.program)
    border.filing(request, program)
    if form.pack != program.pack:
        raise refuse(FORM_UNKNOWN.at(form=id, version=""))
    scope = border.reading(request)
    found = queries.known(form, body.answers, program=program.code, scope=scope, entity=body.entity)
    return {name: {"value": one.value, "source": one.source, "of": one.of} for name, one in found.items()}


@router.post(
    "/submissions",
    response={201: list[ReceiptOut] | ReceiptOut},
    summary="填报一份或多份（全收或全不收） · Send one record or a list, all or none",
)
def send(request: HttpRequest, body: SubmissionIn | list[SubmissionIn]) -> Any:
    """同一编号、同一内容重复发送只存一次；同一编号、不同内容会被拒绝。"""
    several = body if isinstance(body, list) else [body]
    if len(several) > LIMIT:
        raise refuse(problems.TOO_MANY.at(count=len(several), limit=LIMIT))
    held: dict[str, tuple[Warrant, ...]] = {}
    for one in several:
        if one.program not in held:
            held[one.program] = border.warrants(request, packs.program(one.program))
    drafts = [
        SubmissionDraft(one.id, one.form, one.program, one.answers, "api", one.form_version, prefilled=one.prefilled)
        for one in several
    ]
    warrants = [warrant for group in held.values() for warrant in group]
    found = _receipts(actions.receive_many(drafts, by=warrants) if drafts else ())
    told = json.dumps(found if isinstance(body, list) else found[0])
    return HttpResponse(told, status=201, content_type="application/json; charset=utf-8")


@router.get("/submissions", response=PageOut, summary="查询填报 · Records in scope, newest first")
def list_records(request: HttpRequest, filters: Query[RecordFilters]) -> Any:
    found = queries.page(scope=border.reading(request), **filters.model_dump())
    items = [_record(one) for one in found.items]
    told = {"total": found.total, "number": found.number, "size": found.size}
    return {"items": items, **told, "more": found.more, "older": found.older}


@router.get("/submissions/{id}", response=RecordOut, summary="一份填报 · One record as it stands")
def one_record(request: HttpRequest, id: str) -> Any:
    return _record(queries.record(id, scope=border.reading(request)))


@router.get("/submissions/{id}/history", response=list[RevisionOut], summary="一份填报的经过 · Its history")
def one_history(request: HttpRequest, id: str) -> Any:
    return [_revision(one) for one in queries.history(id, scope=border.reading(request))]


@router.put("/submissions/{id}", response=ReceiptOut, summary="更正（须写理由） · Correct, with the reason")
def correct(request: HttpRequest, id: str, body: CorrectionIn) -> Any:
    record, by = border.over(request, id, "fill", "review")
    return _receipt(
        actions.correct(
            record.id, body.answers, reason=body.reason, by=by, form_version=body.form_version, expected=body.revision
        )
    )


@router.delete("/submissions/{id}", response=ReceiptOut, summary="撤回（须写理由） · Withdraw, with the reason")
def withdraw(request: HttpRequest, id: str, body: WithdrawalIn) -> Any:
    record, by = border.over(request, id, "fill", "review")
    return _receipt(actions.withdraw(record.id, reason=body.reason, by=by, expected=body.revision))


@router.get("/registers/{name}", response=list[EntityOut], by_alias=True, summary="台账对象 · Entities of a register")
def list_entities(request: HttpRequest, name: str, filters: Query[EntityFilters]) -> Any:
    given = filters.model_dump()
    begin = From(after=after) if (after := given.pop("after")) else None
    found = queries.entities(name, scope=border.reading(request), begin=begin, **given)
    return [_entity(one) for one in found]


@router.get("/entities/{id}", response=EntityOut, by_alias=True, summary="台账中的一个对象 · One entity")
def one_entity(request: HttpRequest, id: str, program: str) -> Any:
    return _entity(queries.entity(id, scope=border.reading(request), program=program))


def _form(form: FormVersion) -> dict[str, Any]:
    return {"id": form.id, "version": form.version, "title": _label(form.title), "pack": form.pack}


def _form_detail(form: FormVersion) -> dict[str, Any]:
    names = (
        "name", "repeat", "type", "unit", "role", "required", "personal", "choices", "relevant", "constraint",
        "calculate",
    )  # fmt: skip
    fields = [
        {
            **{name: getattr(field, name) for name in names},
            "looks_into": field.register,
            "label": _label(field.label),
            "hint": _label(field.hint),
        }
        for field in form.fields
    ]
    lists = {
        name: [{"name": one.name, "label": _label(one.label), "filters": dict(one.filters)} for one in choices]
        for name, choices in form.choices.items()
    }
    return {**_form(form), "fields": fields, "choices": lists}


def _label(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.of("en")}


def _record(one: Record) -> dict[str, Any]:
    return {name: getattr(one, name) for name in RecordOut.model_fields}


def _revision(one: Revision) -> dict[str, Any]:
    return {name: getattr(one, name) for name in RevisionOut.model_fields}


def _receipt(one: Receipt) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ReceiptOut.model_fields}


def _receipts(several: Sequence[Receipt]) -> list[dict[str, Any]]:
    """The same of a list, as they are sent: nearly all of a thousand were received at one moment."""
    shown: dict[datetime, str] = {}
    for one in several:
        if one.received_at not in shown:
            shown[one.received_at] = NinjaJSONEncoder().default(one.received_at)
    return [
        {"id": one.id, "revision": one.revision, "received_at": shown[one.received_at], "repeated": one.repeated}
        for one in several
    ]


def _entity(one: Entity) -> dict[str, Any]:
    return {
        "kept_in": one.register,
        **{name: getattr(one, name) for name in EntityOut.model_fields if name != "kept_in"},
    }
