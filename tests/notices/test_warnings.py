"""Warnings: issued, updated, cancelled, read back; drills never count; XML is read safely."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree

from tests.core.test_alerts import SENT, alert, info
from tests.notices.conftest import ERDAO, NANGUAN, SAFETY, SIPING, World
from yibiao.core import alerts, canon
from yibiao.core.alerts import Alert, Area
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as ledger
from yibiao.notices import actions, capxml, models, queries, warning
from yibiao.notices.types import Message, WarningDraft

CAP = {"cap": capxml.CAP}


def storm(**more: object) -> WarningDraft:
    told: dict[str, object] = {
        "program": SAFETY, "event": "暴雨", "category": "Met", "severity": "Severe", "urgency": "Expected",
        "certainty": "Likely", "headline": "示例：暴雨橙色预警", "description": "示例：预计3小时内降雨50毫米以上。",
        "areas": (ERDAO, NANGUAN), "expires": SENT + timedelta(hours=6), "instruction": "示例：低洼处人员转移。",
        "responses": ("Evacuate", "Monitor"),
    }  # fmt: skip
    return WarningDraft(**{**told, **more})  # type: ignore[arg-type]


@pytest.fixture
def warned(world: World) -> Message:
    return actions.issue_warning(storm(), by=world.warrant(world.city, "review"), at=SENT)


def test_a_warning_is_written_as_cap_and_read_back(world: World, warned: Message) -> None:
    content = queries.cap(warned.alert.identifier, scope=world.scope(world.city))
    assert capxml.read(content) == warned.alert
    root = etree.fromstring(content)
    said = {name: root.findtext(f"cap:{name}", namespaces=CAP) for name in ("identifier", "sent", "status", "msgType")}
    assert said == {
        "identifier": "22010000000000_20220910080005_0", "sent": "2022-09-10T08:00:05+08:00", "status": "Actual",
        "msgType": "Alert",
    }  # fmt: skip
    assert root.findtext("cap:info/cap:language", namespaces=CAP) == "zh-CN"
    codes = root.findall("cap:info/cap:area/cap:geocode/cap:value", namespaces=CAP)
    assert [one.text for one in codes] == [ERDAO, NANGUAN]
    order = [etree.QName(one).localname for one in root.find("cap:info", namespaces=CAP)]
    assert order == [
        "language", "category", "event", "responseType", "responseType", "urgency", "severity", "certainty",
        "effective", "expires", "senderName", "headline", "description", "instruction", "area", "area",
    ]  # fmt: skip
    assert warned.colour == "orange"


def test_an_update_and_a_cancellation_refer_to_what_came_before(world: World, warned: Message) -> None:
    by = world.warrant(world.city, "review")
    worse = storm(severity="Extreme", headline="示例：暴雨红色预警")
    update = actions.update_warning(warned.warning, worse, by=by, at=SENT + timedelta(hours=1))
    assert update.alert.type == "Update"
    assert [one.identifier for one in update.alert.references] == [warned.alert.identifier]
    over = actions.cancel_warning(warned.warning, reason="示例：降雨已经结束", by=by, at=SENT + timedelta(hours=2))
    assert over.alert.type == "Cancel"
    assert [one.identifier for one in over.alert.references] == [warned.alert.identifier, update.alert.identifier]
    assert over.alert.infos[0].responses == ("AllClear",)
    for content in (update, over):
        assert capxml.read(queries.cap(content.alert.identifier, scope=None)) == content.alert
    chain = queries.messages(warned.warning, scope=world.scope(world.erdao))
    assert [(one.revision, one.newest) for one in chain] == [(1, False), (2, False), (3, True)]
    facts = ledger.history(warned.warning, kind=warning.ISSUED)
    assert [(fact.revision, fact.payload["move"]) for fact in facts] == [(1, "alert"), (2, "update"), (3, "cancel")]
    row = models.WarningMessage.objects.get(warning=warned.warning, newest=True)
    assert facts[-1].payload["answers"] == canon.plain(warning.answers(row))
    assert {fact.occurred_at for fact in facts} == {SENT}
    with pytest.raises(Refusal) as refused:
        actions.update_warning(warned.warning, worse, by=by)
    assert refused.value.codes == ("notices.warning.ended",)


def test_drills_and_tests_are_facts_of_another_kind(world: World, warned: Message) -> None:
    by = world.warrant(world.city, "review")
    drill = actions.issue_warning(storm(status="Exercise"), by=by, at=SENT + timedelta(minutes=1))
    test = actions.issue_warning(storm(status="Test"), by=by, at=SENT + timedelta(minutes=2))
    for one in (drill, test):
        assert ledger.history(one.warning, kind=warning.ISSUED) == ()
        assert len(ledger.history(one.warning, kind=warning.PRACTISED)) == 1
    assert [one.kind for one in queries.sources() if one.name.startswith("warning:")] == [warning.ISSUED]
    with pytest.raises(Refusal) as refused:
        actions.update_warning(drill.warning, storm(status="Actual"), by=by, at=SENT + timedelta(minutes=3))
    assert refused.value.codes == ("notices.warning.status",)


def test_the_feed_holds_only_what_the_public_may_know(world: World, warned: Message) -> None:
    by = world.warrant(world.city, "review")
    hidden = [
        actions.issue_warning(storm(**more), by=by, at=SENT + timedelta(minutes=n))
        for n, more in enumerate(
            ({"status": "Exercise"}, {"scope": "Restricted", "restriction": "限内部"},
             {"scope": "Private", "addresses": ("220105",)}), 1,
        )
    ]  # fmt: skip
    feed = etree.fromstring(queries.feed(title="示例", address="https://yibiao.example/feed", link=lambda id: f"/{id}"))
    ids = [one.text for one in feed.findall("a:entry/a:id", namespaces={"a": capxml.ATOM})]
    assert ids == [f"urn:cap:{warned.alert.identifier}"]
    for one in hidden:
        with pytest.raises(Refusal) as refused:
            queries.cap(one.alert.identifier, scope=None)
        assert refused.value.codes == ("notices.warning.unknown",)
        assert queries.cap(one.alert.identifier, scope=world.scope(world.city))


def test_who_may_warn_whom(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        actions.issue_warning(storm(), by=world.warrant(world.city, "fill"))
    assert refused.value.codes == ("notices.permit.outside",)
    with pytest.raises(Refusal) as refused:
        actions.issue_warning(storm(areas=(SIPING,)), by=world.warrant(world.city, "review"))
    assert refused.value.codes == ("notices.receivers.outside",)
    with pytest.raises(Refusal) as refused:
        actions.issue_warning(
            storm(severity="Orange", headline="", expires=SENT), by=world.warrant(world.city, "review"), at=SENT
        )
    assert sorted(refused.value.codes) == ["core.alert.choice", "core.alert.expires", "core.alert.needed"]
    assert not models.WarningMessage.objects.exists()


def test_a_warning_is_open_where_it_holds(world: World, warned: Message) -> None:
    for who in (world.province, world.city, world.erdao, world.street):
        assert len(queries.warnings(scope=world.scope(who), program=SAFETY)) == 1
    assert queries.warnings(scope=world.scope(world.siping), program=SAFETY) == ()
    assert not warned.in_force(SENT + timedelta(hours=6))
    assert warned.in_force(SENT + timedelta(hours=5))


def test_serials_within_a_second(world: World) -> None:
    by = world.warrant(world.city, "review")
    found = [actions.issue_warning(storm(), by=by, at=SENT).alert.identifier[-1] for _ in range(10)]
    assert found == [str(n) for n in range(10)]
    with pytest.raises(Refusal) as refused:
        actions.issue_warning(storm(), by=by, at=SENT)
    assert refused.value.codes == ("notices.warning.serial",)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&b;</identifier></alert>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><sent>&x;</sent></alert>"""


@pytest.mark.parametrize(
    "content", [BOMB, OUTSIDE, b"", b"<alert/>", b"<alert xmlns='urn:other'/>", b"x" * (capxml.LARGEST + 1)]
)
def test_what_is_no_cap_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        capxml.read(content)
    assert refused.value.codes == ("notices.cap.unreadable",)


def test_a_time_with_z_and_a_missing_language_are_refused() -> None:
    content = capxml.write(alert()).decode()
    wrong = content.replace("<expires>2022-09-10T14:00:05+08:00", "<expires>2022-09-10T06:00:05Z")
    with pytest.raises(Refusal) as refused:
        capxml.read(wrong.replace("<language>zh-CN</language>", "").encode())
    assert sorted(refused.value.codes) == ["core.alert.language", "core.alert.needed", "core.alert.time"]


words = some.text(
    some.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")).filter(
        lambda one: ord(one) not in (0xFFFE, 0xFFFF)
    ),
    min_size=1, max_size=20,
)  # fmt: skip
later = some.integers(1, 10**6).map(lambda seconds: SENT + timedelta(seconds=seconds))


@settings(deadline=None)
@given(
    words, words, words, some.sampled_from(alerts.SEVERITIES), some.sampled_from(alerts.URGENCIES),
    some.lists(some.sampled_from(alerts.CATEGORIES), min_size=1, max_size=3).map(tuple), later, some.booleans(),
)  # fmt: skip
def test_any_message_is_read_as_it_was_written(
    event: str, headline: str, area: str, severity: str, urgency: str, categories: tuple[str, ...],
    expires: datetime, update: bool,
) -> None:  # fmt: skip
    told = info(event=event, headline=headline, severity=severity, urgency=urgency, categories=categories,
                expires=expires, areas=(Area(area, ("220105",)),))  # fmt: skip
    made: Alert = alert(infos=(told,))
    if update:
        made = replace(made, type="Update", references=(alert().reference(),))
    assert alerts.check(made) == []
    assert capxml.read(capxml.write(made)) == made
