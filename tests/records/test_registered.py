"""Entities of a long list are those that would be made one by one."""

from __future__ import annotations

import json
from typing import Any

from tests.records.conftest import World, site
from yibiao.ledger import writing
from yibiao.records import actions
from yibiao.records.models import Entity, EntityName, EntityRevision
from yibiao.records.types import SubmissionDraft

EARLIER = "2022-09-09T09:30:00+08:00"
MANY = writing.FEW + 10
# Made of an id, or the moment at which it was stored.
OTHER = ("id", "record", "entity_id", "updated_at", "at")


def registered(letter: str) -> dict[str, list[dict[str, Any]]]:
    """All that is kept of the entities whose key begins with a letter, as if it began with another."""
    held = Entity.objects.filter(key__startswith=letter).order_by("key")
    found: dict[str, list[dict[str, Any]]] = {
        "held": list(held.values()),
        "names": list(EntityName.objects.filter(entity__in=held).order_by("entity__key").values("pieces")),
        "said": list(EntityRevision.objects.filter(entity__in=held).order_by("entity__key", "version").values()),
    }
    plain = {
        table: [{name: str(value) for name, value in row.items() if name not in OTHER} for row in each]
        for table, each in found.items()
    }
    text = json.dumps(plain, ensure_ascii=False)
    told: dict[str, list[dict[str, Any]]] = json.loads(text.replace(letter, "X").replace(letter.lower(), "x"))
    return told


def drafts(letter: str) -> list[SubmissionDraft]:
    """The last ten have the names of others; one is named anew, of one something older is said."""
    names = [f"示例{letter}商店{n - 50 if n >= writing.FEW else n}" for n in range(MANY)]
    made = [site(f"{letter}{n:03}", site_name=name) for n, name in enumerate(names)]
    return [
        *made, site(f"{letter}000", site_name=f"示例{letter}商店改"),
        site(f"{letter}001", occurred_at=EARLIER, site_name="旧"),
    ]  # fmt: skip


def test_entities_of_a_long_list_are_as_those_made_one_by_one(world: World) -> None:
    for one in drafts("Q"):
        actions.receive(one, by=world.warrant())
    actions.receive_many(drafts("Z"), by=world.warrant())
    alone, together = registered("Q"), registered("Z")
    assert together == alone
    assert [len(together[table]) for table in ("held", "names", "said")] == [MANY, MANY, MANY + 2]
    assert sum(row["twin"] == "True" for row in together["held"]) == 20
