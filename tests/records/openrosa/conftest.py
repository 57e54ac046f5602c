"""A phone of 二道's clerk: it speaks OpenRosa to the site through Django's own client."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import pytest
from django.test import Client
from lxml import etree

from tests.records.conftest import AT, ERDAO, PROGRAM, World
from yibiao.people import actions as people
from yibiao.people.types import Account

OPENROSA = {"X-OpenRosa-Version": "1.0"}
FORM = f"watch.visit@{PROGRAM}"
BOUNDARY = "----yibiao-test-5f3a"
VALUES: dict[str, str] = {
    "site": "S1", "place": ERDAO, "occurred_at": AT, "sector": "mine", "trade": "coal", "topics": "fire power",
    "hazards": "2", "measure": "立即整改",
}  # fmt: skip


def xml(
    id: str,
    *,
    form: str = FORM,
    version: str | None = "1",
    deprecated: str = "",
    meta: str = "",
    extra: str = "",
    **values: Any,
) -> bytes:
    """A filled form as a phone writes it; None leaves an answer out."""
    given = {name: value for name, value in {**VALUES, **values}.items() if value is not None}
    said = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in given.items())
    of = "" if version is None else f' version="{version}"'
    old = f"<deprecatedID>{deprecated}</deprecatedID>" if deprecated else ""
    own = f"<instanceID>{id}</instanceID>" if id else ""
    return f'<data id="{form}"{of}>{said}{extra}<meta>{own}{old}{meta}</meta></data>'.encode()


def new_id() -> str:
    return f"uuid:{uuid.uuid4()}"


def part(name: str, content: bytes, filename: str | None = None, kind: str = "") -> bytes:
    named = "" if filename is None else f'; filename="{filename}"'
    typed = f"\r\nContent-Type: {kind}" if kind else ""
    return f'Content-Disposition: form-data; name="{name}"{named}{typed}\r\n\r\n'.encode() + content


def body(*parts: bytes) -> bytes:
    return b"".join(f"--{BOUNDARY}\r\n".encode() + one + b"\r\n" for one in parts) + f"--{BOUNDARY}--\r\n".encode()


def filled(content: bytes, files: Mapping[str, bytes] | None = None) -> bytes:
    sent = [part("xml_submission_file", content, "whatever.xml", "text/xml")]
    sent += [part(name, given, name, "application/octet-stream") for name, given in (files or {}).items()]
    return body(*sent)


@dataclass
class Phone:
    base: str
    client: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=lambda: dict(OPENROSA))

    def get(self, path: str, **more: str) -> Any:
        return self.client.get(f"{self.base}/{path}" if "://" not in path else path, headers={**self.headers, **more})

    def head(self, path: str) -> Any:
        return self.client.head(f"{self.base}/{path}", headers=self.headers)

    def post(self, content: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}", query: str = "") -> Any:
        address = f"{self.base}/submission{query}"
        return self.client.generic("POST", address, content, content_type=kind, headers=self.headers)

    def send(self, content: bytes, files: Mapping[str, bytes] | None = None) -> Any:
        return self.post(filled(content, files))


def phone_of(account: Account, place: str = ERDAO, *programs: str) -> Phone:
    _, token = people.add_client(
        person=account.key, label="示例手机", place=place, programs=frozenset(programs or (PROGRAM,)), by=None
    )
    return Phone(f"/openrosa/key/{token}")


@pytest.fixture
def phone(world: World, sites: None) -> Phone:
    return phone_of(world.clerk)


def said(answer: Any) -> str:
    """The message of an answer, which must be OpenRosa's."""
    assert answer["X-OpenRosa-Version"] == "1.0"
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    return root[0].text or ""


def nodes(answer: Any, tag: str) -> list[str]:
    """The texts of all elements of a name."""
    return [one.text or "" for one in etree.fromstring(answer.content).iter() if etree.QName(one).localname == tag]
