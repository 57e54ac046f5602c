"""Forms on their way into the house: every slip told at once, every published version kept."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest

from tests.forms.world import NOW, check, form, pack, public, whole
from yibiao.core.problems import Problem, Refusal
from yibiao.core.texts import Text
from yibiao.forms import actions, queries
from yibiao.packs import queries as packs
from yibiao.packs.types import PackFiles, PackVersion

pytestmark = pytest.mark.django_db

VISIT = """
| | type | name | L | bind::yibiao:unit |
| | text | place | 地点“甲” | Place “A” | |
| | integer | count | ‘数’ | Count | 个 |
""".replace("place |", "spot |")


def installed(version: str = "1.0.0", *, current: bool = True) -> PackVersion:
    return PackVersion("demo", version, Text("样例"), version, NOW, current)


def publish(files: PackFiles, *, current: bool = True) -> None:
    forms, problems = queries.check(files)
    assert [problem.text() for problem in problems] == []
    actions.publish(installed(files.version, current=current), forms)


def told(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.code.partition(".")[2], problem.where.partition(" ")[2]) for problem in problems]


def test_a_form_is_read_with_its_quotes_units_and_languages() -> None:
    made = form(VISIT)
    assert (made.id, made.kind, made.name, made.title) == ("demo.visit", "record.demo.visit", "visit", Text("样例"))
    spot, count = made.fields
    assert (spot.label, count.label) == (Text("地点“甲”", "Place “A”"), Text("‘数’", "Count"))
    assert (count.type, count.unit) == ("integer", "个")
    assert "“甲”" in made.xform


def test_a_workbook_says_the_same_as_its_markdown() -> None:
    book = openpyxl.Workbook()
    sheets: dict[str, list[list[str | None]]] = {
        "settings": [
            ["form_id", "form_title", "version", "default_language", "namespaces"],
            ["demo.visit", "样例", "1", "中文 (zh)", 'yibiao="https://yibiao.example/xforms"'],
        ],
        "survey": [
            ["type", "name", "label::中文 (zh)", "label::English (en)", "bind::yibiao:unit"],
            ["text", "spot", "地点“甲”", "Place “A”", None],
            ["integer", "count", "‘数’", "Count", "个"],
        ],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    content = io.BytesIO()
    book.save(content)
    files = PackFiles("demo", "1.0.0", Text("样例"), {}, {"forms/visit.xlsx": content.getvalue()}, "x")
    forms, problems = queries.check(files)
    assert not problems
    assert forms[0].fields == form(VISIT).fields


def test_a_form_whose_answers_phones_would_encrypt_is_refused() -> None:
    text = whole(VISIT).replace("| namespaces |", "| namespaces | public_key |", 1)
    row = next(line for line in text.splitlines() if "demo.visit" in line)
    forms, problems = queries.check(pack(visit=text.replace(row, f"{row} MIIBIjANBg |")))
    assert not forms
    assert [problem.code for problem in problems] == ["forms.setting.encrypted"]


def test_every_slip_of_every_form_is_told_at_once() -> None:
    wrong = whole(
        """
        | | type | name | L | required | relevant | constraint | choice_filter | bind::yibiao:role | save_to |
        | | text | place | 地点 | | yes | | | | | |
        | | integr | count | 数量 | Count | | | | | | |
        | | integer | count | 数量 | Count | | ${cuont} > 1 | . > (2 | | | |
        | | select_one colour | Hue | 颜色 | Hue | | | | | | |
        | | select_one size | size | 大小 | Size | | | | hue = 'x' | weather | size |
        | | text | other | 其他 | Other | | today( | foo(1) | | | |
        | | text | key | 键 | Key | random() > 0.5 | pulldata('a', 'b', 'c', 'd') = 1 | regex(., '[') | | | |
        | | begin_repeat | items | 项 | Items | | | | | | |
        | | text | inner | 内 | Inner | | | | | place | |
        | choices |
        | | list_name | name | L |
        | | size | big | 大 | Big |
        | | size | big | 大 | |
        """
    )
    forms, problems = queries.check(pack(visit=wrong, broken="没有表格", other=whole(VISIT, name="elsewhere")))
    assert not forms
    codes = {problem.code for problem in problems}
    assert codes == {
        "forms.label.missing", "forms.field.reserved-name", "forms.field.unknown-type", "forms.field.duplicate-name",
        "forms.expression.unknown-name", "forms.expression.syntax", "forms.field.name", "forms.choices.unknown-list",
        "forms.field.role", "forms.entity.save-to", "forms.expression.unknown-function",
        "forms.expression.unrepeatable", "forms.expression.unsupported", "forms.structure.unmatched",
        "forms.choices.duplicate", "forms.sheet.missing", "forms.setting.missing", "forms.setting.form-id",
    }  # fmt: skip
    assert {problem.where.partition(" ")[0] for problem in problems} == {
        "forms/visit.md", "forms/broken.md", "forms/other.md"
    }  # fmt: skip
    for problem in problems:
        for language in ("zh", "en"):
            assert "{" not in problem.text(language).replace("${", "")
    lines = wrong.splitlines()
    syntax = next(problem for problem in problems if problem.code == "forms.expression.syntax")
    assert syntax.where == (
        f"forms/visit.md 第 {next(n for n, line in enumerate(lines, 1) if '. > (2' in line)} 行"
        "（survey 表第 4 行） constraint 列"
    )
    assert re.fullmatch(r"forms/visit\.md line \d+ \(sheet survey row 4\) column constraint", syntax.place("en"))
    assert not [one.place("en") for one in problems if re.search("[表行列]", one.place("en"))]


@pytest.mark.parametrize(
    ("survey", "code", "where"),
    [
        (
            "| | type | name | L | constraint |\n| | text | a | 甲 | A | regex(., '[') |",
            "expression.pattern",
            "第 7 行（survey 表第 2 行） constraint 列",
        ),
        (
            "| | type | name | L | calculation |\n| | calculate | a | | | ${b} |\n| | calculate | b | | | ${a} |",
            "expression.cycle",
            "",
        ),
        (
            "| | type | name | L | choice_filter |\n| | select_one x | a | 甲 | A | hue = '1' |\n"
            "| choices |\n| | list_name | name | L |\n| | x | y | 乙 | Y |",
            "expression.unknown-column",
            "第 7 行（survey 表第 2 行） choice_filter 列",
        ),
        (
            "| | type | name | L | relevant |\n| | text | a | 甲 | A | ../zz = 1 |",
            "expression.unknown-name",
            "第 7 行（survey 表第 2 行） relevant 列",
        ),
        (
            "| | type | name | L | relevant |\n| | text | a | 甲 | A | //b = 1 |",
            "expression.unsupported",
            "第 7 行（survey 表第 2 行） relevant 列",
        ),
        (
            "| | type | name | L | bind::yibiao:register |\n| | text | a | 甲 | A | ghost |",
            "field.unknown-register",
            "第 7 行（survey 表第 2 行） bind::yibiao:register 列",
        ),
        (
            "| | type | name | L | save_to |\n| | text | a | 甲 | A | b |\n"
            "| entities |\n| | list_name | label | key |\n"
            "| | thing | ${a} | ${a} |",
            "entity.save-to",
            "第 7 行（survey 表第 2 行） save_to 列",
        ),
        (
            "| | type | name | L |\n| | text | a | 甲 | A |\n| entities |\n| | list_name | label |\n| | thing | ${a} |",
            "entity.rule",
            "第 10 行（entities 表第 2 行）",
        ),
        (
            "| | type | name | L | bind::yibiao:personal |\n| | text | a | 甲 | A | yes |\n| entities |\n"
            "| | list_name | label | key |\n| | thing | x | ${a} |",
            "entity.rule",
            "第 10 行（entities 表第 2 行）",
        ),
        (
            "| | type | name | L | bind::yibiao:role | bind::yibiao:personal |\n"
            "| | text | a | 甲 | A | subject | yes |",
            "field.role",
            "第 7 行（survey 表第 2 行） bind::yibiao:role 列",
        ),
        (
            "| | type | name | L | relevant |\n| | text | a | 甲 | A | ${a} = 1 |",
            "expression.cycle",
            "",
        ),
    ],
)
def test_a_slip_is_told_at_its_cell(survey: str, code: str, where: str) -> None:
    forms, problems = check(survey)
    assert not forms
    assert [given for given, _ in told(problems)] == [code]
    if where:
        assert told(problems)[0][1] == where


def test_an_unknown_unit_is_a_warning_only() -> None:
    files = pack(visit=whole(VISIT.replace("| 个 |", "| 咕咚 |")))
    assert not queries.check(files)[1]
    assert [warning.code for warning in queries.warnings(files)] == ["forms.unit.unknown"]
    assert not queries.warnings(pack(visit=whole(VISIT)))


def test_published_versions_are_kept_for_ever() -> None:
    publish(pack(visit=whole(VISIT)))
    first = queries.form("demo.visit")
    newer = VISIT.replace("| text | spot |", "| text | spot_name |")
    publish(pack("1.1.0", visit=whole(newer, version="2")))
    assert queries.form("demo.visit", "1") == first
    assert queries.form("demo.visit").version == "2"
    assert [field.name for field in queries.dictionary("demo.visit")] == ["spot_name", "count", "spot"]
    assert [made.version for made in queries.versions("demo.visit")] == ["2", "1"]
    assert public(first, spot="x") == {"spot": "x"}


def test_the_same_version_again_changes_nothing_and_other_content_is_refused() -> None:
    publish(pack(visit=whole(VISIT)))
    publish(pack("1.0.1", visit=whole(VISIT)))
    assert queries.form("demo.visit").pack_version == "1.0.0"
    forms, problems = queries.check(pack("1.0.2", visit=whole(VISIT.replace("Count", "Number"))))
    assert [problem.code for problem in problems] == ["forms.version.changed"]
    with pytest.raises(Refusal) as refused:
        actions.publish(installed("1.0.2"), forms)
    assert refused.value.status == 409


def test_a_field_keeps_its_type() -> None:
    publish(pack(visit=whole(VISIT)))
    changed = whole(VISIT.replace("| integer |", "| decimal |"), version="2")
    _, problems = queries.check(pack("1.1.0", visit=changed))
    assert [problem.code for problem in problems] == ["forms.field.type-changed"]
    assert "integer" in problems[0].text()


def test_a_form_that_a_newer_pack_drops_is_no_longer_offered_but_known() -> None:
    publish(pack(visit=whole(VISIT), check=whole(VISIT, name="check")))
    publish(pack("2.0.0", visit=whole(VISIT)))
    assert [made.id for made in queries.forms("demo")] == ["demo.visit"]
    assert set(queries.kinds()) == {"record.demo.visit", "record.demo.check"}
    publish(pack("1.5.0", check=whole(VISIT, name="check", version="9")), current=False)
    assert queries.form("demo.check").version == "1"
    assert queries.form("demo.check", "9").version == "9"


def test_an_unknown_form_is_answered_as_such() -> None:
    for ask in (
        lambda: queries.form("demo.none"),
        lambda: queries.form("demo.none", "1"),
        lambda: queries.dictionary("demo.none"),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.codes == ("forms.form.unknown",)
        assert refused.value.status == 404


@pytest.mark.parametrize("content", [b"\xff\xfe", b"PK", b"", b"| survey |\n| | type |\n"])
@pytest.mark.parametrize("suffix", ["md", "xlsx"])
def test_what_is_no_form_is_refused_and_never_crashes(content: bytes, suffix: str) -> None:
    files = PackFiles("demo", "1.0.0", Text("样例"), {}, {f"forms/visit.{suffix}": content}, "x")
    forms, problems = queries.check(files)
    assert not forms
    assert problems


def test_the_shipped_forms_are_sound() -> None:
    for path in packs.shipped():
        files, _ = packs.read(path)
        assert files is not None
        forms, problems = queries.check(files)
        assert [problem.text() for problem in problems] == []
        assert len(forms) == sum(name.startswith("forms/") for name in files.files)
        for made in forms:
            loaded: Any = {field.role for field in made.fields}
            assert "occurred_at" in loaded
