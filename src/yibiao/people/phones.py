"""采集端: the phones and programs that file in a person's name; a token is shown once, as a QR code."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any, Final, cast

import qrcode
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from qrcode.image.svg import SvgPathImage

from yibiao.core.problems import Refusal, refuse
from yibiao.people import actions, problems, queries, words
from yibiao.people.inputs import ClientInput
from yibiao.people.models import Person
from yibiao.people.types import EVERY_PROGRAM, FieldClient, Warrant
from yibiao.places import queries as places

OPENROSA: Final = "/openrosa"


@login_required
def own(request: HttpRequest) -> HttpResponse:
    """The own field clients."""
    return _page(request, cast(Person, request.user).key)


@login_required
def of(request: HttpRequest, key: str) -> HttpResponse:
    """Those of an account in the manager's range."""
    queries.holder(key, scope=queries.required_scope(cast(Person, request.user).key, "manage"))
    return _page(request, key)


def _page(request: HttpRequest, key: str) -> HttpResponse:
    if request.method == "POST" and request.POST.get("revoke"):
        return _revoke(request, key, request.POST["revoke"])
    account = queries.account(key)
    form = ClientInput(request.POST or None, initial={"place": account.place, "programs": EVERY_PROGRAM})
    made: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            made = _make(request, key, form)
        except Refusal as refusal:
            for problem in refusal.problems:
                form.add_error(None, problem.text(get_language() or "zh"))
    shown = {
        "account": account,
        "own": key == cast(Person, request.user).key,
        "rows": [(one, _said(one)) for one in queries.clients(key)],
        "form": form,
        "made": made,
    }
    answer = render(request, "people/clients.html", shown, status=422 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _make(request: HttpRequest, key: str, form: ClientInput) -> dict[str, Any]:
    """A new client, with what its phone is told. Nothing of it can be shown again."""
    data = form.cleaned_data
    client, token = actions.add_client(
        person=key, label=data["label"], place=data["place"], programs=frozenset(data["programs"].split()),
        by=_by(request, key),
    )  # fmt: skip
    address = request.build_absolute_uri(f"{OPENROSA}/key/{token}")
    return {
        "client": client,
        "token": token,
        "address": address,
        "server": request.build_absolute_uri(OPENROSA),
        "code": code(settings_of(address, f"{gettext('一表')} · {client.label}")),
    }


def _revoke(request: HttpRequest, key: str, client: str) -> HttpResponse:
    if client not in {one.key for one in queries.clients(key)}:
        raise refuse(problems.CLIENT_UNKNOWN.at())
    actions.revoke_client(key=client, by=_by(request, key))
    messages.success(request, gettext("采集端已停用。"))
    return redirect(request.path)


def _by(request: HttpRequest, key: str) -> Warrant:
    """The own account needs no right of management; another's needs one where its organisation is."""
    person, place = cast(Person, request.user).key, queries.account(key).place
    if person == key:
        return Warrant(person, "fill", "", place, EVERY_PROGRAM, gettext("本人"))
    held = queries.required_scope(person, "manage").grants
    over = next((grant for grant in held if places.descends(place, grant.place)), held[0])
    return queries.warrant(person, "manage", place=place, program=min(over.programs))


def _said(one: FieldClient) -> str:
    programs = words.programs(one.programs).of(get_language() or "zh")
    return f"{words.place_name(one.place)} · {programs}"


def settings_of(address: str, name: str) -> str:
    """What ODK Collect reads from a QR code: its settings as JSON, compressed, in base64."""
    told = {
        "general": {"server_url": address, "form_update_mode": "match_exactly", "autosend": "wifi_and_cellular"},
        "admin": {},
        "project": {"name": name, "icon": "表", "color": "#1f5fbf"},
    }
    packed = zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    return base64.b64encode(packed).decode()


def code(text: str) -> str:
    """A QR code as the address of an image that is its own content."""
    made = qrcode.make(text, image_factory=SvgPathImage, error_correction=qrcode.ERROR_CORRECT_L, border=4)
    return f"data:image/svg+xml;base64,{base64.b64encode(made.to_string()).decode()}"
