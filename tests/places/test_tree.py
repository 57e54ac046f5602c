"""The tree of places: editions, changes, search, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yibiao.core.problems import Refusal
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.places import actions, queries
from yibiao.places.types import Change, PlaceDraft

pytestmark = pytest.mark.django_db

PROVINCE, CHANGCHUN, SIPING, ERDAO = "220000000000", "220100000000", "220300000000", "220105000000"
OLD, NEW = "220381000000", "220184000000"


@pytest.fixture
def jilin() -> None:
    actions.install_jilin()


@pytest.mark.usefixtures("jilin")
def test_the_shipped_province_has_its_prefectures_and_counties() -> None:
    assert queries.count() == 70
    prefectures = queries.children(PROVINCE)
    assert len(prefectures) == 9
    assert sum(len(queries.children(one.code)) for one in prefectures) == 60
    assert [one.name for one in queries.ancestors(ERDAO)] == ["吉林省", "长春市", "二道区"]
    actions.install_jilin()
    assert queries.count() == 70


@pytest.mark.usefixtures("jilin")
def test_gongzhuling_counts_where_it_belonged_on_the_day() -> None:
    then, now = date(2019, 9, 10), date(2022, 9, 10)
    assert queries.descends(OLD, SIPING, then)
    assert not queries.descends(OLD, CHANGCHUN, then)
    assert queries.descends(NEW, CHANGCHUN, now)
    assert queries.descends(OLD, CHANGCHUN, now), "a fact of 2019 is found in today's tree"
    assert queries.place(OLD, on=now).code == NEW
    assert queries.succession(OLD, queries.edition(then).number) == OLD
    assert queries.edition(date(1990, 1, 1)).number == 1


@pytest.mark.usefixtures("jilin")
def test_a_subtree_is_one_range() -> None:
    numbered = list(queries.numbering(queries.edition().number))
    assert [enter for _, enter, _ in numbered] == list(range(70))
    top = queries.place(CHANGCHUN)
    below = {code for code, enter, _ in numbered if top.enter <= enter < top.leave}
    assert below == {CHANGCHUN, *(child.code for child in queries.children(CHANGCHUN))}
    assert set(queries.subtree(CHANGCHUN)) == below


@pytest.mark.usefixtures("jilin")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cc", "长春市"),
        ("二道", "二道区"),
        ("cyq", "朝阳区"),
        ("220105", "二道区"),
        ("mhk", "梅河口市"),
        ("长白", "长白朝鲜族自治县"),
    ],
)
def test_search_by_name_initials_and_code(text: str, found: str) -> None:
    assert found in [place.name for place in queries.search(text)]


@pytest.mark.usefixtures("jilin")
def test_search_stays_below_what_is_open() -> None:
    assert [place.name for place in queries.search("区", under=[SIPING])] == ["铁西区", "铁东区"]
    assert queries.search("没有这个地方") == ()
    assert queries.search("%") == ()


@pytest.mark.usefixtures("jilin")
def test_places_below_the_community_get_ids_of_their_own() -> None:
    street, community = "220105003000", "220105003010"
    actions.add_below(
        ERDAO,
        [
            PlaceDraft(street, "东站街道", "township", ""),
            PlaceDraft(community, "十委社区", "community", street),
            PlaceDraft(f"{community}-q1", "样例小区", "quarter", community),
        ],
    )
    assert [one.level for one in queries.ancestors(f"{community}-q1")][-3:] == ["township", "community", "quarter"]
    assert queries.search("十委")[0].code == community
    assert queries.descends(f"{community}-q1", CHANGCHUN)
    before = log.counts()
    actions.add_below(ERDAO, [PlaceDraft(street, "东站街道", "township", "")])
    assert log.counts() == before, "what stands there already is no news"
    with pytest.raises(Refusal) as refusal:
        actions.add_below(street, [PlaceDraft("220199000000", "某县", "county", "")])
    assert refusal.value.codes == ("places.level.too-high",)


@pytest.mark.usefixtures("jilin")
def test_rename_split_merge_close_make_a_new_edition() -> None:
    actions.amend(
        valid_from=date(2023, 1, 1),
        label="试验",
        source="测试",
        changes=[
            Change("rename", "220122000000", name="农安市"),
            Change("merge", "220102000000", new_code="220103000000"),
            Change(
                "split",
                ERDAO,
                parts=(PlaceDraft("220107000000", "二道东区", "", ""), PlaceDraft("220108000000", "二道西区", "", "")),
            ),
            Change("close", "220112000000"),
        ],
    )
    before, after = date(2022, 12, 31), date(2023, 1, 1)
    assert queries.place("220122000000", on=before).name == "农安县"
    assert queries.place("220122000000", on=after).name == "农安市"
    assert queries.place("220102000000", on=after).name == "宽城区"
    assert queries.place(ERDAO, on=after).name == "二道东区"
    assert queries.place("220112000000", on=after).name == "长春市"
    assert queries.place(ERDAO, on=before).name == "二道区"
    ledger.seal()
    newest = log.checkpoint()
    assert newest is not None
    assert [fact.kind for fact in log.entries(0, newest.size)] == ["places.edition"] * 3


@pytest.mark.usefixtures("jilin")
def test_refusals_name_the_rule() -> None:
    with pytest.raises(Refusal) as unknown:
        queries.place("999999999999")
    assert (unknown.value.codes, unknown.value.status) == (("places.place.unknown",), 404)
    with pytest.raises(Refusal) as early:
        actions.amend(valid_from=date(2020, 6, 1), label="x", source="x", changes=[])
    assert early.value.codes == ("places.edition.order",)
    with pytest.raises(Refusal) as incomplete:
        actions.amend(valid_from=date(2024, 1, 1), label="x", source="x", changes=[Change("rename", ERDAO)])
    assert incomplete.value.codes == ("places.change.bad",)
    assert queries.count() == 70


def test_everything_wrong_with_a_list_is_told_and_nothing_stored() -> None:
    rows = [
        PlaceDraft("1", "省", "province", ""),
        PlaceDraft("2", "县", "county", "1"),
        PlaceDraft("2", "县", "county", "1"),
        PlaceDraft("3", "市", "prefecture", "2"),
    ]
    with pytest.raises(Refusal) as refusal:
        actions.import_places(rows, valid_from=date(2022, 1, 1), label="x", source="x")
    assert sorted(refusal.value.codes) == ["places.code.repeated", "places.level.too-high"]
    with pytest.raises(Refusal) as orphan:
        actions.import_places(
            [PlaceDraft("2", "县", "county", "9")], valid_from=date(2022, 1, 1), label="x", source="x"
        )
    assert orphan.value.codes == ("core.tree.orphan",)
    assert queries.count() == 0
    with pytest.raises(Refusal) as none:
        queries.edition()
    assert none.value.codes == ("places.edition.none",)


def test_lists_are_read_in_both_shapes(tmp_path: Path) -> None:
    one = tmp_path / "list.csv"
    one.write_text("code,name,level,parent\n110000000000,北京市,province,\n110101000000,东城区,county,110000000000\n")
    assert [row.name for row in actions.read_file(one)] == ["北京市", "东城区"]
    (tmp_path / "provinces.csv").write_text('code,name\n"11","北京市"\n')
    (tmp_path / "cities.csv").write_text('code,name,provinceCode\n"1101","市辖区","11"\n')
    (tmp_path / "areas.csv").write_text('code,name,cityCode,provinceCode\n"110101","东城区","1101","11"\n')
    rows = list(actions.read_file(tmp_path))
    assert [(row.code, row.parent) for row in rows] == [
        ("110000000000", ""),
        ("110100000000", "110000000000"),
        ("110101000000", "110100000000"),
    ]
    actions.import_places(rows, valid_from=date(2023, 1, 1), label="北京", source="测试")
    assert queries.descends("110101000000", "110000000000")
    filler = tmp_path / "filler.csv"
    filler.write_text(
        "code,name,level,parent\n441900000000,东莞市,prefecture,\n441900000000,东莞市,county,441900000000\n"
        "441900003000,东城街道,township,441900000000\n"
    )
    assert [row.level for row in actions.read_file(filler)] == ["prefecture", "township"]
    bad = tmp_path / "bad.csv"
    bad.write_text("code,name,level,parent\n110000000000,北京市,state,\n")
    with pytest.raises(Refusal) as refusal:
        list(actions.read_file(bad))
    assert refusal.value.problems[0].where == "bad.csv:2"
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Refusal):
        list(actions.read_file(tmp_path / "other.csv"))


def test_every_county_has_its_own_tile() -> None:
    seats = queries.seats()
    assert len(seats) == 60
    assert len({(seat.col, seat.row) for seat in seats.values()}) == 60


def test_the_real_list_imports_and_stays_findable() -> None:
    path = Path(__file__).parents[3] / "shared" / "data" / "divisions" / "jilin-2023.csv"
    if not path.is_file():
        pytest.skip("the real list is not beside the project")
    actions.import_places(actions.read_file(path), valid_from=date(2023, 1, 1), label="2023", source="测试")
    assert queries.count() == 13_014
    assert [one.name for one in queries.ancestors(queries.search("十委社区")[0].code)][:3] == [
        "吉林省",
        "长春市",
        "二道区",
    ]
