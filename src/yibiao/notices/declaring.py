"""The columns of notices, receipts and warnings, for figures to count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from yibiao.core.texts import Text
from yibiao.notices import plans, rows, warning
from yibiao.notices.types import Plan
from yibiao.packs import queries as packs
from yibiao.packs.types import Declared, DeclaredColumn, PackFiles

_STATES: Final = (("issued", Text("有效", "In force")), ("replaced", Text("已替换", "Replaced")))
_SEVERITIES: Final = (
    ("Extreme", Text("特别严重（红）", "Extreme (red)")),
    ("Severe", Text("严重（橙）", "Severe (orange)")),
    ("Moderate", Text("较重（黄）", "Moderate (yellow)")),
    ("Minor", Text("一般（蓝）", "Minor (blue)")),
    ("Unknown", Text("未定", "Unknown")),
)
RECEIPT_STATES: Final = (
    ("unread", Text("未读", "Unread")),
    ("read", Text("已读未签", "Read, unsigned")),
    ("signed", Text("已签收", "Signed")),
    ("answered", Text("已反馈", "Answered")),
)


def declared(files: PackFiles) -> tuple[Declared, ...]:
    """The facts of notices and receipts, for a pack's indicators to count."""
    return _declared([plans.read(files.files.get(plans.NAME))[0]])


def sources() -> tuple[Declared, ...]:
    """The facts of notices and receipts, with the kinds and occasions of every installed pack."""
    return _declared([plans.of(one.id, one.version) for one in packs.versions()])


def _declared(known: Sequence[Plan]) -> tuple[Declared, ...]:
    kinds = {one.id: one.label for plan in known for one in plan.kinds}
    occasions = {id: label for plan in known for id, label in plan.occasions}

    def column(name: str, type: str, zh: str, en: str, choices: Any = ()) -> DeclaredColumn:
        return DeclaredColumn(name, type, Text(zh, en), tuple(choices))

    issued = (
        column("kind", "choice", "文种", "Kind", kinds.items()),
        column("occasion", "choice", "针对时段", "Occasion", occasions.items()),
        column("number", "text", "发文字号", "Document number"),
        column("title", "text", "标题", "Title"),
        column("state", "choice", "状态", "State", _STATES),
        column("due_at", "datetime", "签收时限", "Sign by"),
    )
    receipt = (
        column("notice", "text", "通知", "Notice"),
        column("state", "choice", "签收状态", "State", RECEIPT_STATES),
        column("level", "text", "级别", "Level"),
        column("depth", "integer", "第几级", "Step from the issuer"),
        column("due_at", "datetime", "签收时限", "Sign by"),
        column("signed_at", "datetime", "签收时间", "Signed at"),
        column("reminders", "integer", "催签次数", "Reminders"),
    )
    warned = (
        column("event", "text", "事件", "Event"),
        column("category", "text", "类别", "Category"),
        column("severity", "choice", "级别", "Severity", _SEVERITIES),
        column("type", "text", "消息类型", "Type of message"),
        column("headline", "text", "标题", "Headline"),
        column("expires_at", "datetime", "失效时间", "Expires"),
    )
    return (
        Declared("warning:issued", warning.ISSUED, Text("发布的预警", "Warnings issued"), warned),
        Declared("notice:issued", rows.NOTICE, Text("印发的通知", "Notices issued"), issued),
        Declared("notice:receipt", rows.RECEIPT, Text("通知的签收", "Receipts of notices"), receipt),
    )
