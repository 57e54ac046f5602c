"""``yibiao person``: the first accounts of a new site."""

from __future__ import annotations

import os
from pathlib import Path

import click
from django.utils.translation import gettext

from yibiao.desk import enrolling
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.people import actions
from yibiao.people import queries as people
from yibiao.people.types import EVERY_PROGRAM, RIGHTS, Grant


@click.group(help=gettext("账号：建立第一批机构和账号。"))
@options
def person() -> None:
    pass


@person.command("add-organisation", help=gettext("建立一个机构。"))
@click.argument("code")
@click.option("--name", required=True, help=gettext("机构名称。"))
@click.option("--place", required=True, help=gettext("机构所在地点的代码。"))
@click.option("--parent", default="", help=gettext("上级机构的代码。"))
@options
def add_organisation(code: str, name: str, place: str, parent: str) -> None:
    actions.add_organisation(code=code, name=name, parent=parent, place=place)
    terminal.out({"organisation": code}, [gettext("已建立机构 %(code)s %(name)s。") % {"code": code, "name": name}])


@person.command("add", help=gettext("建立一个账号；首次登录须修改密码。"))
@click.argument("username")
@click.option("--name", required=True, help=gettext("姓名。"))
@click.option("--organisation", required=True, help=gettext("机构代码。"))
@click.option("--role", required=True, help=gettext("岗位，例如“填报员”。"))
@click.option("--place", required=True, help=gettext("职责所及的地点代码（含以下各级）。"))
@click.option(
    "--right", "rights", multiple=True, type=click.Choice(RIGHTS), default=RIGHTS, help=gettext("权限，可写多次。")
)
@click.option(
    "--program", "programs", multiple=True, default=(EVERY_PROGRAM,), help=gettext("哪些专项，可写多次；* 为全部。")
)
@click.password_option(help=gettext("初始密码；未写时当场输入。"))
@options
def add(
    username: str,
    name: str,
    organisation: str,
    role: str,
    place: str,
    rights: tuple[str, ...],
    programs: tuple[str, ...],
    password: str,
) -> None:
    grants = [Grant(right, place, frozenset(programs)) for right in RIGHTS if right in rights]
    account = actions.add_person(
        username=username,
        name=name,
        password=password,
        organisation=organisation,
        role=role,
        grants=grants,
        must_change=True,
    )
    terminal.out(
        {"username": account.username, "key": account.key},
        [gettext("已建立账号 %(username)s。") % {"username": account.username}],
    )


@person.command("enrol", help=gettext("按一份表批量开通账号，初始密码写入另一个文件。"))
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--passwords", required=True, type=click.Path(path_type=Path), help=gettext("初始密码写到哪里；文件不能已存在。")
)
@click.option("--check", is_flag=True, help=gettext("只核对，不开通。"))
@options
def enrol(table: Path, passwords: Path, check: bool) -> None:
    plan = people.enrolment(enrolling.read(table.name, table.read_bytes()), None)
    told = {"accounts": len(plan.rows), "organisations": len(plan.organisations)}
    if check:
        terminal.out(told, [gettext("核对无误：%(accounts)s 个账号，%(organisations)s 个新机构。") % told])
        return
    # The file is made first: an account whose password nobody has would be lost. Only its owner may read it.
    with os.fdopen(os.open(passwords, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(enrolling.passwords(actions.enrol(plan)))
    terminal.out(
        {**told, "passwords": str(passwords)},
        [gettext("已开通 %(accounts)s 个账号，初始密码在 %(file)s。") % {**told, "file": passwords}],
    )
