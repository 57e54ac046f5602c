"""Numbering, succession and search, held against a second way of counting."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yibiao.core import trees
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as log
from yibiao.places import actions, queries
from yibiao.places.initials import initials
from yibiao.places.types import Change, PlaceDraft

pytestmark = pytest.mark.django_db

PROVINCE, CHANGCHUN, SIPING, ERDAO = "220000000000", "220100000000", "220300000000", "220105000000"


@pytest.fixture
def jilin() -> None:
    actions.install_jilin()


def amended(year: int, *changes: Change) -> int:
    return actions.amend(valid_from=date(year, 1, 1), label=str(year), source="测试", changes=changes).number


def anew() -> dict[str, tuple[int, int]]:
    """The numbering of today's edition from its rows alone."""
    parents = {row.code: row.parent for row in queries.drafts()}
    return trees.number(parents, sorted(parents))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 40)), max_size=5), max_size=5))
def test_adding_bit_by_bit_numbers_like_adding_at_once(batches: list[list[tuple[int, int]]]) -> None:
    with transaction.atomic():
        actions.import_places(
            [
                PlaceDraft("1", "省", "province", ""),
                *(PlaceDraft(f"1{n}", f"县{n}", "county", "1") for n in range(9)),
                *(PlaceDraft(f"1{n}-c", f"社区{n}", "community", f"1{n}") for n in range(9)),
            ],
            valid_from=date(2022, 1, 1),
            label="甲",
            source="测试",
        )
        for batch in batches:
            rows = {f"1{at}-c-g{n}": PlaceDraft(f"1{at}-c-g{n}", f"网格{n}", "grid", f"1{at}-c") for at, n in batch}
            actions.add_below("1", list(rows.values()))
        assert {code: (enter, leave) for code, enter, leave in queries.numbering(1)} == anew()
        assert queries.count() == len(queries.drafts())
        transaction.set_rollback(True)


@pytest.mark.usefixtures("jilin")
def test_a_place_that_stands_there_may_be_renamed_back_and_forth() -> None:
    street = "220105003000"
    for name in ("东站街道", "东站新街道", "东站街道"):
        actions.add_below(ERDAO, [PlaceDraft(street, name, "township", "")])
        assert queries.place(street).name == name
    actions.add_below("220104000000", [PlaceDraft(street, "东站街道", "township", "")])
    assert queries.ancestors(street)[-2].name == "朝阳区"
    assert {code: (enter, leave) for code, enter, leave in queries.numbering(queries.edition().number)} == anew()
    assert [fact.revision for fact in log.history("edition-2", kind="places.added")] == [1, 2, 3, 4]


@pytest.mark.usefixtures("jilin")
def test_a_place_moved_and_moved_back_comes_to_rest() -> None:
    first = amended(2023, Change("move", ERDAO, parent=SIPING, new_code="220399000000"))
    second = amended(2024, Change("move", "220399000000", parent=CHANGCHUN, new_code=ERDAO))
    assert queries.succession(ERDAO, first) == "220399000000"
    assert queries.succession(ERDAO, second) == ERDAO
    assert queries.succession("220399000000", second) == ERDAO
    assert queries.place(ERDAO, on=date(2024, 1, 1)).parent == CHANGCHUN


@pytest.mark.usefixtures("jilin")
def test_a_code_that_one_part_keeps_is_not_withdrawn() -> None:
    parts = (PlaceDraft("220107000000", "新区", "", ""), PlaceDraft(ERDAO, "二道区", "", ""))
    edition = amended(2023, Change("split", ERDAO, parts=parts))
    assert queries.succession(ERDAO, edition) == ERDAO
    assert {"新区", "二道区"} <= {one.name for one in queries.children(CHANGCHUN, date(2023, 1, 1))}


@pytest.mark.usefixtures("jilin")
def test_two_steps_in_one_amendment_lead_to_the_last() -> None:
    edition = amended(
        2023,
        Change("merge", "220102000000", new_code="220103000000"),
        Change("merge", "220103000000", new_code="220104000000"),
    )
    assert queries.succession("220102000000", edition) == "220104000000"
    assert queries.successions(edition)["220102000000"] == "220104000000"


@pytest.mark.usefixtures("jilin")
def test_every_wrong_change_is_told_at_once_and_nothing_stored() -> None:
    with pytest.raises(Refusal) as refusal:
        amended(
            2023,
            Change("rename", "1"),
            Change("add", ERDAO, name="某区", parent=CHANGCHUN, level="county"),
            Change("move", "220122000000", parent=SIPING, new_code=ERDAO),
            Change("merge", "220122000000", new_code="220122000000"),
            Change("split", "220122000000", parts=(PlaceDraft(ERDAO, "东", "", ""),)),
        )
    assert refusal.value.codes == (
        "places.place.unknown", "places.code.taken", "places.code.taken", "places.change.bad", "places.code.taken",
    )  # fmt: skip
    with pytest.raises(Refusal) as ring:
        amended(2023, Change("move", CHANGCHUN, parent=ERDAO))
    assert set(ring.value.codes) <= {"core.tree.cycle", "places.level.too-high"}
    assert len(queries.editions()) == 2


def test_what_stands_high_is_found_before_what_stands_early() -> None:
    rows = [PlaceDraft("11", "甲省", "province", ""), PlaceDraft("22", "乙省", "province", "")]
    rows += [PlaceDraft(f"11{n:04d}", f"长春{n}社区", "community", "11") for n in range(400)]
    rows += [PlaceDraft("2201", "长春市", "prefecture", "22")]
    actions.import_places(rows, valid_from=date(2022, 1, 1), label="甲", source="测试")
    for text in ("长春", "cc", "CC"):
        found = queries.search(text)
        assert found[0].name == "长春市"
        assert len(found) == 20
    assert [one.code for one in queries.search("110399")] == ["110399"]
    assert [one.name for one in queries.search("cc", level="prefecture")] == ["长春市"]
    assert len(queries.search("长春", under=["11"], limit=5)) == 5
    assert queries.search("长春", under=["99"]) == ()


@pytest.mark.parametrize(
    ("name", "letters"),
    [("长春市", "ccs"), ("重庆市", "cqs"), ("朝阳区", "cyq"), ("六安市", "las"), ("厦门", "xm"), ("第3小区", "d3xq")],
)
def test_initials_read_names_as_names(name: str, letters: str) -> None:
    assert initials(name) == letters
