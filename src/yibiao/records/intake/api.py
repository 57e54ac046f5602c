"""The JSON way in: forms to read, submissions to file, correct and withdraw, registers to look up.

It goes through the same door as the pages: the same checks, the same rights, the same facts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import HttpBasicAuth, django_auth
from pydantic import ConfigDict

from yibiao.core.problems import refuse
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.records import actions, border, problems, queries
from yibiao.records.actions import BATCH_LIMIT
from yibiao.records.types import Entity, Receipt, Record, SubmissionDraft


class Password(HttpBasicAuth):
    """User name and password with each request, under the same lock-out as the sign-in page.

    An account with a second factor, or whose password must be changed, signs in on the page and uses its session.
    """

    def authenticate(self, request: HttpRequest, username: str, password: str) -> Any | None:
        try:
            user: Any = get_adapter(request).authenticate(request, username=username, password=password)
        except ValidationError:
            return None
        if user is None or not user.is_active or is_mfa_enabled(user) or people.password_due(user.key):
            return None
        request.user = user
        return user


router = Router(tags=["records"], auth=[Password(), django_auth])


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class SubmissionIn(Strict):
    form: str
    program: str
    answers: dict[str, Any]
    id: str = ""
    form_version: str = ""


class CorrectionIn(Strict):
    answers: dict[str, Any]
    reason: str
    revision: int | None = None


class ReasonIn(Strict):
    reason: str
    revision: int | None = None


class ReceiptOut(Schema):
    id: str
    revision: int
    received_at: datetime
    repeated: bool


class FieldOut(Schema):
    name: str
    repeat: str
    type: str
    label: dict[str, str]
    unit: str
    required: bool
    personal: bool
    choices: list[dict[str, Any]]


class FormOut(Schema):
    id: str
    version: str
    title: dict[str, str]
    pack: str


class FormFieldsOut(FormOut):
    fields: list[FieldOut]


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
    sample: bool


class RecordsOut(Schema):
    total: int
    number: int
    size: int
    items: list[RecordOut]


class EntityOut(Schema):
    id: str
    register_: str
    key: str
    label: str
    place: str
    data: dict[str, Any]
    updated_at: datetime


@router.get("/forms", response=list[FormOut], summary="表单 · The forms of a program")
def listing(request: HttpRequest, program: str) -> Any:
    border.filing(request, packs.program(program))
    return [_form(one) for one in forms.forms(packs.program(program).pack)]


@router.get("/forms/{id}", response=FormFieldsOut, summary="一张表单的字段 · The fields of a form")
def form(request: HttpRequest, id: str, program: str) -> Any:
    border.filing(request, packs.program(program))
    return _with_fields(forms.form(id))


@router.post(
    "/submissions",
    response={201: list[ReceiptOut]},
    summary="填报 · File one submission or a list, all or none",
)
def file(request: HttpRequest, body: SubmissionIn | list[SubmissionIn]) -> Any:
    """同一编号、同一内容重复发送只存一次；同一编号、不同内容会被拒绝。"""
    given = body if isinstance(body, list) else [body]
    if len(given) > BATCH_LIMIT:
        raise refuse(problems.TOO_MANY.at(count=len(given), limit=BATCH_LIMIT))
    drafts = [
        SubmissionDraft(one.id or str(uuid4()), one.form, one.program, one.answers, "api", one.form_version)
        for one in given
    ]
    warrants = [
        warrant
        for program in dict.fromkeys(draft.program for draft in drafts)
        for warrant in border.warrants(request, packs.program(program))
    ]
    return 201, [_receipt(one) for one in (actions.receive_many(drafts, by=warrants) if drafts else ())]


@router.get("/submissions", response=RecordsOut, summary="填报记录 · Records in scope, newest first")
def page(
    request: HttpRequest,
    program: str = "",
    form: str = "",
    place: str = "",
    state: str = "",
    text: str = "",
    number: int = 1,
    size: int = 50,
) -> Any:
    found = queries.page(
        scope=border.reading(request),
        program=program or None,
        form=form or None,
        place=place or None,
        state=state or None,
        text=text[:100],
        number=max(1, number),
        size=max(1, min(size, 500)),
    )
    return {
        "total": found.total,
        "number": found.number,
        "size": found.size,
        "items": [_record(one) for one in found.items],
    }


@router.get("/submissions/{id}", response=RecordOut, summary="一条记录 · One record")
def record(request: HttpRequest, id: str) -> Any:
    return _record(queries.record(id, scope=border.reading(request)))


@router.put("/submissions/{id}", response=ReceiptOut, summary="更正 · Correct a record, with the reason")
def correct(request: HttpRequest, id: str, body: CorrectionIn) -> Any:
    found, warrant = border.over(request, id, "fill", "review")
    return _receipt(actions.correct(found.id, body.answers, reason=body.reason, by=warrant, expected=body.revision))


@router.delete("/submissions/{id}", response=ReceiptOut, summary="撤回 · Withdraw a record, with the reason")
def withdraw(request: HttpRequest, id: str, body: ReasonIn) -> Any:
    found, warrant = border.over(request, id, "fill", "review")
    return _receipt(actions.withdraw(found.id, reason=body.reason, by=warrant, expected=body.revision))


@router.get("/registers/{name}", response=list[EntityOut], summary="台账 · Entities of a register")
def entities(request: HttpRequest, register: str, program: str, text: str = "", number: int = 1, size: int = 50) -> Any:
    found = queries.entities(
        register,
        scope=border.reading(request),
        program=program,
        text=text[:100],
        number=max(1, number),
        size=max(1, min(size, 500)),
    )
    return [_entity(one) for one in found]


def _receipt(one: Receipt) -> dict[str, Any]:
    return {"id": one.id, "revision": one.revision, "received_at": one.received_at, "repeated": one.repeated}


def _form(one: FormVersion) -> dict[str, Any]:
    title = {"zh": one.title.zh, "en": one.title.en}
    return {"id": one.id, "version": one.version, "title": title, "pack": one.pack}


def _with_fields(one: FormVersion) -> dict[str, Any]:
    fields = [
        {
            "name": field.name,
            "repeat": field.repeat,
            "type": field.type,
            "label": {"zh": field.label.zh, "en": field.label.en},
            "unit": field.unit,
            "required": field.required,
            "personal": field.personal,
            "choices": [
                {"name": choice.name, "label": {"zh": choice.label.zh, "en": choice.label.en}}
                for choice in one.choices.get(field.choices, ())
            ],
        }
        for field in one.fields
    ]
    return {**_form(one), "fields": fields}


def _record(one: Record) -> dict[str, Any]:
    return {name: getattr(one, name) for name in RecordOut.model_fields}


def _entity(one: Entity) -> dict[str, Any]:
    names = ("id", "key", "label", "place", "data", "updated_at")
    return {"register_": one.register, **{name: getattr(one, name) for name in names}}
