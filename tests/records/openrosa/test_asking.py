"""Headers and who asks, row by row of the checklist (0.x, 1.x)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings

from tests.records.conftest import CHANGCHUN, ERDAO, NANGUAN, PASSWORD, PROGRAM, World, rows
from tests.records.openrosa.conftest import OPENROSA, Phone, filled, new_id, nodes, phone_of, said, xml
from yibiao.people import actions as people
from yibiao.people.types import Grant
from yibiao.records.models import Sending

HTTPS = {"secure": True}


@pytest.fixture(autouse=True)
def _no_old_failures(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def answered(challenge: str, name: str, password: str, uri: str, method: str = "GET", nc: str = "00000001") -> str:
    """What a client answers to a Digest challenge."""
    told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    first, second = md5(f"{name}:{told['realm']}:{password}"), md5(f"{method}:{uri}")
    response = md5(f"{first}:{told['nonce']}:{nc}:abcdef:auth:{second}")
    return (
        f'Digest username="{name}", realm="{told["realm"]}", nonce="{told["nonce"]}", uri="{uri}", qop=auth, '
        f'nc={nc}, cnonce="abcdef", response="{response}", algorithm=MD5'
    )


@pytest.fixture
def credentials(world: World, sites: None) -> tuple[str, str]:
    client, token = people.add_client(
        person=world.clerk.key, label="示例手机", place=ERDAO, programs=frozenset({PROGRAM}), by=None
    )
    return client.key, token


def asked(path: str, authorization: str = "", **more: Any) -> Any:
    headers = OPENROSA | ({"Authorization": authorization} if authorization else {})
    return Client().get(path, headers=headers, **more)


def basic(name: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


def test_0_1_every_answer_names_the_version(phone: Phone) -> None:
    for answer in (phone.get("formList"), phone.head("submission"), phone.send(xml(new_id())), phone.send(b"<")):
        assert answer["X-OpenRosa-Version"] == "1.0"
    (address, *_) = nodes(phone.get("formList"), "manifestUrl")
    assert phone.get(address)["X-OpenRosa-Version"] == "1.0"


def test_0_2_lists_are_text_xml(phone: Phone) -> None:
    (address, *_) = nodes(phone.get("formList"), "manifestUrl")
    for path in ("formList", address):
        assert phone.get(path)["Content-Type"] == "text/xml; charset=utf-8"


def test_0_4_0_5_the_version_and_the_date_are_not_asked_for(phone: Phone) -> None:
    for headers in ({}, {"Date": "星期六, 10 九月 2022"}, {"Date": ""}):
        phone.headers = headers
        assert phone.get("formList").status_code == 200


def test_0_7_0_8_device_and_agent_are_kept_whatever_their_length(phone: Phone) -> None:
    phone.headers["User-Agent"] = "collect/" + "x" * 400
    for device in ("", "collect:abc", "示" * 400):
        answer = phone.post(filled(xml(new_id())), query=f"?deviceID={device}")
        assert answer.status_code == 201, answer.content.decode()
    assert phone.get("formList?deviceID=" + "y" * 400).status_code == 200
    assert sorted(len(device) for device in Sending.objects.values_list("device", flat=True)) == [0, 11, 255]
    assert set(map(len, Sending.objects.values_list("agent", flat=True))) == {255}


def test_0_10_no_session_is_begun(phone: Phone) -> None:
    for answer in (phone.get("formList"), phone.send(xml(new_id()))):
        assert not answer.cookies


def test_0_11_errors_are_escaped_messages(phone: Phone) -> None:
    answer = phone.send(xml(new_id(), form="a&lt;b&gt;'@x"))
    assert answer.status_code == 404
    assert "a<b>'@x" in said(answer)
    assert b"a&lt;b&gt;&#39;" in answer.content


def test_0_12_addresses_are_absolute_and_carry_the_token(phone: Phone) -> None:
    answer = phone.get("formList")
    for address in (*nodes(answer, "downloadUrl"), *nodes(answer, "manifestUrl")):
        assert address.startswith(f"http://testserver{phone.base}/forms/")
        assert "%40" in address
        assert "@" not in address


def test_1_1_without_credentials_401_and_a_challenge(world: World) -> None:
    for method in ("get", "head", "post"):
        answer = getattr(Client(), method)("/openrosa/submission", headers=OPENROSA)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Digest ")
    assert asked("/openrosa/formList").status_code == 401
    assert asked("/openrosa/formList", **HTTPS)["WWW-Authenticate"].startswith("Basic ")


def test_1_2_basic_over_https(credentials: tuple[str, str], world: World) -> None:
    for pair in (credentials, ("erdao", PASSWORD)):
        answer = asked("/openrosa/formList", basic(*pair), **HTTPS)
        assert answer.status_code == 200
        assert len(nodes(answer, "formID")) == 2
        assert all(address.startswith("https://testserver/openrosa/forms/") for address in nodes(answer, "downloadUrl"))
    for pair in ((credentials[0], "wrong"), ("erdao", "wrong"), ("sj-0000000000", credentials[1])):
        assert asked("/openrosa/formList", basic(*pair), **HTTPS).status_code == 401
    assert asked("/openrosa/formList", "Basic !!", **HTTPS).status_code == 401


def test_1_3_basic_over_http_is_not_taken(credentials: tuple[str, str]) -> None:
    answer = asked("/openrosa/formList", basic(*credentials))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Digest ")


def test_1_4_digest_answers_once_and_again_with_the_same_nonce(credentials: tuple[str, str]) -> None:
    uri = "/openrosa/formList"
    challenge = asked(uri)["WWW-Authenticate"]
    assert 'qop="auth"' in challenge
    for nc in ("00000001", "00000002"):
        assert asked(uri, answered(challenge, *credentials, uri, nc=nc)).status_code == 200
    assert asked(uri, answered(challenge, *credentials, uri), **HTTPS).status_code == 200
    for wrong in (
        answered(challenge, credentials[0], "wrong", uri),
        answered(challenge, *credentials, "/openrosa/submission"),
        answered(challenge, *credentials, uri, method="POST"),
        answered(challenge, "nobody", "x", uri),
        answered(challenge.replace('nonce="', 'nonce="x'), *credentials, uri),
        "Digest nonsense",
    ):
        answer = asked(uri, wrong)
        assert answer.status_code == 401
        assert "stale" not in answer["WWW-Authenticate"]


def test_1_4_an_old_nonce_is_stale(credentials: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    uri = "/openrosa/formList"
    challenge = asked(uri)["WWW-Authenticate"]
    monkeypatch.setattr("yibiao.records.intake.openrosa.digest.LIFE", -1)
    answer = asked(uri, answered(challenge, *credentials, uri))
    assert answer.status_code == 401
    assert "stale=true" in answer["WWW-Authenticate"]


def test_1_4_a_digest_posts(credentials: tuple[str, str]) -> None:
    base = Phone("/openrosa")
    challenge = base.head("submission")["WWW-Authenticate"]
    base.headers["Authorization"] = answered(challenge, *credentials, "/openrosa/submission", method="POST")
    assert base.send(xml(new_id())).status_code == 201


def test_1_5_a_wrong_token_is_403(phone: Phone, world: World) -> None:
    for path in ("/openrosa/key/nothing", "/openrosa/key/" + "x" * 400):
        answer = Phone(path).get("formList")
        assert answer.status_code == 403
        assert "WWW-Authenticate" not in answer
        assert Phone(path).send(xml(new_id())).status_code == 403
    token = phone.base.rpartition("/")[2]
    assert Phone("/openrosa").get(f"formList?st={token}").status_code == 200
    assert Phone("/openrosa").get("formList?st=nothing").status_code == 403


def test_1_5_what_is_revoked_or_closed_is_403_at_once(phone: Phone, world: World) -> None:
    from yibiao.people import queries

    assert phone.send(xml(new_id())).status_code == 201
    people.deactivate(key=world.clerk.key, by=None)
    assert phone.send(xml(new_id())).status_code == 403
    people.reactivate(key=world.clerk.key, by=None)
    assert phone.send(xml(new_id())).status_code == 201
    (held,) = queries.clients(world.clerk.key)
    people.revoke_client(key=held.key, by=None)
    assert phone.get("formList").status_code == 403
    assert phone.send(xml(new_id())).status_code == 403


def test_1_6_without_a_right_an_empty_list_and_403(phone: Phone, world: World) -> None:
    people.revoke(key=world.clerk.key, given=Grant("fill", ERDAO, frozenset({PROGRAM})), by=None)
    answer = phone.get("formList")
    assert answer.status_code == 200
    assert nodes(answer, "formID") == []
    assert phone.send(xml(new_id())).status_code == 403


def test_1_6_a_place_beyond_the_client_is_403(world: World, sites: None) -> None:
    people.grant(key=world.clerk.key, given=Grant("fill", CHANGCHUN, frozenset({PROGRAM})), by=None)
    narrow, wide = phone_of(world.clerk, ERDAO), phone_of(world.clerk, CHANGCHUN)
    away = xml(new_id(), place=NANGUAN)
    assert narrow.send(away).status_code == 403
    assert rows("records_submission") == 2
    assert wide.send(away).status_code == 201


def test_1_7_4_3_head_tells_how_to_sign_in(world: World) -> None:
    assert "WWW-Authenticate" in Client().head("/openrosa/submission", headers=OPENROSA)


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_a_locked_account_is_told_so(world: World) -> None:
    for _ in range(5):
        asked("/openrosa/formList", basic("erdao", "wrong"), **HTTPS)
    answer = asked("/openrosa/formList", basic("erdao", PASSWORD), **HTTPS)
    assert answer.status_code == 429
