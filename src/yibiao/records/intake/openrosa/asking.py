"""Who asks: a field client by the token in its address, or somebody by HTTP Digest or Basic; no session is kept."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from yibiao.core.problems import Refusal
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.people.types import FieldClient, Grant, Scope, Warrant
from yibiao.records.intake.api import Password
from yibiao.records.intake.openrosa import digest, replies
from yibiao.records.remembering import remembered

BASE = "/openrosa"


@dataclass(slots=True)
class Asker:
    """``base`` is the address that all addresses in an answer begin with: it carries the token where one was used."""

    person: str
    base: str
    client: FieldClient | None = None
    _held: dict[str, tuple[Warrant, ...]] = field(default_factory=dict)

    def warrants(self, program: str) -> tuple[Warrant, ...]:
        """Permission to file in a program; empty where there is none."""
        if program not in self._held:
            if self.client is not None:
                self._held[program] = people.client_warrants(self.client, program)
            else:
                places = people.scope(self.person, "fill").places(program)
                self._held[program] = tuple(
                    people.warrant(self.person, "fill", place=place, program=program) for place in places
                )
        return self._held[program]

    def programs(self) -> tuple[Program, ...]:
        """The programs that it may file in."""
        return tuple(program for program in packs.programs() if self.warrants(program.code))

    def scope(self, program: str) -> Scope:
        """What it may see of a program's registers: those of the places where it files."""
        places = dict.fromkeys(warrant.place for warrant in self.warrants(program))
        return Scope(self.person, "fill", tuple(Grant("fill", place, frozenset({program})) for place in places))


class Unknown(Exception):  # noqa: N818 (it asks to sign in)
    """Nobody has said who asks; ``stale`` says that only the nonce was too old."""

    def __init__(self, *, stale: bool = False) -> None:
        super().__init__()
        self.stale = stale


def asker(request: HttpRequest, token: str) -> Asker:
    """Raises: ``people.client.unknown``; ``Unknown`` where a challenge is to be sent; what signing in refuses."""
    token = token or request.GET.get("st", "")
    if token:
        return holder(token, request.build_absolute_uri(BASE))
    base, given = request.build_absolute_uri(BASE), request.headers.get("Authorization", "")
    scheme = given.partition(" ")[0].lower()
    if scheme == "bearer":
        # Scripts name the token of a field client in a header, where no address holds it.
        held = people.client(given.partition(" ")[2].strip())
        return Asker(held.person, base, held)
    if scheme == "digest":
        client = _by_digest(request, given)
        return Asker(client.person, base, client)
    # A password in clear over plain http could be read by anybody on the way.
    if scheme == "basic" and request.is_secure():
        return _by_basic(request, given, base)
    raise Unknown


def holder(token: str, base: str = BASE) -> Asker:
    """Raises: ``people.client.unknown``."""
    client = remembered(lambda: people.client(token), "openrosa client", token)
    return Asker(client.person, f"{base}/key/{quote(token)}", client)


def challenge(request: HttpRequest, unknown: Unknown) -> HttpResponse:
    """401 with what the client may answer: Basic only over https, where phones dare to."""
    answer = replies.message("请先登录。\nSign in first.", "error", 401)
    basic = request.is_secure() and not unknown.stale
    answer["WWW-Authenticate"] = f'Basic realm="{digest.REALM}"' if basic else digest.challenge(unknown.stale)
    return answer


def _by_digest(request: HttpRequest, given: str) -> FieldClient:
    try:
        return digest.client(given, request.method or "", request.get_full_path())
    except digest.Stale:
        raise Unknown(stale=True) from None
    except (digest.Wrong, Refusal):
        raise Unknown from None


def _by_basic(request: HttpRequest, given: str, base: str) -> Asker:
    try:
        name, _, password = base64.b64decode(given.partition(" ")[2], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unknown from None
    if name.startswith("sj-"):
        try:
            client = people.client(password)
        except Refusal:
            raise Unknown from None
        if client.key == name:
            return Asker(client.person, base, client)
        raise Unknown
    try:
        user: Any = Password().authenticate(request, name, password)
    except Refusal as refusal:
        if refusal.status == 401:
            raise Unknown from None
        raise
    return Asker(str(user.key), base)
