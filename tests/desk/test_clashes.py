"""What phones said of a register without a network, on pages: what waits, and what contradicts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.desk.test_registers import GOOD, firms
from tests.desk.world import ERDAO, SAFETY, World
from yibiao.people import queries as rights
from yibiao.people.types import Account, Scope
from yibiao.records import actions, models, queries
from yibiao.records.types import Claim, Sent, SubmissionDraft

Enter = Callable[[Account | None], Client]
PAGE = f"/registers/enterprise/{GOOD}/?program={SAFETY}"


def say(site: World, code: str, name: str, **claim: Any) -> None:
    """What a phone says of an enterprise that it saw in some version."""
    given = {"create": False, "base": 1, "trunk": 1, "branch": str(uuid.uuid4()), **claim}
    id = str(uuid.uuid4())
    answers = {
        "uscc": code, "enterprise_name": name, "fields": ["trade"], "place": ERDAO,
        "occurred_at": "2022-09-11T09:00:00+08:00",
    }  # fmt: skip
    sent = Sent(id, claim=Claim(str(uuid.uuid4()), **given))
    draft = SubmissionDraft(id, f"{SAFETY}.enterprise", SAFETY, answers, "openrosa", sent=sent)
    actions.receive(draft, by=rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY))


def scope(site: World) -> Scope:
    return rights.scope(site.editor.key, "review")


def test_a_reviewer_settles_what_two_phones_said(site: World, enter: Enter) -> None:
    firms(site)
    say(site, GOOD, "甲机改的名")
    say(site, GOOD, "乙机改的名")
    clerk, editor = enter(site.clerk), enter(site.editor)
    shown = clerk.get(PAGE).content.decode()
    assert "更新相互矛盾" in shown
    assert "按选定的裁定" not in shown
    (clash,) = queries.clashes(queries.entity_at("enterprise", GOOD, scope=scope(site), program=SAFETY))
    given = {"program": SAFETY, "key": GOOD, "clash": str(clash.id), "reason": "核对过证照"}
    given |= {f"of.{one.name}": "theirs" for one in clash.answers}
    assert clerk.post("/registers/enterprise/settle/", given).status_code == 403
    assert editor.post("/registers/enterprise/settle/", given | {"reason": ""}).status_code == 302
    assert "没有写明理由" in editor.get(PAGE).content.decode()
    assert editor.post("/registers/enterprise/settle/", given).status_code == 302
    after = editor.get(PAGE).content.decode()
    assert "<h1>甲机改的名</h1>" in after
    assert "更新相互矛盾" not in after
    assert "裁定相互矛盾的更新" in after
    assert editor.post("/registers/enterprise/settle/", given).status_code == 404


def test_what_waits_is_listed_and_taken_by_a_reviewer(site: World, enter: Enter) -> None:
    firms(site)
    say(site, GOOD, "等着的名", base=3)
    clerk, editor, other = enter(site.clerk), enter(site.editor), enter(site.other)
    assert "等待登记 1" in clerk.get(f"/registers/enterprise/?program={SAFETY}").content.decode()
    listed = f"/registers/enterprise/waiting/?program={SAFETY}"
    assert "等着的名" in clerk.get(listed).content.decode()
    assert "等着的名" not in other.get(listed).content.decode()
    (row,) = queries.waiting(scope=scope(site), program=SAFETY)
    given = {"program": SAFETY, "id": str(row.id), "reason": "手机丢了"}
    assert other.post("/registers/enterprise/release/", given).status_code == 404
    assert clerk.post("/registers/enterprise/release/", given).status_code == 403
    assert editor.post("/registers/enterprise/release/", given).status_code == 302
    assert "没有等待登记的更新" in editor.get(listed).content.decode()
    assert "<h1>等着的名</h1>" in editor.get(PAGE).content.decode()
    assert not models.Waiting.objects.exists()
