"""Field clients: made for oneself or by a manager, shown once, revoked."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable

import pytest
from django.test import Client

from tests.people.conftest import CHANGCHUN, ERDAO, NANGUAN, World
from yibiao.core.problems import Refusal
from yibiao.ledger import actions as ledger_actions
from yibiao.ledger import queries as ledger
from yibiao.people import actions, phones, queries
from yibiao.people.models import FieldClient
from yibiao.people.types import Account

Enter = Callable[[Account], Client]
GIVEN = {"label": "示例手机", "place": ERDAO, "programs": "holiday-2022"}


def test_a_token_is_shown_once_and_only_a_hash_is_kept(world: World, signed_in: Enter) -> None:
    client = signed_in(world.erdao_clerk)
    page = client.post("/account/clients/", GIVEN).content.decode()
    (token,) = set(re.findall(r"/openrosa/key/([\w-]{40,})", page))
    assert "data:image/svg+xml;base64," in page
    row = FieldClient.objects.get()
    assert token not in " ".join(str(getattr(row, field.name)) for field in row._meta.fields)
    assert token not in client.get("/account/clients/").content.decode()
    held = queries.client(token)
    assert (held.person, held.place, held.programs) == (world.erdao_clerk.key, ERDAO, {"holiday-2022"})
    ledger_actions.seal_all()
    (fact,) = ledger.entries(0, 1_000, ["people.client-added"])
    assert (fact.actor, fact.subject) == (world.erdao_clerk.key, world.erdao_clerk.key)
    assert token not in str(fact)


def test_what_a_phone_reads_from_the_code() -> None:
    told = json.loads(zlib.decompress(base64.b64decode(phones.settings_of("https://x.example/openrosa/key/t", "示例"))))
    assert told["general"]["server_url"] == "https://x.example/openrosa/key/t"
    assert told["project"]["name"] == "示例"
    assert phones.code("x").startswith("data:image/svg+xml;base64,")


def test_a_revoked_client_is_unknown(world: World, signed_in: Enter) -> None:
    held, token = actions.add_client(
        person=world.erdao_clerk.key, label="示例", place=ERDAO, programs=frozenset({"*"}), by=None
    )
    browser = signed_in(world.erdao_clerk)
    assert browser.post("/account/clients/", {"revoke": "sj-0000000000"}).status_code == 403
    assert browser.post("/account/clients/", {"revoke": held.key}).status_code == 302
    with pytest.raises(Refusal) as wrong:
        queries.client(token)
    assert wrong.value.codes == ("people.client.unknown",)
    assert "已停用" in browser.get("/account/clients/").content.decode()


def test_a_client_reaches_no_further_than_its_person(world: World, signed_in: Enter) -> None:
    browser = signed_in(world.erdao_clerk)
    for wrong in ({"place": NANGUAN}, {"programs": "other-2022"}, {"label": ""}, {"programs": ""}):
        assert browser.post("/account/clients/", GIVEN | wrong).status_code == 422
    assert not FieldClient.objects.exists()
    # A wider place is cut to what the person may do there.
    held, _ = actions.add_client(
        person=world.erdao_clerk.key, label="示例", place=CHANGCHUN, programs=frozenset({"*"}), by=None
    )
    assert [one.place for one in queries.client_warrants(held, "holiday-2022")] == [ERDAO]
    assert queries.client_warrants(held, "other-2022") == ()


def test_managers_make_them_for_accounts_in_their_range(world: World, signed_in: Enter) -> None:
    address = f"/account/people/{world.erdao_clerk.key}/clients/"
    assert signed_in(world.erdao_admin).post(address, GIVEN).status_code == 200
    assert signed_in(world.erdao_admin).get(f"/account/people/{world.nanguan_clerk.key}/clients/").status_code == 404
    assert signed_in(world.nanguan_clerk).get(address).status_code == 403
    assert signed_in(world.reader).post(address, GIVEN).status_code == 403
    assert Client().get(address).status_code == 302
    assert FieldClient.objects.count() == 1


def test_a_closed_account_files_nothing(world: World) -> None:
    _, token = actions.add_client(
        person=world.erdao_clerk.key, label="示例", place=ERDAO, programs=frozenset({"*"}), by=None
    )
    actions.deactivate(key=world.erdao_clerk.key, by=None)
    with pytest.raises(Refusal):
        queries.client(token)
