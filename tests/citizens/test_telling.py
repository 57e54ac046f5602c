"""The desk is told when a citizen reports or comes back to it, by whatever pack takes reports; nobody else is."""

from __future__ import annotations

from pathlib import Path

from tests.citizens.conftest import LAMP, PASSWORD, PROGRAM, QUARTER, World, proof, reported, settle, told
from yibiao.cases import actions as cases
from yibiao.citizens import actions as citizens
from yibiao.desk import installing
from yibiao.notices import queries as notices
from yibiao.people import actions as people
from yibiao.people.types import Account, Grant


def texts(who: Account) -> list[str]:
    return [one.text.zh for one in notices.inbox(who.key, unread=True).items]


def test_the_desk_is_told_until_it_acts(world: World) -> None:
    report, taken = reported()
    assert texts(world.clerk) == [f"示例小区新诉求：{LAMP}"]
    assert texts(world.other) == []
    (item,) = notices.inbox(world.clerk.key, unread=True).items
    assert (item.about, item.subject, item.text.en) == ("case", taken.case, f"New report at 示例小区: {LAMP}")
    cases.move(taken.case, "accept", {}, by=world.by)
    settle()
    assert texts(world.clerk) == [], "whoever acts has read it"
    citizens.answer_back(report.token, "remark", {"remark": "五楼的也坏了"}, address="a")
    settle()
    assert texts(world.clerk) == [f"反映人补充或评价：{LAMP}（示例小区）"]
    assert "五楼" not in texts(world.clerk)[0]
    for move, answers in (("dispatch", {}), ("handle", {"answer": "已换"})):
        cases.move(taken.case, move, answers, by=world.by)
    citizens.answer_back(report.token, "reopen", {}, reason="又不亮了", address="a")
    settle()
    assert texts(world.clerk) == [f"反映人重开：{LAMP}（示例小区）"]


def test_any_pack_that_takes_reports(world: World, tmp_path: Path) -> None:
    shipped, pack = installing.locate(PROGRAM), tmp_path / "street-desk"
    (pack / "forms").mkdir(parents=True)
    for name in ("pack.toml", "lifecycles.toml", "services.toml", "forms/report.md"):
        text = (shipped / name).read_text("utf-8").replace(PROGRAM, "street-desk")
        (pack / name).write_text(text.replace('"220105004005"', '"220105004000"'), "utf-8")
    installing.install(pack)
    people.add_organisation(code="jd", name="示例街道", place="220105004000")
    grants = [Grant("fill", "220105004000", frozenset({"street-desk"}))]
    street = people.add_person(
        username="jiedao", name="示例", password=PASSWORD, organisation="jd", role="示例岗", grants=grants, sample=True
    )  # fmt: skip
    citizens.report_openly(told(place="220105004000"), proof=proof())
    settle()
    assert texts(street) == [f"示例街道新诉求：{LAMP}"]
    citizens.report_openly(told(place=QUARTER), proof=proof("198.51.100.8"))
    settle()
    assert (len(texts(street)), len(texts(world.clerk))) == (1, 1), "the narrowest program takes it"
