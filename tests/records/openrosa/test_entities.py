"""Registers on phones without a network (3.5, 3.6; ODK entities 2024.1): whatever the order, nothing is lost."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from tests.records.conftest import ERDAO, NANGUAN, World, site
from tests.records.openrosa.conftest import Phone, new_id, phone_of
from tests.records.openrosa.test_fetching import entry, files, md5, table
from yibiao.core import clock
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.records import actions, models, queries
from yibiao.records.intake.openrosa import declaring

SITE = "watch.site@watch"
ENTITIES = f"{{{declaring.ENTITIES}}}"


def said(instance: str, name: str, *, code: str = "S9", at: str = "2022-09-10T09:30:00+08:00", **entity: Any) -> bytes:
    """A filled form of sites with what the phone says of the entity."""
    given = {"dataset": "register-site", "baseVersion": "", "trunkVersion": "", "branchId": "", **entity}
    told = "".join(f' {key}="{value}"' for key, value in given.items())
    return (
        f'<data id="{SITE}" version="1"><code>{code}</code><site_name>{name}</site_name><place>{ERDAO}</place>'
        f"<occurred_at>{at}</occurred_at><meta><entity{told}><label>{name}</label></entity>"
        f"<instanceID>{instance}</instanceID></meta></data>"
    ).encode()


def held(world: World, code: str = "S9") -> Any:
    return queries.entity_at("site", code, scope=people.scope(world.clerk.key, "fill"), program="watch")


def test_the_form_says_what_it_does_to_its_register(phone: Phone) -> None:
    root = etree.fromstring(phone.get(entry(phone, SITE)["downloadUrl"]).content)
    model = next(root.iter("{*}model"))
    assert model.get(f"{ENTITIES}entities-version") == "2024.1.0"
    (entity,) = root.iter("{*}entity")
    assert entity.get("dataset") == "register-site"
    binds = {one.get("nodeset", ""): one for one in root.iter("{*}bind")}
    assert len(binds) == len(list(root.iter("{*}bind")))
    assert binds["/data/code"].get(f"{ENTITIES}saveto") == "key"
    assert binds["/data/site_name"].get(f"{ENTITIES}saveto") == "site_name"
    assert all(binds[f"/data/meta/entity/@{name}"].get("calculate") for name in ("create", "update", "id", "branchId"))
    # Where another form chooses one, its answer is the key, whatever id the phone knows it by.
    visit = etree.fromstring(phone.get(entry(phone)["downloadUrl"]).content)
    (chosen,) = [one for one in visit.iter("{*}itemset") if "register-site" in one.get("nodeset", "")]
    assert chosen.find("{*}value").get("ref") == "key"


def test_3_5_a_list_of_entities_says_so_with_versions_and_answers(phone: Phone, world: World) -> None:
    root = etree.fromstring(phone.get(entry(phone, SITE)["manifestUrl"]).content)
    (one,) = [each for each in root if each.get("type") == "entityList"]
    assert one.findtext("{*}filename") == "register-site.csv"
    rows = table(phone.get(one.findtext("{*}downloadUrl")))
    assert set(rows[0]) == {"name", "label", "__version", "__trunkVersion", "__branchId", "key", "site_name"}
    assert (rows[0]["key"], rows[0]["__version"], rows[0]["site_name"]) == ("S1", "1", "示例场所S1")
    assert all(uuid.UUID(row["name"]).version == 4 for row in rows)
    assert rows[0]["name"] == held(world, "S1").uid


def test_3_6_a_phone_learns_which_of_its_own_it_need_not_keep(phone: Phone, world: World) -> None:
    mine, other, unknown = (str(uuid.uuid4()) for _ in range(3))
    assert phone.send(said(new_id(), "先到", id=mine, create="1")).status_code == 201
    assert phone.send(said(new_id(), "后到", id=other, create="1")).status_code == 201
    root = etree.fromstring(phone.get(entry(phone, SITE)["manifestUrl"]).content)
    (address,) = [each.findtext("{*}integrityUrl") for each in root if each.get("type") == "entityList"]
    of_list = held(world, "S1").uid
    answer = phone.get(f"{address}?id={mine},{other},{unknown},{of_list}")
    assert answer["X-OpenRosa-Version"] == "1.0"
    told = {one.get("id"): one.findtext("{*}deleted") for one in etree.fromstring(answer.content).iter("{*}entity")}
    assert told == {mine: "false", other: "true", unknown: "false", of_list: "false"}
    assert held(world).uid == mine


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1), (0, 2, 1)])
def test_what_a_phone_said_offline_counts_in_its_order(phone: Phone, world: World, order: tuple[int, ...]) -> None:
    uid, branch = str(uuid.uuid4()), str(uuid.uuid4())
    steps = [
        said(new_id(), "登记", id=uid, create="1"),
        said(new_id(), "改一次", id=uid, update="1", baseVersion=1, branchId=branch),
        said(new_id(), "改两次", id=uid, update="1", baseVersion=2, branchId=branch),
    ]
    for number in order:
        assert phone.send(steps[number]).status_code == 201
        assert phone.send(steps[number]).status_code == 201
    assert models.Waiting.objects.count() == 0
    assert (held(world).label, held(world).version) == ("改两次", 3)
    assert [step.data[""] for step in queries.steps(held(world), scope=people.scope(world.clerk.key, "fill"))] == [
        "登记", "改一次", "改两次",
    ]  # fmt: skip
    assert queries.clashes(held(world)) == ()


def test_what_waits_is_seen_and_is_taken_by_hand_or_by_the_clock(phone: Phone, world: World) -> None:
    uid, branch = str(uuid.uuid4()), str(uuid.uuid4())
    for code in ("S8", "S9"):
        late = said(new_id(), "先到的更新", code=code, id=uid, update="1", baseVersion=2, branchId=branch)
        assert phone.send(late).status_code == 201
    scope = people.scope(world.reviewer.key, "review")
    found = queries.waiting(scope=scope, program="watch", register="site")
    assert [one.key for one in found] == ["S8", "S9"]
    assert queries.waiting(scope=people.scope(world.other.key, "fill"), program="watch") == ()
    with pytest.raises(Refusal):
        held(world)
    with pytest.raises(Refusal) as outside:
        actions.take_waiting(found[0].id, reason="不等了", by=world.warrant(world.other, place=NANGUAN))
    assert outside.value.codes == ("records.submission.not-allowed",)
    by = world.warrant(world.reviewer, "review")
    actions.take_waiting(found[0].id, reason="那台手机坏了", by=by)
    assert held(world, "S8").label == "先到的更新"
    fact = ledger.fact(found[0].record, kind="register.not-waited")
    assert fact is not None
    assert (fact.actor, fact.payload["reason"]) == (world.reviewer.key, "那台手机坏了")
    with pytest.raises(Refusal) as again:
        actions.take_waiting(found[0].id, reason="再来一次", by=by)
    assert again.value.codes == ("records.waiting.unknown",)
    assert actions.release_overdue(at=clock.now() + timedelta(days=4)) == 0
    assert actions.release_overdue(at=clock.now() + timedelta(days=6)) == 1
    assert held(world).label == "先到的更新"
    assert queries.waiting(scope=scope, program="watch") == ()


def test_a_withdrawn_record_waits_no_longer(phone: Phone, world: World) -> None:
    id = new_id()
    phone.send(said(id, "更新", id=str(uuid.uuid4()), update="1", baseVersion=2, branchId=str(uuid.uuid4())))
    actions.withdraw(id, reason="填错了", by=world.warrant())
    assert models.Waiting.objects.count() == 0


def clash(phone: Phone, world: World) -> tuple[str, Any]:
    """Two phones saw version 1 of S1; the second one's word comes in on top of the first one's."""
    one = held(world, "S1")
    base = {"code": "S1", "id": one.uid, "update": "1", "baseVersion": 1, "trunkVersion": 1}
    first, second = new_id(), new_id()
    at = "2022-09-11T09:30:00+08:00"
    other = phone_of(world.clerk)
    assert other.send(said(first, "别人改的", at=at, branchId=str(uuid.uuid4()), **base)).status_code == 201
    assert phone.send(said(second, "我改的", at=at, branchId=str(uuid.uuid4()), **base)).status_code == 201
    (found,) = queries.clashes(held(world, "S1"))
    return second, found


def test_what_contradicts_a_word_that_came_between_is_settled_by_somebody(phone: Phone, world: World) -> None:
    record, found = clash(phone, world)
    assert found.record == record.removeprefix("uuid:")
    assert {one.name: (one.before, one.theirs, one.mine) for one in found.answers} == {
        "site_name": ("示例场所S1", "别人改的", "我改的"),
    }  # fmt: skip
    assert (found.stands, held(world, "S1").label) == ("mine", "我改的")
    by = world.warrant(world.reviewer, "review")
    with pytest.raises(Refusal) as half:
        actions.settle(found.id, {"label": "mine"}, reason="看过现场", by=by)
    assert half.value.codes == ("records.clash.choice",)
    ruling = actions.settle(found.id, {"site_name": "theirs"}, reason="看过现场", by=by)
    one = held(world, "S1")
    assert (one.label, one.data["site_name"], queries.clashes(one)) == ("别人改的", "别人改的", ())
    fact = ledger.fact(ruling.id, kind="register.settled")
    assert fact is not None
    assert (fact.payload["key"], fact.payload["chosen"]) == ("S1", {"site_name": "theirs"})
    with pytest.raises(Refusal) as again:
        actions.settle(found.id, {"site_name": "mine"}, reason="再裁一次", by=by)
    assert again.value.codes == ("records.clash.unknown",)
    actions.undo(ruling.id, reason="裁错了", by=by)
    assert held(world, "S1").label == "我改的"
    assert len(queries.clashes(held(world, "S1"))) == 1


def test_a_clash_ends_with_the_record_that_made_it(phone: Phone, world: World) -> None:
    record, _ = clash(phone, world)
    actions.withdraw(record, reason="填错了", by=world.warrant())
    assert queries.clashes(held(world, "S1")) == ()
    assert held(world, "S1").label == "别人改的"


def test_what_two_changed_apart_goes_together(phone: Phone, world: World) -> None:
    one = held(world, "S1")
    row = models.Entity.objects.get(pk=one.id)
    # As if the register kept one more answer, which somebody else changed meanwhile.
    more = {"site_name": "示例场所S1", "floor": 2}
    models.EntityRevision.objects.create(
        entity=row, record=str(uuid.uuid4()), revision=1, label=row.label, place=row.place, lineage=row.lineage,
        data=json.dumps(more), occurred_at=row.occurred_at, at=row.updated_at, version=2,
    )  # fmt: skip
    models.Entity.objects.filter(pk=row.pk).update(version=2, data=json.dumps(more))
    base = {"code": "S1", "id": one.uid, "update": "1", "baseVersion": 1, "trunkVersion": 1}
    phone.send(said(new_id(), "新名", branchId=str(uuid.uuid4()), **base))
    after = held(world, "S1")
    assert (after.label, after.data, queries.clashes(after)) == ("新名", {"site_name": "新名", "floor": 2}, ())


def test_a_phone_that_says_nothing_of_versions_is_taken_as_ever(phone: Phone, world: World) -> None:
    assert phone.send(said(new_id(), "直接登记", id="not-a-uuid", create="1")).status_code == 201
    assert (
        phone.send(said(new_id(), "另一本台账", dataset="other", id=str(uuid.uuid4()), update="1")).status_code == 201
    )
    assert held(world).label == "另一本台账"


def test_the_hash_of_a_list_changes_with_a_version(phone: Phone, world: World) -> None:
    before = files(phone, SITE)["register-site.csv"]
    assert md5(phone.get(before["downloadUrl"]).content) == before["hash"]
    actions.receive(site("S1", site_name="新名"), by=world.warrant())
    assert files(phone, SITE)["register-site.csv"]["hash"] != before["hash"]
