"""Entities are found by a part of their name, its initials or their key; counted a second way, by looking at each."""

from __future__ import annotations

import pytest

from tests.records.conftest import ERDAO, NANGUAN, PROGRAM, World, site
from yibiao.people import queries as rights
from yibiao.records import actions, finding, generating, models, queries
from yibiao.records.types import Entity, From

NAMES = {
    "S1": "示例东站五金店",
    "S2": "示例东站粮油店",
    "S3": "示例南湖ＡＢＣ座粮油店",
    "S4": "示例 东站 五金店",
    "X-10": "示例长春烘焙（一店）",
    "X-11": "Shili Bakery 2022",
    "Y%": "示例百分之%店",
}
ASKED = (
    "东站", "五金", "粮油店", "示例东站五金店", "店", "烘", "dzwj", "slccb", "zw", "abc", "ＡＢＣ座", "X-1", "x-11",
    "s", "bak", "bakery2", "%", "（一", "无此", "  ", "2022", "S1",
)  # fmt: skip


@pytest.fixture
def shops(world: World) -> World:
    drafts = [site(code, site_name=name) for code, name in NAMES.items()]
    actions.receive_many(drafts, by=world.warrant())
    return world


def found(world: World, text: str = "", **more: object) -> list[str]:
    return [one.key for one in listed(world, text, **more)]


def listed(world: World, text: str = "", **more: object) -> tuple[Entity, ...]:
    scope = rights.scope(world.clerk.key, "fill")
    return queries.entities("site", scope=scope, program=PROGRAM, text=text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("bounds", [(2_000, 20_000), (0, 20_000), (0, 0), (2_000, 0)])
def test_a_text_finds_what_it_is_a_part_of(
    shops: World, bounds: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", bounds[0])
    monkeypatch.setattr(finding, "SMALL", bounds[1])
    everything = {one.key: finding.sought(one.label, one.key) for one in listed(shops)}
    assert sorted(everything) == sorted(NAMES)
    for text in ASKED:
        plain = "".join(text.split()).casefold().translate(str.maketrans("ＡＢＣａｂｃ（", "abcabc("))
        wanted = sorted(key for key, sought in everything.items() if plain in sought)
        assert found(shops, text) == wanted, text
    assert found(shops, "dzwj") == ["S1", "S4"]
    assert found(shops, "cchb") == ["X-10"]


def test_pages_follow_each_other_by_key(shops: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for small in (20_000, 0):
        monkeypatch.setattr(finding, "SMALL", small)
        pages = [found(shops, number=number, size=3) for number in (1, 2, 3, 4)]
        assert [key for page in pages for key in page] == sorted(NAMES)
        assert [len(page) for page in pages] == [3, 3, 1, 0]
        assert found(shops, place=NANGUAN) == []
        assert found(shops, place=ERDAO) == sorted(NAMES)


def test_pages_are_turned_by_key_from_either_end(shops: World, monkeypatch: pytest.MonkeyPatch) -> None:
    every = sorted(NAMES)
    for small in (20_000, 0):
        monkeypatch.setattr(finding, "SMALL", small)
        assert found(shops, begin=From(after=every[2]), size=3) == every[3:6]
        assert found(shops, begin=From(before=every[4]), size=3) == every[1:4]
        assert found(shops, begin=From(last=True), size=3) == every[-3:]
        assert found(shops, begin=From(before=every[0]), size=3) == []
        assert found(shops, begin=From(after=every[-1]), size=3) == []
        assert found(shops, "汽", begin=From(last=True), size=50) == found(shops, "汽")


def test_pages_of_a_common_text_in_a_small_place(shops: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "FEW", 0)
    monkeypatch.setattr(finding, "_CHUNK", 2)
    every = [key for key in sorted(NAMES) if "店" in NAMES[key]]
    assert len(every) > 3
    assert found(shops, "店", size=2) == every[:2]
    assert found(shops, "店", begin=From(after=every[1]), size=2) == every[2:4]
    assert found(shops, "店", begin=From(before=every[3]), size=2) == every[1:3]
    assert found(shops, "店", begin=From(last=True), size=2) == every[-2:]
    assert found(shops, "店", number=2, size=2) == every[2:4]


def test_nobody_finds_what_is_out_of_her_reach_or_gone(shops: World) -> None:
    elsewhere = rights.scope(shops.other.key, "fill")
    assert queries.entities("site", scope=elsewhere, program=PROGRAM, text="东站") == ()
    held = models.Entity.objects.get(register="site", key="S2")
    actions.withdraw(held.record, reason="重复登记", by=shops.warrant())
    assert found(shops, "粮油") == ["S3"]


def test_a_new_name_is_found_and_the_old_one_is_not(shops: World) -> None:
    later = "2022-09-11T12:00:00+08:00"
    actions.receive(site("S2", site_name="示例北山汽修店", occurred_at=later), by=shops.warrant())
    assert found(shops, "汽修") == found(shops, "bsqx") == ["S2"]
    assert found(shops, "粮油") == ["S3"]
    assert models.EntityName.objects.filter(entity__key="S2").count() == 1


def test_the_same_name_is_suspected_when_the_second_comes(shops: World) -> None:
    scope = rights.scope(shops.clerk.key, "fill")
    pairs = [(one.one.key, one.other.key) for one in queries.suspects("site", scope=scope, program=PROGRAM)]
    assert pairs == [("S1", "S4")]
    assert set(models.Entity.objects.filter(twin=True).values_list("key", flat=True)) == {"S1", "S4"}
    actions.receive(site("S9", site_name="示例南湖abc座粮油店"), by=shops.warrant())
    pairs = [(one.one.key, one.other.key) for one in queries.suspects("site", scope=scope, program=PROGRAM)]
    assert sorted(pairs) == [("S1", "S4"), ("S3", "S9")]


def test_invented_entities_stand_as_filed_ones_do(shops: World) -> None:
    generating.fill("site", 1_200, [ERDAO])
    assert len(found(shops, "样例", size=500)) == 500
    some = generating.label(700)
    assert found(shops, some) == ["B00000700"]
    rows = models.Entity.objects.filter(register="site", key__startswith="B")
    by_fold: dict[str, list[bool]] = {}
    for fold, twin in rows.values_list("fold", "twin"):
        by_fold.setdefault(fold, []).append(twin)
    assert all(all(marks) == (len(marks) > 1) for marks in by_fold.values())
