"""For scripts that speak to ODK Central: who they are, and the projects and forms that they may see.

A project is a program. Its number, as that interface has no codes, follows from the code; so do those of persons.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from yibiao.core import clock
from yibiao.core.problems import Refusal, refuse
from yibiao.forms import queries as published
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.problems import PROGRAM_UNKNOWN
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.records import closing
from yibiao.records.intake.openrosa import declaring, problems, serving
from yibiao.records.intake.openrosa.asking import Asker

# A token lasts until it is revoked; scripts that keep one ask anew after a day.
KEPT_FOR: Final = timedelta(days=1)


def number(text: str) -> int:
    """The number that stands for a code or a key."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1


def code(project: str) -> str:
    """The program that a project's number, or its code, stands for."""
    if not project.isdigit():
        return project
    return next((one.code for one in packs.programs() if str(number(one.code)) == project), project)


def began(content: bytes) -> JsonResponse:
    """A session for the key and the token of a field client: the token itself, which is all that a script needs.

    Raises: ``records.openrosa.session``.
    """
    try:
        given = json.loads(content)
        key, token = str(given["email"]), str(given["password"])
        if people.client(token).key != key:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError, Refusal):
        raise refuse(problems.SESSION.at()) from None
    now = clock.now()
    return JsonResponse({"token": token, "createdAt": now.isoformat(), "expiresAt": (now + KEPT_FOR).isoformat()})


def mine(request: HttpRequest, asker: Asker) -> JsonResponse:
    """Who the script acts for."""
    account = people.account(asker.person)
    key = asker.client.key if asker.client else ""
    return JsonResponse(
        {"id": number(asker.person), "type": "user", "displayName": account.name, "email": key, "createdAt": None}
    )


def projects(request: HttpRequest, asker: Asker) -> JsonResponse:
    """The programs that it may file in."""
    return JsonResponse([_project(one) for one in asker.programs()], safe=False)


def project(request: HttpRequest, asker: Asker, program: str) -> JsonResponse:
    """Raises: ``packs.program.unknown``, also for one that it may not file in."""
    return JsonResponse(_project(_own(asker, program)))


def forms(request: HttpRequest, asker: Asker, program: str) -> JsonResponse:
    """The forms of a program, those closed as well.

    Raises: ``packs.program.unknown``.
    """
    of = _own(asker, program)
    return JsonResponse([_form(one, of) for one in published.forms(of.pack)], safe=False)


def form(request: HttpRequest, asker: Asker, program: str, form: str) -> JsonResponse:
    """Raises: ``records.openrosa.form-unknown|outside``."""
    return JsonResponse(_form(*serving.resolve(asker, f"{form.partition('@')[0]}@{program}", None)))


def form_xml(request: HttpRequest, asker: Asker, program: str, form: str) -> HttpResponse:
    """The form as phones get it.

    Raises: ``records.openrosa.form-unknown|outside``.
    """
    found = serving.resolve(asker, f"{form.partition('@')[0]}@{program}", None)
    return HttpResponse(declaring.declared(*found).xml, content_type="application/xml; charset=utf-8")


def _own(asker: Asker, program: str) -> Program:
    of = packs.program(program)
    if not asker.warrants(of.code):
        raise refuse(PROGRAM_UNKNOWN.at(code=program[:80]))
    return of


def _project(of: Program) -> dict[str, Any]:
    return {
        "id": number(of.code), "name": of.title.zh, "description": of.code, "archived": None, "keyId": None,
        "createdAt": of.window_from.isoformat(), "updatedAt": None, "deletedAt": None,
        "forms": len(published.forms(of.pack)),
    }  # fmt: skip


def _form(one: FormVersion, of: Program) -> dict[str, Any]:
    installed = next(each for each in packs.versions() if (each.id, each.version) == (one.pack, one.pack_version))
    at, closed = installed.installed_at.isoformat(), one.id in closing.closed(of.code)
    shown = declaring.declared(one, of)
    return {
        "projectId": number(of.code), "xmlFormId": shown.id, "version": one.version, "hash": shown.digest,
        "state": "closed" if closed else "open", "name": shown.title, "createdAt": at, "publishedAt": at,
        "updatedAt": None, "enketoId": None, "keyId": None,
    }  # fmt: skip
