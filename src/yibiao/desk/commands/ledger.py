"""``yibiao ledger``: hold every entry of the log against its proofs, seal, and see in what partitions it lies."""

from __future__ import annotations

from dataclasses import asdict

import click
from django.utils.translation import gettext

from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.ledger import actions, queries


@click.group(help=gettext("存证：核验事实日志。"))
@options
def ledger() -> None:
    pass


@ledger.command("verify", help=gettext("逐条核验；有改动、缺失或调换的，逐条指出，并以 1 退出。"))
@options
def verify() -> int:
    verdict = queries.verify()
    newest = queries.checkpoint()
    terminal.out(
        {
            "sound": verdict.sound,
            "entries": verdict.entries,
            "checkpoints": verdict.checkpoints,
            "root": newest.root if newest else "",
            "faults": verdict.faults,
        },
        [
            gettext("已核验 %(entries)s 条事实、%(checkpoints)s 个存证点：%(verdict)s")
            % {
                "entries": verdict.entries,
                "checkpoints": verdict.checkpoints,
                "verdict": gettext("全部完好。") if verdict.sound else gettext("有问题，见下。"),
            },
            *verdict.faults,
        ],
    )
    return 0 if verdict.sound else 1


@ledger.command("seal", help=gettext("把尚未封存的事实封成一个存证点（服务运行时会自动进行）。"))
@options
def seal() -> None:
    sealed = actions.seal()
    newest = queries.checkpoint()
    terminal.out(
        {
            "sealed": sealed is not None,
            "checkpoint": newest.number if newest else None,
            "size": newest.size if newest else 0,
            "root": newest.root if newest else "",
        },
        [
            gettext("存证点 %(number)s，共 %(size)s 条。") % {"number": newest.number, "size": newest.size}
            if newest
            else gettext("还没有事实。")
        ],
    )


@ledger.command("partitions", help=gettext("列出日志的各分区（PostgreSQL），缺的下一个分区当场补上。"))
@options
def partitions() -> None:
    made = actions.make_partitions()
    found = queries.partitions()
    told = gettext("%(name)s：编号 %(first)s 至 %(last)s，%(size)s MB")
    terminal.out(
        {"partitions": [asdict(partition) for partition in found], "made": made},
        [
            told
            % {
                "name": partition.name,
                "first": f"{max(partition.first, 1):,}",
                "last": f"{partition.end - 1:,}",
                "size": f"{partition.bytes / 1e6:,.1f}",
            }
            for partition in found
        ]
        or [gettext("SQLite 的日志不分区。")],
    )
