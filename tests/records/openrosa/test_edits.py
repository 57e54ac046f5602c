"""Corrections from a phone, row by row of the checklist (4.29 to 4.34)."""

from __future__ import annotations

from tests.records.conftest import VISIT, World
from tests.records.openrosa.conftest import Phone, new_id, said, xml
from tests.records.openrosa.test_submission import JPEG, camera, plain, record
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.records import actions, attachments, queries

__all__ = ["camera"]


def test_4_29_a_correction_is_a_new_revision_under_the_first_id(phone: Phone, world: World) -> None:
    first, second, third = new_id(), new_id(), new_id()
    assert phone.send(xml(first, contact="示例人")).status_code == 201
    assert phone.send(xml(second, deprecated=first, hazards="5")).status_code == 201
    assert phone.send(xml(third, deprecated=second, hazards="6")).status_code == 201
    found = record(world, plain(first))
    assert (found.revision, found.answers["hazards"], found.state) == (3, 6, "received")
    # A phone sends every answer again: what it left out is gone.
    assert not found.has_personal
    facts = ledger.history(plain(first), kind=f"record.{VISIT}")
    assert [fact.payload["answers"]["hazards"] for fact in facts] == [2, 5, 6]
    history = queries.history(plain(first), scope=people.scope(world.clerk.key, "fill"))
    assert [step.act for step in history] == ["received", "corrected", "corrected"]


def test_4_29_a_record_from_elsewhere_can_be_corrected(phone: Phone, world: World) -> None:
    from tests.records.conftest import visit

    draft = visit()
    actions.receive(draft, by=world.warrant())
    assert phone.send(xml(new_id(), deprecated=f"uuid:{draft.id}", hazards="7")).status_code == 201
    assert record(world, draft.id).answers["hazards"] == 7


def test_4_30_unknown_is_404_and_outdated_409(phone: Phone, world: World) -> None:
    first, second = new_id(), new_id()
    assert phone.send(xml(second, deprecated=first)).status_code == 404
    phone.send(xml(first))
    assert phone.send(xml(second, deprecated=first, hazards="5")).status_code == 201
    answer = phone.send(xml(new_id(), deprecated=first, hazards="6"))
    assert answer.status_code == 409
    assert "out of date" in said(answer)
    assert record(world, plain(first)).revision == 2


def test_4_30_a_withdrawn_record_is_409(phone: Phone, world: World) -> None:
    first = new_id()
    phone.send(xml(first))
    actions.withdraw(plain(first), reason="填错了", by=world.warrant())
    assert phone.send(xml(new_id(), deprecated=first, hazards="6")).status_code == 409


def test_4_31_an_id_that_is_in_use_is_409(phone: Phone, world: World) -> None:
    first, other = new_id(), new_id()
    phone.send(xml(first))
    phone.send(xml(other, hazards="9"))
    for id in (first, other):
        assert phone.send(xml(id, deprecated=first, hazards="5")).status_code == 409
    assert record(world, plain(first)).revision == 1


def test_4_32_a_correction_sent_again(camera: Phone, world: World) -> None:
    first, second = new_id(), new_id()
    camera.send(xml(first, version="2"))
    edit = xml(second, version="2", deprecated=first, front="a.jpg")
    assert camera.send(edit).status_code == 201
    assert camera.send(edit, {"a.jpg": JPEG}).status_code == 201
    assert camera.send(edit).status_code == 201
    assert [one.name for one in attachments.of(plain(first))] == ["a.jpg"]
    assert record(world, plain(first)).revision == 2
    other = xml(second, version="2", deprecated=first, front="a.jpg", hazards="8")
    assert camera.send(other).status_code == 409


def test_4_33_old_files_stay_and_new_ones_replace(camera: Phone, world: World) -> None:
    first, second = new_id(), new_id()
    camera.send(xml(first, version="2", front="a.jpg", back="b.jpg"), {"a.jpg": JPEG, "b.jpg": JPEG})
    edit = xml(second, version="2", deprecated=first, front="a.jpg", back="b.jpg", hazards="5")
    assert camera.send(edit, {"b.jpg": JPEG + b"new"}).status_code == 201
    kept = {one.name: attachments.path_of(one.digest).read_bytes() for one in attachments.of(plain(first))}
    assert kept == {"a.jpg": JPEG, "b.jpg": JPEG + b"new"}


def test_4_34_the_headers_of_a_web_client_are_no_hindrance(phone: Phone) -> None:
    first, second = new_id(), new_id()
    phone.send(xml(first))
    phone.headers |= {"X-OpenRosa-Instance-Id": second, "X-OpenRosa-Deprecated-Id": first}
    assert phone.send(xml(second, deprecated=first, hazards="5")).status_code == 201


def test_an_unchanged_correction_counts_as_its_id_must_be_known(phone: Phone, world: World) -> None:
    first, second = new_id(), new_id()
    phone.send(xml(first))
    for _ in range(2):
        assert phone.send(xml(second, deprecated=first)).status_code == 201
    assert phone.send(xml(new_id(), deprecated=second, hazards="4")).status_code == 201
