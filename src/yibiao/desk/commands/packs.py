"""``yibiao pack``: check, install and list packs."""

from __future__ import annotations

import click
from django.utils.translation import get_language, gettext

from yibiao.core.problems import Refusal
from yibiao.desk import installing
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.packs import queries as packs


@click.group(help=gettext("检查、安装和列出工作包。"))
@options
def pack() -> None:
    pass


@pack.command("check", help=gettext("检查一个工作包（文件夹、zip 或自带工作包的名称），一次列出全部问题。"))
@click.argument("source")
@options
def check(source: str) -> None:
    findings = installing.check(installing.locate(source))
    if findings.problems or findings.files is None:
        raise Refusal(findings.problems)
    files = findings.files
    terminal.out(
        {
            "pack": files.id,
            "version": files.version,
            "digest": files.digest,
            "forms": [form.id for form in findings.forms],
            "problems": [],
            "warnings": [{"code": one.code, "text": one.text(_language())} for one in findings.warnings],
        },
        [
            gettext("%(pack)s %(version)s：没有问题。") % {"pack": files.id, "version": files.version},
            *(gettext("请留意：%(text)s") % {"text": one.text(_language())} for one in findings.warnings),
        ],
    )


@pack.command("install", help=gettext("安装一个工作包；写 --shipped 安装全部自带工作包。"))
@click.argument("source", required=False)
@click.option("--shipped", is_flag=True, help=gettext("安装全部自带工作包。"))
@options
def install(source: str | None, shipped: bool) -> None:
    if shipped == (source is not None):
        raise click.UsageError(gettext("请写工作包的路径或名称，或写 --shipped，二者取一。"))
    versions = installing.install_shipped() if source is None else [installing.install(installing.locate(source))]
    terminal.out(
        [{"pack": version.id, "version": version.version, "digest": version.digest} for version in versions],
        [gettext("已安装 %(pack)s %(version)s。") % {"pack": v.id, "version": v.version} for v in versions],
    )


@pack.command("list", help=gettext("列出已安装的工作包及其版本。"))
@options
def listing() -> None:
    versions = packs.versions()
    terminal.out(
        [
            {
                "pack": version.id,
                "version": version.version,
                "title": {"zh": version.title.zh, "en": version.title.en},
                "digest": version.digest,
                "installed_at": version.installed_at,
                "current": version.current,
            }
            for version in versions
        ],
        terminal.table([(v.id, v.version, "*" if v.current else "", v.title.zh, v.digest[:12]) for v in versions]),
    )


def _language() -> str:
    return get_language() or "zh-hans"
