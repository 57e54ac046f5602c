"""For scripts that speak to ODK Central: one filled form a request, as plain XML, answered in JSON.

A project is a program. Only what sends and reads submissions is here; the rest of that interface has its own in Yibiao.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yibiao.core.problems import Refusal, refuse
from yibiao.forms import queries as forms
from yibiao.forms.types import Field, FormVersion
from yibiao.people.types import Warrant
from yibiao.records import attachments, models, personal, problems, queries
from yibiao.records.attachments import Incoming
from yibiao.records.intake.openrosa import asking, instance, multipart, projects, serving, submitting
from yibiao.records.intake.openrosa import problems as refusals
from yibiao.records.intake.openrosa.asking import Asker
from yibiao.records.intake.openrosa.submitting import Sending
from yibiao.records.types import Receipt

XML = ("application/xml", "text/xml")
_PAGE = 500
_SESSION = 16 * 1024


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for scripts: no session, and every refusal as JSON."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, token: str = "", **kwargs: str) -> HttpResponse:
        try:
            asker = asking.asker(request, token)
            if "program" in kwargs:
                kwargs["program"] = projects.code(kwargs["program"])
            answer: HttpResponse = view(request, asker, **kwargs)
        except asking.Unknown as unknown:
            answer = asking.challenge(request, unknown)
        except Refusal as refusal:
            answer = _refused(refusal)
        answer["Cache-Control"] = "no-store"
        return answer

    return answered


def _refused(refusal: Refusal) -> JsonResponse:
    said = "\n".join(problem.text("en") for problem in refusal.problems[:20])
    body = {"message": said, "code": refusal.status, "details": [one.as_json() for one in refusal.problems]}
    return JsonResponse(body, status=refusal.status, json_dumps_params={"ensure_ascii": False})


@csrf_exempt
@require_POST
def session(request: HttpRequest) -> HttpResponse:
    """Signing in: the key and the token of a field client for the token."""
    try:
        answer = projects.began(b"".join(_chunks(request, _SESSION)))
    except Refusal as refusal:
        answer = _refused(refusal)
    answer["Cache-Control"] = "no-store"
    return answer


@told
@require_http_methods(["GET", "HEAD", "POST"])
def submissions(request: HttpRequest, asker: Asker, program: str, form: str) -> JsonResponse:
    """Sends a filled form, or lists those that stand, newest first."""
    if request.method != "POST":
        version, of = serving.resolve(asker, _named(form, program), None)
        found = queries.each(scope=asker.scope(of.code), program=of.code, form=version.id, limit=_PAGE)
        rows = [one for one in found if one.state != "withdrawn"]
        sent = _instances([one.id for one in rows])
        return JsonResponse(
            [_said(sent.get(one.id, f"uuid:{one.id}"), one.actor, one.received_at, one.state) for one in rows],
            safe=False,
        )
    sending = _read(request, asker, program, form)
    if sending.instance.deprecated:
        raise refuse(refusals.DEPRECATED_HERE.at())
    receipt = submitting.store(sending)
    if receipt.repeated:
        raise refuse(refusals.INSTANCE_TAKEN.at(id=sending.instance.id[:80]))
    return _stored(sending, receipt)


@told
@require_http_methods(["GET", "HEAD", "PUT"])
def submission(request: HttpRequest, asker: Asker, program: str, form: str, id: str) -> JsonResponse:
    """Shows a record, or corrects it: the XML names the instance that it replaces, and has an id of its own."""
    if request.method != "PUT":
        version, of = serving.resolve(asker, _named(form, program), None)
        one = queries.record(_row(asker, version, of.code, id).id, scope=asker.scope(of.code))
        return JsonResponse(_said(id, one.actor, one.received_at, one.state))
    sending = _read(request, asker, program, form)
    first = submitting.revision_of(sending, id)
    before = submitting.revision_of(sending, sending.instance.deprecated)
    if first is None or before is None or before[0].id != first[0].id:
        raise refuse(refusals.DEPRECATED_UNKNOWN.at(id=(sending.instance.deprecated or id)[:80]))
    receipt = submitting.store(sending)
    if receipt.repeated:
        raise refuse(refusals.INSTANCE_TAKEN.at(id=sending.instance.id[:80]))
    return _stored(sending, receipt)


@told
@require_POST
def attachment(request: HttpRequest, asker: Asker, program: str, form: str, id: str, name: str) -> JsonResponse:
    """A file that the answers of a record name, as it is."""
    version, of = serving.resolve(asker, _named(form, program), None)
    row = _row(asker, version, of.code, id)
    by = _covering(asker, row)
    plain = submitting.file_name(name)
    questions = _expected(row).get(plain)
    if questions is None:
        raise refuse(problems.UNKNOWN.at(id=f"{id}/{name}"[:80]))
    with Incoming() as incoming:
        incoming.take(plain, _chunks(request))
        asks = forms.form(row.form, row.form_version)
        if wrong := submitting.unfit(incoming.files[0], asks, questions):
            raise refuse(wrong)
        placed = any(field.type == "geopoint" for field in asks.fields)
        one = incoming.files[0] if placed else attachments.unplaced(incoming.files[0])
        attachments.keep(row.id, [(one, any(question.personal for question in questions))], by=by)
    return JsonResponse({"success": True})


@told
@require_safe
def listed(request: HttpRequest, asker: Asker, program: str, form: str, id: str) -> JsonResponse:
    """The files that a record names, each with whether it has come."""
    version, of = serving.resolve(asker, _named(form, program), None)
    row = _row(asker, version, of.code, id)
    _covering(asker, row)
    here = {one.name for one in attachments.of(row.id)}
    return JsonResponse([{"name": name, "exists": name in here} for name in _expected(row)], safe=False)


def _read(request: HttpRequest, asker: Asker, program: str, form: str) -> Sending:
    kind = (request.content_type or "").lower()
    if kind not in XML:
        raise refuse(refusals.NOT_XML.at(kind=kind[:80]))
    xml = b"".join(_chunks(request, instance.XML_LIMIT))
    asked, given = _named(form, program), instance.read(xml).form
    if given not in (asked, asked.partition("@")[0]):
        raise refuse(refusals.FORM_MISMATCH.at(form=given[:80], asked=form[:80]))
    # The address says which program it is for, also where the answers name the form alone.
    return submitting.read(xml, request, asker, form=asked)


def _named(form: str, program: str) -> str:
    return f"{form.partition('@')[0]}@{program}"


def _chunks(request: HttpRequest, limit: int = multipart.BODY_LIMIT) -> Any:
    seen = 0
    while chunk := request.read(multipart.CHUNK):
        seen += len(chunk)
        if seen > limit:
            raise multipart.too_large(limit)
        yield chunk


def _row(asker: Asker, form: FormVersion, program: str, id: str) -> models.Submission:
    of = {"form": form.id, "program": program}
    plain = id.removeprefix("uuid:")
    sent = models.Sending.objects.filter(instance__in=(plain, id), **of).select_related("submission").first()
    row = sent.submission if sent else models.Submission.objects.filter(pk=plain[:36], **of).first()
    if row is None or row.state == "withdrawn":
        raise refuse(problems.UNKNOWN.at(id=id[:80]))
    return row


def _covering(asker: Asker, row: models.Submission) -> Warrant:
    return submitting.covering(asker.warrants(row.program), row)


def _expected(row: models.Submission) -> dict[str, list[Field]]:
    """The files that a record names, each with the questions that it answers."""
    form = forms.form(row.form, row.form_version)
    kept = models.PersonalAnswers.objects.filter(submission_id=row.id).order_by("-revision").first()
    hidden = personal.reveal(kept.salt, kept.token) if kept and row.has_personal else {}
    found: dict[str, list[Field]] = {}
    for field in (one for one in form.fields if one.type == "file"):
        answers = hidden if field.personal else json.loads(row.answers)
        for holder in answers.get(field.repeat, ()) if field.repeat else (answers,):
            if name := holder.get(field.name):
                found.setdefault(str(name), []).append(field)
    return found


def _instances(ids: list[str]) -> dict[str, str]:
    rows = models.Sending.objects.filter(submission__in=ids, revision=1)
    return {id: _written(instance) for id, instance in rows.values_list("submission_id", "instance")}


def _written(instance: str) -> str:
    return f"uuid:{instance}" if len(instance) == 36 and instance.count("-") == 4 else instance


def _stored(sending: Sending, receipt: Receipt) -> JsonResponse:
    return JsonResponse(_said(sending.instance.id, sending.by[0].actor, receipt.received_at, "received"))


def _said(instance: str, actor: str, at: datetime, state: str) -> dict[str, Any]:
    """A submission in the words of that interface; a review that has not been made is null there."""
    reviewed = state if state in ("approved", "rejected") else None
    return {
        "instanceId": instance, "submitterId": projects.number(actor), "deviceId": None, "reviewState": reviewed,
        "createdAt": at.isoformat(), "updatedAt": None,
    }  # fmt: skip
