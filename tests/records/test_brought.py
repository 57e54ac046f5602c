"""A template that brings rows with what is known: filled in, sent back, and counted as it came about."""

from __future__ import annotations

import html
import io
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

import yibiao.packs
from tests.records.conftest import CHANGCHUN, ERDAO, NANGUAN, PASSWORD, install
from tests.records.town import GOOD, KEPT, ODD, THIRD, Town, check, firm, signed_in, with_a_firm
from yibiao.forms import queries as forms
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Grant
from yibiao.places import actions as places
from yibiao.records import actions, queries
from yibiao.records.intake import bringing
from yibiao.records.intake.openrosa import foreknown
from yibiao.records.models import Entity, Submission
from yibiao.records.types import SubmissionDraft

pytestmark = pytest.mark.django_db
UPLOAD = f"/upload/{KEPT}/check/"


@pytest.fixture
def town(db: None) -> Town:
    found = with_a_firm()
    actions.receive(firm(THIRD, "=示例乙厂", staff=20), by=found.fill())
    actions.receive(firm(ODD, "示例远厂", staff=99, place=NANGUAN), by=found.fill(found.other, NANGUAN))
    actions.receive(check(GOOD, staff_now=10, gate="东门"), by=found.fill())
    return found


@pytest.fixture
def clerk(town: Town) -> Client:
    return signed_in()


def brought(clerk: Client, form: str = "check", more: str = "") -> Any:
    answer = clerk.get(f"/upload/{KEPT}/{form}/template.xlsx?with=known{more}")
    assert answer.streaming
    return load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def by_name(sheet: Any) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[2]}


def sent(clerk: Client, book: Any, act: Callable[[Any, dict[str, int]], object], form: str = "check") -> Any:
    act(book.worksheets[0], by_name(book.worksheets[0]))
    out = io.BytesIO()
    book.save(out)
    answer = clerk.post(f"/upload/{KEPT}/{form}/", {"file": SimpleUploadedFile("企业.xlsx", out.getvalue())})
    return clerk.get(answer["Location"]) if answer.status_code == 302 else answer


def filled(row: int, **more: Any) -> Callable[[Any, dict[str, int]], object]:
    def act(sheet: Any, at: dict[str, int]) -> None:
        for name, value in {"hazards": 1, "occurred_at": "2022-09-11 09:00", **more}.items():
            sheet.cell(row, at[name], value)

    return act


def test_it_has_a_row_for_each_entity_of_ones_own_places_with_what_is_known(clerk: Client) -> None:
    assert "每个“企业”一行" in clerk.get(UPLOAD).content.decode()
    book = brought(clerk)
    sheet, at = book.worksheets[0], by_name(book.worksheets[0])
    names = ("firm", "staff_now", "gate", "hazards", "place", "occurred_at")
    shown = [[sheet.cell(row, at[name]).value for name in names] for row in range(3, sheet.max_row + 1)]
    assert shown == [
        ["示例甲厂", 10, "东门", None, "二道区", None],
        ["=示例乙厂", 20, None, None, "二道区", None],
    ]
    assert sheet.cell(4, at["firm"]).data_type == "s", "a name that begins like a formula is a name"
    assert sheet.cell(3, at["firm"]).fill.fgColor.rgb.endswith("EAF4EC")
    assert sheet.column_dimensions[sheet.cell(1, at["_known"]).column_letter].hidden
    assert "5. 浅绿底" in "".join(str(cell.value) for cell in book["填写说明"]["A"])
    plain = load_workbook(io.BytesIO(clerk.get(f"{UPLOAD}template.xlsx").content)).worksheets[0]
    assert (plain.max_row, "_known" in by_name(plain)) == (2, False)


def test_what_was_left_is_confirmed_what_was_changed_corrects_the_register(town: Town, clerk: Client) -> None:
    page = sent(clerk, brought(clerk), filled(3, staff_now=12))
    preview = page.context["preview"]
    assert (preview.total, preview.bad, preview.idle) == (1, 0, 1)
    assert "另有 1 行只有模板带出的内容" in page.content.decode()
    assert not preview.veiled, "the template itself hides what it brought along"
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    (record,) = Submission.objects.filter(channel="sheet")
    came = queries.came_about(record.pk)
    assert came is not None
    assert (came.confirmed, came.changed, came.typed) == (("firm", "gate", "place"), ("staff_now",), 2)
    assert queries.entity_at("firm", GOOD, scope=town.scope, program=KEPT).data["staff"] == 12


def test_a_form_that_asks_what_time_it_is_keeps_what_was_known(town: Town, clerk: Client, tmp_path: Path) -> None:
    """Its answers are judged anew when they are taken, from what was kept of the check."""
    folder = tmp_path / KEPT
    shutil.copytree(Path(__file__).parent / "kept", folder)
    for name, old, new in (("pack.toml", "1.0.0", "1.1.0"), ("forms/check.md", "| 1       |", "| 2       |")):
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), "utf-8")
    head, survey = (folder / "forms/check.md").read_text("utf-8").split("| survey |\n")
    lines = survey.rstrip().splitlines()
    ends = [" constraint |", *(" . <= now() |" if "occurred_at" in line else "  |" for line in lines[1:])]
    survey = "\n".join(line + end for line, end in zip(lines, ends, strict=True))
    (folder / "forms/check.md").write_text(f"{head}| survey |\n{survey}\n", "utf-8")
    install(folder)
    assert not forms.timeless(forms.form(f"{KEPT}.check"))
    page = sent(clerk, brought(clerk), filled(3, staff_now=12))
    assert page.context["preview"].bad == 0
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    (record,) = Submission.objects.filter(channel="sheet")
    came = queries.came_about(record.pk)
    assert came is not None
    assert (record.form_version, came.confirmed, came.changed) == ("2", ("firm", "gate", "place"), ("staff_now",))


def test_a_row_about_another_entity_was_typed(town: Town, clerk: Client) -> None:
    actions.receive(firm("91440300MA5FXT4K8R", "示例丁厂", staff=20), by=town.fill())
    page = sent(clerk, brought(clerk), filled(3, firm="示例丁厂"))
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    (record,) = Submission.objects.filter(channel="sheet")
    came = queries.came_about(record.pk)
    assert came is not None
    assert (came.confirmed, came.changed, came.typed) == ((), (), 6)


def test_what_was_known_cannot_be_made_up(clerk: Client) -> None:
    def forged(sheet: Any, at: dict[str, int]) -> None:
        filled(3, staff_now=12)(sheet, at)
        sheet.cell(3, at["_known"], sheet.cell(3, at["_known"]).value.replace('"staff_now":10', '"staff_now":12'))
        filled(4)(sheet, at)
        sheet.cell(4, at["_known"], "[[[]]]")

    page = sent(clerk, brought(clerk), forged)
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    came = [queries.came_about(one.pk) for one in Submission.objects.filter(channel="sheet").order_by("subject")]
    # What the last record knew is sealed by itself.
    assert [(one.confirmed, one.typed) for one in came if one] == [(("gate",), 5), ((), 5)]


def test_rows_that_nobody_touched_are_no_records(clerk: Client) -> None:
    page = sent(clerk, brought(clerk), lambda sheet, at: None)
    assert page.status_code == 422
    assert "没有填写任何一行" in page.content.decode()
    page = sent(clerk, brought(clerk), filled(3, gate=None, hazards=None))
    assert page.context["preview"].bad == 1
    copy = load_workbook(io.BytesIO(clerk.get(f"{page.request['PATH_INFO']}marked.xlsx").content)).worksheets[0]
    assert copy.column_dimensions[copy.cell(1, by_name(copy)["_known"]).column_letter].hidden


def test_the_form_that_keeps_a_register_brings_its_own_entities(town: Town, clerk: Client) -> None:
    """It asks for something personal, so it brings who is there and no more; in English too."""
    book = brought(clerk, "firm", "&in=en")
    sheet, at = book.worksheets[0], by_name(book.worksheets[0])
    assert [sheet.cell(row, at["uscc"]).value for row in (3, 4)] == sorted((GOOD, THIRD))
    assert sheet.cell(3, at["firm_name"]).value is None
    assert "Green cells" in "".join(str(cell.value) for cell in book["Guide"]["A"])
    assert Submission.objects.filter(place=ERDAO).count() == 3


def shown(clerk: Client, address: str, names: list[str]) -> list[list[Any]]:
    answer = clerk.get(f"/upload/{address}/template.xlsx?with=known")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    at = by_name(sheet)
    return [[sheet.cell(row, at[name]).value for name in names] for row in range(3, sheet.max_row + 1)]


def test_what_only_records_know_comes_from_the_newest_of_each(db: None) -> None:
    """An account is in no register, and the register of buildings does not know how many floors they have."""
    places.install_jilin()
    people.add_organisation(code="cc", name="示例局", place=CHANGCHUN)
    for pack in ("cyber-week", "community-desk"):
        install(Path(yibiao.packs.__file__).parent / "shipped" / pack)
    person = people.add_person(
        username="erdao", name="示例", password=PASSWORD, organisation="cc", role="示例岗",
        grants=[Grant("fill", CHANGCHUN, frozenset({"*"}))], sample=True,
    )  # fmt: skip
    reach = {"account": "M1", "account_name": "示例号", "platform": "weibo", "place": ERDAO, "exposures": 1}
    quarter = {
        "code": "q1",
        "quarter_name": "示例小区",
        "quarter_type": "quarter",
        "management": "self",
        "place": ERDAO,
    }
    house = {"code": "b1", "building_name": "1栋", "quarter": "q1", "floors": 5, "staircases": 3, "lift": "no"}
    for day, program, form, answers in (
        (6, "cyber-week", "reach", {**reach, "account_name": "旧名"}),
        (7, "cyber-week", "reach", reach),
        (1, "community-desk", "quarter", quarter),
        (2, "community-desk", "building", {**house, "place": ERDAO, "floors": 4}),
        (3, "community-desk", "building", {**house, "place": ERDAO}),
    ):
        by = rights.warrant(person.key, "fill", place=CHANGCHUN, program=program)
        said = {**answers, "occurred_at": f"2022-09-0{day}T09:00:00+08:00"}
        actions.receive(SubmissionDraft(str(uuid.uuid4()), f"{program}.{form}", program, said, "api"), by=by)
    clerk = signed_in()
    assert "每个“账号编号”一行" in clerk.get("/upload/cyber-week/reach/").content.decode()
    assert shown(clerk, "cyber-week/reach", list(reach)) == [["M1", "示例号", "微博", "二道区", None]]
    assert shown(clerk, "community-desk/building", [*house, "place"]) == [
        ["b1", "1栋", "示例小区", 5, 3, "否", "二道区"]
    ]


def parts_of(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'href="(/upload/[^"]*template.xlsx\?with=known[^"]*)"', page)]


def firms_of(clerk: Client, address: str) -> list[Any]:
    answer = clerk.get(address)
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet, at = book.worksheets[0], by_name(book.worksheets[0])
    return [sheet.cell(row, at["firm"]).value for row in range(3, sheet.max_row + 1)]


def test_more_than_a_sheet_may_have_come_in_parts_that_say_so(
    town: Town, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left out without a word: not on the page, not in the sheet, not by an address of before."""
    monkeypatch.setattr(bringing, "ROW_LIMIT", 3)
    monkeypatch.setattr(bringing, "PART", 2)
    for code in ("91440300MA5FXT4K8R", "91110000600037341L", "911100001000013428"):
        actions.receive(firm(code, f"示例{code}"), by=town.fill())
    refused = clerk.get(f"{UPLOAD}template.xlsx?with=known")
    assert refused.status_code == 413
    assert "一张表最多 3 行" in refused.content.decode()
    page = clerk.get(UPLOAD).content.decode()
    assert "共有 5 个“企业”" in page
    assert "分成 3 份" in page
    addresses = parts_of(page)
    assert len(addresses) == 3
    # One that is registered after the page was shown is in one of its parts all the same.
    actions.receive(firm("91110000600037341M", "示例新厂"), by=town.fill())
    found = [firms_of(clerk, address) for address in addresses]
    every = Entity.objects.filter(place=ERDAO).order_by("key").values_list("label", flat=True)
    assert [name for some in found for name in some] == list(every)
    assert max(map(len, found)) == 3
    answer = clerk.get(addresses[1])
    assert "2.xlsx" in answer["Content-Disposition"]
    guide = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))["填写说明"]
    said = "".join(str(cell.value) for cell in guide["A"])
    assert "6. 这份模板没有带全：只有编号排在“" in said
    assert f"共 {len(found[1])} 行" in said


def test_it_may_be_of_one_place_of_ones_own(db: None) -> None:
    town = with_a_firm()
    actions.receive(firm(ODD, "示例远厂", place=NANGUAN), by=town.fill(town.other, NANGUAN))
    people.grant(key=town.clerk.key, given=Grant("fill", CHANGCHUN, frozenset({KEPT})), by=None)
    clerk = signed_in()
    (whole,) = parts_of(clerk.get(UPLOAD).content.decode())
    assert firms_of(clerk, whole) == ["示例甲厂", "示例远厂"]
    page = clerk.get(f"{UPLOAD}?place={NANGUAN}").content.decode()
    assert "只要“南关区”的：1 行" in page
    (address,) = parts_of(page)
    assert firms_of(clerk, address) == ["示例远厂"]
    guide = load_workbook(io.BytesIO(b"".join(clerk.get(f"{address}&in=en").streaming_content)))["Guide"]
    assert "only those within 南关区, 1 rows" in "".join(str(cell.value) for cell in guide["A"])
    assert clerk.get(f"{UPLOAD}?place=220200000000").status_code == 403
    assert clerk.get(f"{UPLOAD}template.xlsx?with=known&place=220200000000").status_code == 403


def test_what_only_records_know_is_looked_for_among_the_newest_and_said_so(
    town: Town, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for a phone's few, and however many were filed about the same thing since; but not among all ever filed."""
    monkeypatch.setattr(foreknown, "LIMIT", 1)
    monkeypatch.setattr(foreknown, "SUBJECTS", 1)
    actions.receive(check(THIRD, gate="北门"), by=town.fill())
    actions.receive(check(THIRD, gate="西门", occurred_at="2022-09-12T09:00:00+08:00"), by=town.fill())

    def gates(book: Any) -> list[Any]:
        sheet, at = book.worksheets[0], by_name(book.worksheets[0])
        return [sheet.cell(row, at["gate"]).value for row in (3, 4)]

    whole = brought(clerk)
    assert gates(whole) == ["东门", "西门"]
    assert (
        "最近" not in "".join(str(cell.value) for cell in whole["填写说明"]["A"]) + clerk.get(UPLOAD).content.decode()
    )
    # A sheet is received in one moment, and some of it may be too much.
    Submission.objects.update(received_at="2022-09-13T09:00:00+08:00")
    monkeypatch.setattr(foreknown, "NEWEST", 1)
    assert sum(gate is not None for gate in gates(brought(clerk))) == 1
    monkeypatch.setattr(foreknown, "NEWEST", 2)
    Submission.objects.filter(subject=GOOD).update(received_at="2022-09-12T09:00:00+08:00")
    cut = brought(clerk)
    assert gates(cut) == [None, "西门"]
    assert "只从最近 2 份填报里找" in "".join(str(cell.value) for cell in cut["填写说明"]["A"])
    assert "只从最近 2 份填报里找" in clerk.get(UPLOAD).content.decode()
