"""``yibiao bulletin``: list, show and verify bulletins."""

from __future__ import annotations

import click
from django.utils.translation import gettext

from yibiao.bulletins import queries
from yibiao.bulletins.types import Bulletin, Citation
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.desk.operating import everything


@click.group(help=gettext("通报：列出、查看、核验。"))
@options
def bulletin() -> None:
    pass


def _cited(citation: Citation) -> dict[str, object]:
    return {
        "start": citation.start,
        "end": citation.end,
        "indicator": citation.indicator,
        "value": citation.value,
        "unit": citation.unit,
        "wording": citation.wording,
        "rule": citation.rule,
        "place": citation.place,
        "period": citation.period.as_json(),
    }


def _shown(found: Bulletin) -> dict[str, object]:
    return {
        "id": found.id,
        "title": found.title,
        "program": found.program,
        "status": found.status,
        "text": found.text,
        "checkpoint": found.checkpoint,
        "root": found.root,
        "issued_at": found.issued_at,
        "supersedes": found.supersedes,
        "superseded_by": found.superseded_by,
        "citations": [_cited(citation) for citation in found.citations],
    }


@bulletin.command("list", help=gettext("列出通报。"))
@click.option("--program", default=None, help=gettext("只列一个专项的。"))
@options
def listing(program: str | None) -> None:
    found = queries.bulletins(scope=everything(), program=program)
    terminal.out(
        [
            {
                "id": one.id,
                "title": one.title,
                "program": one.program,
                "status": one.status,
                "checkpoint": one.checkpoint,
            }
            for one in found
        ],
        terminal.table([(one.id, one.status, one.checkpoint or "", one.title) for one in found]),
    )


@bulletin.command("show", help=gettext("显示一份通报的文字、存证点和每个数的出处。"))
@click.argument("id")
@options
def show(id: str) -> None:
    found = queries.bulletin(id, scope=everything())
    terminal.out(
        _shown(found),
        [
            found.title,
            "",
            found.text,
            "",
            *terminal.table(
                [
                    (f"[{c.start}–{c.end}]", c.wording, c.indicator, "" if c.value is None else f"{c.value:f}")
                    for c in found.citations
                ]
            ),
        ],
    )


@bulletin.command("verify", help=gettext("核验一份已签发的通报：存证在、数不变；不符时以 1 退出。"))
@click.argument("id")
@options
def verify(id: str) -> int:
    verified = queries.verify(id)
    terminal.out(
        {
            "id": verified.id,
            "sound": verified.sound,
            "checkpoint": verified.checkpoint,
            "root_matches": verified.root_matches,
            "sealed": verified.sealed,
            "differences": verified.differences,
        },
        [
            gettext("通报 %(id)s：核验通过，存证点 %(number)s。") % {"id": verified.id, "number": verified.checkpoint}
            if verified.sound
            else gettext("通报 %(id)s：核验不通过。") % {"id": verified.id},
            *verified.differences,
        ],
    )
    return 0 if verified.sound else 1
