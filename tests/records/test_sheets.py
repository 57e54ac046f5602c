"""Uploads, with real files: as Excel saves them, as old systems write them, and as attackers send them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from tests.records.conftest import ERDAO, NANGUAN, PASSWORD, PROGRAM, VISIT, World, grant, rows, site
from yibiao.core.problems import Refusal
from yibiao.forms import queries as forms
from yibiao.people import actions as accounts
from yibiao.people import queries as people
from yibiao.people.types import Account
from yibiao.records import actions, models, queries
from yibiao.records.intake import cells, sheet

pytestmark = pytest.mark.usefixtures("sites")
SignIn = Callable[[Account], Client]
UPLOAD = f"/upload/{PROGRAM}/visit/"
HEAD = ("编号", "场所", "检查地", "检查时间", "行业", "类别", "检查内容", "隐患数", "面积", "整改要求", "联系电话")


def line(number: str = "", **more: Any) -> list[Any]:
    found = {
        "编号": number, "场所": "S1", "检查地": "二道区", "检查时间": datetime(2022, 9, 10, 9, 30), "行业": "矿山",  # noqa: DTZ001
        "类别": "煤矿", "检查内容": "消防、用电", "隐患数": 2, "面积": 12.5, "整改要求": "立即整改",
        "联系电话": 13800000000, **more,
    }  # fmt: skip
    return [found[name] for name in HEAD]


def filled(template: bytes, lines: Sequence[Sequence[Any]], items: Sequence[Sequence[Any]] = ()) -> bytes:
    """The template, filled in as a clerk does: from the third row, by the labels of the header."""
    book = load_workbook(io.BytesIO(template))
    main = book.worksheets[0]
    labels = [str(cell.value).rstrip("*").split("（")[0] for cell in main[1]]
    for at, given in enumerate(lines, 3):
        for name, value in zip(HEAD, given, strict=True):
            if value is not None:
                main.cell(at, labels.index(name) + 1, value)
    for at, given in enumerate(items, 3):
        for column, value in enumerate(given, 1):
            book["隐患清单"].cell(at, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def clerk(world: World, signed_in: SignIn) -> Client:
    return signed_in(world.clerk)


@pytest.fixture
def template(clerk: Client) -> bytes:
    return clerk.get(f"{UPLOAD}template.xlsx").content


def send(client: Client, content: bytes, name: str = "填报.xlsx") -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def test_the_template_has_labels_names_lists_and_a_guide(template: bytes) -> None:
    book = load_workbook(io.BytesIO(template))
    assert book.sheetnames == ["巡查记录", "隐患清单", "填写说明", "选项"]
    main = book["巡查记录"]
    assert [cell.value for cell in main[1]][:3] == ["编号", "场所*", "检查地*"]
    assert [cell.value for cell in main[2]][:3] == ["_number", "site", "place"]
    assert main.row_dimensions[2].hidden
    assert book["选项"].sheet_state == "hidden"
    rules = {str(rule.sqref): rule.formula1 for rule in main.data_validations.dataValidation}
    lists = [formula for formula in rules.values() if "选项" in str(formula)]
    assert any(str(formula).startswith("OFFSET(") for formula in lists), "the trade follows the sector"
    (place,) = (one for one in main.data_validations.dataValidation if str(one.sqref).startswith("C3"))
    letter = place.formula1.split("$")[1]
    assert not place.showErrorMessage, "a code or a path may be written as well"
    assert book["选项"][f"{letter}1"].value == "二道区"
    assert "listed" not in [cell.value for cell in main[2]], "what is calculated is not asked"
    assert "隐患数" in [row[0] for row in book["填写说明"].iter_rows(values_only=True)]


def test_a_good_sheet_is_previewed_then_taken_and_once_only(
    world: World, clerk: Client, template: bytes, django_capture_on_commit_callbacks: Any
) -> None:
    lines = [line("A1"), line(), line(), line(类别="其他", 行业="商贸", 隐患数=0, 整改要求=None, 场所="示例场所S2")]
    content = filled(template, lines, [("A1", "线路老化", 3, "示例人"), (4, "堵塞通道", 1)])
    page = clerk.get(send(clerk, content)["Location"])
    assert (page.context["preview"].total, page.context["preview"].bad) == (4, 0)
    assert rows("records_submission") == 2
    address = page.request["PATH_INFO"]
    assert clerk.post(f"{address}take", {"mode": "all"}).status_code == 302
    scope = people.scope(world.clerk.key, "fill")
    found = queries.page(scope=scope, form=VISIT).items
    assert len(found) == 4
    assert {record.channel for record in found} == {"sheet"}
    assert {record.answers["trade"] for record in found} == {"coal", "other-shop"}
    assert {record.place for record in found} == {ERDAO}
    assert sorted(str(record.answers.get("area")) for record in found) == ["12.5"] * 4
    assert sorted(record.answers["finds"][0]["what"] for record in found if "finds" in record.answers) == [
        "堵塞通道",
        "线路老化",
    ]
    # Taken once, the upload is gone; the same file again repeats nothing.
    assert clerk.post(f"{address}take", {"mode": "all"}).status_code == 404
    again = clerk.get(send(clerk, content)["Location"])
    assert again.context["preview"].repeated == 4
    with django_capture_on_commit_callbacks(execute=True):
        clerk.post(f"{again.request['PATH_INFO']}take", {"mode": "all"})
    assert rows("records_submission") == 6
    assert not list((Path(settings.DATA) / "files" / "uploads").glob(again.context["preview"].upload))


def test_every_error_is_marked_in_its_cell(clerk: Client, template: bytes) -> None:
    lines = [
        line("A1"),
        line("A2", 隐患数=-1, 类别="超市"),
        line("A3", 场所="没有登记的", 检查时间="昨天"),
        line("A4", 检查地="南关区"),
        line("A5", 联系电话="12345"),
    ]
    content = filled(template, lines, [("A1", "线路老化", "很快"), ("A9", "无主", 1)])
    page = clerk.get(send(clerk, content)["Location"])
    shown = {(mark["at"], mark["label"]) for mark in page.context["marks"]}
    preview = page.context["preview"]
    assert (preview.total, preview.good) == (5, 0)
    book = load_workbook(io.BytesIO(template))
    names = {cell.value: cell.column_letter for cell in book["巡查记录"][2]}
    for name, row in (("hazards", 4), ("trade", 4), ("occurred_at", 5), ("place", 6), ("phone", 7)):
        assert f"{names[name]}{row}" in {at for at, _ in shown}, name
    copy = load_workbook(io.BytesIO(clerk.get(f"{page.request['PATH_INFO']}marked.xlsx").content))
    cell = copy["巡查记录"][f"{names['hazards']}4"]
    assert cell.value == -1
    assert "应在 0 至 999 之间" in cell.comment.text
    assert cell.fill.fgColor.rgb.endswith("FFC7CE")
    assert "很快" in copy["隐患清单"]["C3"].comment.text
    assert copy["隐患清单"]["A4"].comment is not None
    assert copy["巡查记录"].row_dimensions[2].hidden
    address = page.request["PATH_INFO"]
    refused = clerk.post(f"{address}take", {"mode": "all"})
    assert refused.status_code == 422
    assert "5 行有误" in refused.content.decode()
    assert rows("records_submission") == 2


def test_the_marked_copy_corrected_is_taken(clerk: Client, template: bytes) -> None:
    page = clerk.get(send(clerk, filled(template, [line("A1"), line("A2", 隐患数=5000)]))["Location"])
    address = page.request["PATH_INFO"]
    assert clerk.post(f"{address}take", {"mode": "good"}).status_code == 302
    assert rows("records_submission") == 3
    page = clerk.get(send(clerk, filled(template, [line("A1"), line("A2", 隐患数=5000)]))["Location"])
    copy = load_workbook(io.BytesIO(clerk.get(f"{page.request['PATH_INFO']}marked.xlsx").content))
    main = copy["巡查记录"]
    names = {cell.value: cell.column for cell in main[2]}
    main.cell(4, names["hazards"], 5)
    out = io.BytesIO()
    copy.save(out)
    page = clerk.get(send(clerk, out.getvalue())["Location"])
    assert (page.context["preview"].bad, page.context["preview"].repeated) == (0, 1)
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    assert rows("records_submission") == 4


def test_the_marked_copy_changes_no_text(clerk: Client, template: bytes) -> None:
    page = clerk.get(send(clerk, filled(template, [line("A1", 整改要求="-见附件", 隐患数=5000)]))["Location"])
    copy = load_workbook(io.BytesIO(clerk.get(f"{page.request['PATH_INFO']}marked.xlsx").content))
    main, head = copy["巡查记录"], [cell.value for cell in copy["巡查记录"][2]]
    kept = main.cell(3, head.index("measure") + 1)
    assert (kept.value, kept.data_type, kept.quotePrefix) == ("-见附件", "s", True)


def test_a_number_used_for_other_content_is_marked(clerk: Client, template: bytes) -> None:
    page = clerk.get(send(clerk, filled(template, [line("A1")]))["Location"])
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    page = clerk.get(send(clerk, filled(template, [line("A1", 隐患数=9)]))["Location"])
    assert [mark["at"] for mark in page.context["marks"]] == ["A3"]
    assert "更正" in page.context["marks"][0]["said"]
    page = clerk.get(send(clerk, filled(template, [line("B1"), line("B1", 隐患数=9)]))["Location"])
    assert page.context["preview"].bad == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_csv_in_the_encodings_of_the_field(clerk: Client, encoding: str) -> None:
    text = ",".join(HEAD[1:]) + "\r\n" + 'S1,二道区,2022年9月10日 9:30,矿山,煤矿,消防,"1",,立即整改,13800000000\r\n'
    page = clerk.get(send(clerk, text.encode(encoding), "填报.csv")["Location"])
    assert (page.context["preview"].total, page.context["preview"].bad) == (1, 0), page.context["marks"]


def read(clerk: Client, *lines: Sequence[str], head: Sequence[str] = (*HEAD[1:8], HEAD[9])) -> Any:
    """The preview of a sheet as text of these lines."""
    text = "\r\n".join("\t".join(line) for line in (head, *lines))
    return clerk.get(send(clerk, text.encode("utf-8"), "填报.csv")["Location"]).context


def typed(**more: str) -> list[str]:
    found = {
        "场所": "S1", "检查地": "二道区", "检查时间": "2022-09-10 9:30", "行业": "矿山", "类别": "煤矿",
        "检查内容": "消防", "隐患数": "0", "整改要求": "", **more,
    }  # fmt: skip
    return [*found.values()]


def test_moments_are_read_however_they_are_written(world: World, clerk: Client, template: bytes) -> None:
    written = {
        "2022年9月12日": "2022-09-12T00:00", "2022/9/12 下午2:05": "2022-09-12T14:05", "20220912": "2022-09-12T00:00",
        "2022年9月12日 上午12时30分": "2022-09-12T00:30", "2022.9.12 10点": "2022-09-12T10:00",
        "44816": "2022-09-12T00:00", "44816.604861": "2022-09-12T14:31", "２０２２－９－１２": "2022-09-12T00:00",
    }  # fmt: skip
    lines = [line(f"N{number}", 检查时间=one, 隐患数=0, 整改要求=None) for number, one in enumerate(written)]
    lines.append(line("C1", 检查时间=44816, 隐患数=0, 整改要求=None))
    page = clerk.get(send(clerk, filled(template, lines))["Location"])
    assert page.context["preview"].bad == 0, page.context["marks"]
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    found = queries.page(scope=people.scope(world.clerk.key, "fill"), form=VISIT, size=50).items
    told = sorted(record.answers["occurred_at"][:16] for record in found)
    assert told == sorted([*written.values(), "2022-09-12T00:00"])
    wrong = read(clerk, *(typed(检查时间=one) for one in ("9.12", "2022-09-31", "昨天", "1900", "2022年9月12日 25:00")))
    assert [mark["at"] for mark in wrong["marks"]] == ["C2", "C3", "C4", "C5", "C6"]
    assert all("例如 2022-09-10 20:00" in mark["said"] for mark in wrong["marks"])


def test_a_number_that_lost_its_last_digits_is_no_id(clerk: Client, template: bytes) -> None:
    for number in (1.2e17, 911201051234567890, "1.2E+17", "9.11201E+17"):
        content = filled(template, [line("A1", 场所=number)])
        marks = clerk.get(send(clerk, content)["Location"]).context["marks"]
        assert [mark["at"] for mark in marks] == ["B3"]
        assert "末几位已经丢失" in marks[0]["said"]
    marks = clerk.get(send(clerk, filled(template, [line(1.2e17)]))["Location"]).context["marks"]  # type: ignore[arg-type]
    assert [mark["at"] for mark in marks] == ["A3"], "neither the row's own number"
    assert read(clerk, typed())["preview"].bad == 0


def test_places_are_found_by_path_short_code_and_full_width(clerk: Client) -> None:
    written = ("吉林省长春市二道区", "长春市二道区", "二道区", "220105", "２２０１０５００００００", " 二道区 ")
    assert read(clerk, *(typed(检查地=one, 隐患数="0") for one in written))["preview"].bad == 0
    said = [
        mark["said"]
        for mark in read(clerk, typed(检查地="南关区"), typed(检查地="二道"), typed(检查地="乌有区"))["marks"]
    ]
    assert "权限范围（二道区）" in said[0], "it is there, and not hers"
    assert "名称相近的有：二道区（220105000000）" in said[1]
    assert "不存在" in said[2]


def test_a_title_or_a_cover_may_stand_before_the_header(clerk: Client, template: bytes) -> None:
    book = load_workbook(io.BytesIO(filled(template, [line("A1")])))
    book["巡查记录"].insert_rows(1, 2)
    book["巡查记录"]["A1"] = "二道区巡查记录（2022年9月）"
    book["巡查记录"].merge_cells("A1:F1")
    cover = book.create_sheet("封面", 0)
    cover["A1"] = "封面"
    out = io.BytesIO()
    book.save(out)
    context = clerk.get(send(clerk, out.getvalue())["Location"]).context
    assert (context["preview"].total, context["preview"].bad) == (1, 0)
    wrong = load_workbook(io.BytesIO(out.getvalue()))
    wrong["巡查记录"].cell(5, HEAD.index("隐患数") + 2, "许多")
    out = io.BytesIO()
    wrong.save(out)
    marks = clerk.get(send(clerk, out.getvalue())["Location"]).context["marks"]
    assert {mark["at"][1:] for mark in marks} == {"5"}, "rows are called by their number in the file"


def test_rows_that_say_the_same_are_pointed_out_and_taken(clerk: Client) -> None:
    context = read(clerk, typed(), typed(隐患数="1", 整改要求="示例"), typed())
    assert context["preview"].bad == 0
    (note,) = context["notes"]
    assert note["at"] == "A4"
    assert "第 4 行与第 2 行完全相同" in note["said"]
    assert "请留意" in clerk.get(f"{UPLOAD}{context['preview'].upload}/").content.decode()
    clerk.post(f"{UPLOAD}{context['preview'].upload}/take", {"mode": "all"})
    again = read(clerk, typed(), typed())
    assert (again["preview"].repeated, again["notes"]) == (2, []), "what is stored already is not counted again"


def test_a_choice_that_is_none_is_answered_with_the_choices(clerk: Client) -> None:
    marks = read(clerk, typed(行业="矿"), typed(检查内容="消防、水"))["marks"]
    assert "请从这些中选择：矿山、商贸。" in marks[0]["said"]
    assert "请从这些中选择：消防、用电。" in marks[-1]["said"]


def test_formulas_count_by_their_value_and_never_run(clerk: Client, template: bytes) -> None:
    content = filled(template, [line("A1", 隐患数="=1+1")])
    page = clerk.get(send(clerk, content)["Location"])
    assert "公式" in page.context["marks"][0]["said"], "openpyxl saves no value, so there is nothing to take"
    copy = load_workbook(io.BytesIO(clerk.get(f"{page.request['PATH_INFO']}marked.xlsx").content))
    page = clerk.get(
        send(clerk, filled(template, [line("A1", 整改要求='=HYPERLINK("http://x")', 隐患数=1)]))["Location"]
    )
    assert page.context["preview"].bad == 1
    assert all(cell.data_type != "f" for row in copy["巡查记录"].iter_rows() for cell in row)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * 60_000_000)
    return out.getvalue()


def entities() -> bytes:
    book, out, made = Workbook(), io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + content
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "records.sheet.unreadable"),
        ("a.xlsx", b"PK\x03\x04 broken", "records.sheet.unreadable"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "records.sheet.unreadable"),
        ("a.pdf", b"%PDF-1.7", "records.sheet.unreadable"),
        ("a.csv", b"\xff\xfe\x00\xd8", "records.sheet.encoding"),
        ("a.xlsx", bomb, "records.sheet.unsafe"),
        ("a.xlsx", entities, "records.sheet.unsafe"),
        ("a.csv", b"1," * 11_000_000, "records.sheet.too-large"),
        ("a.csv", b"x\n" * 110_000, "records.sheet.too-large"),
    ],
)
def test_files_that_are_no_sheets_are_refused(name: str, content: bytes | Callable[[], bytes], code: str) -> None:
    given = content() if callable(content) else content
    with pytest.raises(Refusal) as wrong:
        cells.read(name, given)
    assert wrong.value.codes == (code,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("甲,乙\n1,2\n", "没有找到表头"),
        ("场所,检查地,检查时间,行业,类别,隐患数,乱写\nS1\n", "不是这张表单的栏目"),
        ("场所,检查地,检查时间,行业,类别,隐患数,隐患数\nS1\n", "出现了两次"),
        ("场所,检查地\nS1,二道区\n", "缺少必填的栏目"),
        (",".join(HEAD) + "\n", "没有填写任何一行"),
        ("", "没有找到表头"),
    ],
)
def test_wrong_headers_are_explained(clerk: Client, text: str, said: str) -> None:
    answer = send(clerk, text.encode(), "表.csv")
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert rows("records_upload") == 0


def test_uploads_are_closed_to_others_encrypted_and_expire(
    world: World, clerk: Client, signed_in: SignIn, template: bytes
) -> None:
    address = send(clerk, filled(template, [line("A1")]))["Location"]
    id = address.rstrip("/").rpartition("/")[2]
    kept = Path(settings.DATA) / "files" / "uploads" / id
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_bytes()[:2] != b"PK"
    other = signed_in(world.other)
    for method, path in (("get", ""), ("get", "marked.xlsx"), ("post", "take")):
        assert getattr(other, method)(f"{address}{path}").status_code == 404
        assert getattr(signed_in(world.reader), method)(f"{address}{path}").status_code == 403
    models.Upload.objects.update(expires_at=models.Upload.objects.get().created_at - timedelta(hours=1))
    assert clerk.get(address).status_code == 404
    assert sheet.sweep() == 1
    assert not kept.exists()


def test_a_sheet_over_two_separate_places_is_taken_in_one_go(world: World, clerk: Client, template: bytes) -> None:
    both = accounts.add_person(
        username="liangqu", name="示例己", password=PASSWORD, organisation="jl", role="示例岗",
        grants=[grant("fill", ERDAO), grant("fill", NANGUAN)], sample=True,
    )  # fmt: skip
    client = Client()
    client.post("/account/login/", {"login": both.username, "password": PASSWORD})
    page = client.get(send(client, filled(template, [line("A1"), line("A2", 检查地="南关区")]))["Location"])
    assert page.context["preview"].bad == 0
    client.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    assert {record.place for record in queries.each(scope=people.scope(both.key, "fill"), form=VISIT)} == {
        ERDAO,
        NANGUAN,
    }


def test_thousands_of_rows_are_read_and_taken(world: World, template: bytes) -> None:
    actions.receive(site("S3"), by=world.warrant())
    book = Workbook(write_only=True)
    page = book.create_sheet("巡查记录")
    page.append(HEAD)
    for number in range(3_000):
        page.append(line(f"N{number}", 隐患数=number % 9 + 1))
    out = io.BytesIO()
    book.save(out)
    form, warrants = forms.form(VISIT), [world.warrant()]
    id = sheet.offer("大表.xlsx", out.getvalue(), form=form, program=PROGRAM, warrants=warrants)
    found = sheet.preview(id, warrants=warrants)
    assert (found.total, found.bad) == (3_000, 0)
    sheet.take(id, "all", warrants=warrants)
    assert sheet.taken(id, warrants=warrants).count == 3_000
    assert rows("records_submission") == 3_003
