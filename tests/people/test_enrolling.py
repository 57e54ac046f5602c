"""Many accounts from one table: over HTTP and by the command line, refusal beside success, all or none."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from tests.people.conftest import ERDAO, JILIN, NANGUAN, World
from yibiao.desk.commands.people import person
from yibiao.ledger import actions as sealing
from yibiao.ledger import queries as ledger
from yibiao.people import queries
from yibiao.people.models import Person

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
PAGE = "/accounts/enrol/"
HEADS = ("用户名", "姓名", "机构代码", "机构名称", "机构地点", "岗位", "权限", "权限地点", "专项代码")
GOOD = (
    ("ed-zhang", "示例新甲", "ed-yjj", "", "", "填报员", "填报、审核", "", ""),
    ("ED-Wang", "示例新乙", "ed-fire", "示例消防所", "二道区", "网格员", "填报", "220105000000", "holiday-2022"),
    ("ed-li", "示例新丙", "ed-fire", "", "", "值班员", "", "", "全部"),
)  # fmt: skip


def book(rows: Sequence[Sequence[Any]], heads: Sequence[str] = HEADS) -> bytes:
    made = Workbook()
    for row in (heads, *rows):
        made.active.append(list(row))
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def check(client: Client, content: bytes, name: str = "账号.xlsx") -> tuple[int, str]:
    answer = client.post(PAGE, {"file": SimpleUploadedFile(name, content)})
    return answer.status_code, unescape(answer.content.decode())


def table(page: str) -> str:
    found = re.search(r'name="table" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_table_is_checked_then_opened_and_each_may_sign_in(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.erdao_admin)
    before = Person.objects.count()
    status, page = check(client, book(GOOD))
    assert status == 200
    assert "核对无误：3 个账号" in page
    assert "示例消防所" in page
    assert "二道区：填报、审核（全部专项）" in page
    assert Person.objects.count() == before
    answer = client.post(PAGE, {"table": table(page)})
    assert answer.headers["Cache-Control"].count("no-store") == 1
    shown = unescape(answer.content.decode())
    opened = re.findall(r'class="code" data-label="初始密码">([^<]+)<', shown)
    assert len(set(opened)) == 3
    for username, password in zip(("ed-zhang", "ed-wang", "ed-li"), opened, strict=True):
        first = Client().post("/account/login/", {"login": username, "password": password})
        assert first.status_code == 302
        assert queries.password_due(queries.account_of(username).key)
    held = queries.account_of("ed-wang")
    assert (held.organisation, held.organisation_name, held.place) == ("ed-fire", "示例消防所", ERDAO)
    scope = queries.scope(held.key, "fill")
    assert [(one.place, one.programs) for one in scope.grants] == [(ERDAO, frozenset({"holiday-2022"}))]
    assert queries.rights(queries.account_of("ed-li").key) == frozenset()
    # Every opening, registering and granting is a fact of its own, none with a name or a password.
    sealing.seal_all()
    facts = ledger.entries(0, 1_000, ["people.account-added", "people.granted", "people.organisation-added"])
    mine = [one for one in facts if one.actor == world.erdao_admin.key]
    assert sorted(one.kind.partition(".")[2] for one in mine) == [
        "account-added", "account-added", "account-added", "granted", "granted", "granted", "organisation-added",
    ]  # fmt: skip
    assert not any(word in repr(mine) for word in ("示例新甲", *opened))
    # Twice the same is refused, and nothing is opened beside what is there.
    again = client.post(PAGE, {"table": table(page)})
    assert again.status_code == 422
    assert "用户名“ed-wang”已有人使用" in unescape(again.content.decode())
    assert Person.objects.count() == before + 3


def test_every_fault_is_told_with_its_row_and_column_and_nothing_is_opened(world: World, signed_in: SignedIn) -> None:
    rows = (
        ("ab", "", "ed-yjj", "", "", "填报员", "填报", "", ""),
        ("ed-a", "示例", "nowhere", "", "", "填报员", "飞行", "", ""),
        ("ed-a", "示例", "ed-yjj", "", "", "填报员", "填报", "没有这个地方", "Über"),
        ("ed-b", "示例", "ng-yjj", "", "", "填报员", "填报", "", ""),
        ("ed-c", "示例", "ed-yjj", "", "", "填报员", "填报", JILIN, ""),
    )
    before = Person.objects.count()
    status, page = check(signed_in(world.erdao_admin), book(rows))
    assert status == 422
    for said in (
        "第 2 行“用户名”：用户名由 3 至 32 个",
        "第 2 行“姓名”：名称不能为空",
        "第 3 行“机构代码”：机构“nowhere”还没有登记",
        "第 3 行“权限”：没有“飞行”这种权限",
        "第 4 行“用户名”：用户名“ed-a”已有人使用",
        "第 4 行“权限地点”：在你的管理范围内，“没有这个地方”不是唯一的一个地点",
        "第 4 行“专项代码”：授权必须写明专项",
        "第 5 行“机构代码”：只能授予自己管理范围以内的权限；南关区",
        "第 6 行“权限地点”：只能授予自己管理范围以内的权限；吉林省",
    ):
        assert said in page
    assert "一个账号也没有开通" in page
    assert Person.objects.count() == before


def test_a_manager_of_one_program_grants_no_other(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.patrol_admin)
    row = ("ed-x", "示例", "ed-yjj", "", "", "巡逻员", "填报", "")
    assert check(client, book([(*row, "patrol-2022")]))[0] == 200
    for programs in ("", "holiday-2022", "patrol-2022、holiday-2022"):
        status, page = check(client, book([(*row, programs)]))
        assert (status, "只能授予自己管理范围以内的权限" in page) == (403, True)


def test_what_was_checked_is_opened_by_nobody_else_and_not_changed(world: World, signed_in: SignedIn) -> None:
    _, page = check(signed_in(world.erdao_admin), book(GOOD))
    before = Person.objects.count()
    for client, given in (
        (signed_in(world.province_admin), table(page)),
        (signed_in(world.erdao_admin), table(page)[:-3] + "abc"),
        (signed_in(world.erdao_admin), "nonsense"),
    ):
        answer = client.post(PAGE, {"table": given})
        assert answer.status_code == 422
        assert "请重新上传" in answer.content.decode()
    assert Person.objects.count() == before


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "空"),
        ("用户名,姓名\ned-a,示例\n".encode(), "a.csv", "表里缺少这些列：机构代码、岗位"),
        (book([]), "a.xlsx", "表里没有账号"),
        (b"PK\x03\x04 nothing", "a.xlsx", ""),
        ("\n".join(["用户名,姓名,机构代码,岗位", *["a,b,c,d"] * 2001]).encode(), "a.csv", "一次最多开通 2000 个账号"),
    ],
)
def test_what_is_no_table_of_accounts_is_refused(
    world: World, signed_in: SignedIn, content: bytes, name: str, said: str
) -> None:
    status, page = check(signed_in(world.erdao_admin), content, name)
    assert status == 422
    assert said in page


def test_the_template_has_the_columns_and_explains_them(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.erdao_admin)
    content = b"".join(client.get(f"{PAGE}?as=xlsx").streaming_content)  # type: ignore[attr-defined]
    made = load_workbook(io.BytesIO(content))
    heads, *rest = made.worksheets[0].values
    assert (heads, rest) == (HEADS, [])
    assert dict(made.worksheets[1].values)["权限地点"].startswith("名称或代码")
    # In English as well, and an English table is read by the same page.
    client.cookies["django_language"] = "en"
    english = b"".join(client.get(f"{PAGE}?as=xlsx").streaming_content)  # type: ignore[attr-defined]
    heads = next(iter(load_workbook(io.BytesIO(english)).worksheets[0].values))
    row = ("ed-en", "示例", "ed-yjj", "", "", "clerk", "fill in, review", "", "all")
    status, page = check(client, book([row], heads))
    assert status == 200
    assert "二道区: fill in, review (all programs)" in page
    status, page = check(client, book([("e", *row[1:])], heads))
    assert "Row 2 “User name”: A user name is 3 to 32" in page


def test_a_thousand_rows_ask_the_database_no_more_often_than_ten(world: World, signed_in: SignedIn) -> None:
    client, counts = signed_in(world.erdao_admin), []
    for many in (10, 400):
        rows = [(f"ed-{many}-{n}", "示例", "ed-yjj", "", "", "网格员", "填报", "", "") for n in range(many)]
        _, page = check(client, book(rows))
        with CaptureQueriesContext(connection) as asked:
            assert client.post(PAGE, {"table": table(page)}).status_code == 200
        counts.append(len(asked))
    # A statement in pieces where a database takes only so many values at once.
    assert counts[1] <= counts[0] + 30


def test_the_command_line_opens_them_and_keeps_the_passwords_in_a_file(world: World, tmp_path: Path) -> None:
    source, kept = tmp_path / "账号.csv", tmp_path / "passwords.csv"
    lines = io.StringIO()
    csv.writer(lines).writerows([HEADS, *GOOD, ("ng-a", "示例", "ng-yjj", "", "", "填报员", "填报", "", "")])
    source.write_text(lines.getvalue(), encoding="gb18030")
    words = ["enrol", str(source), "--passwords", str(kept)]
    checked = CliRunner().invoke(person, [*words, "--check"])
    assert (checked.exit_code, "4 个账号，1 个新机构" in checked.output, kept.exists()) == (0, True, False)
    assert CliRunner().invoke(person, words).exit_code == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    rows = list(csv.reader(io.StringIO(kept.read_text(encoding="utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["ed-zhang", "ed-wang", "ed-li", "ng-a"]
    assert queries.account_of("ng-a").place == NANGUAN
    # The file is never written over, and nothing is opened where it cannot be made.
    before = Person.objects.count()
    assert CliRunner().invoke(person, words).exit_code != 0
    assert Person.objects.count() == before
