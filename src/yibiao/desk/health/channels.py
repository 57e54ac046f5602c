"""What the site talks to: the scanner for malware, the mail server, gateways, and what waits to leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.core.mail import get_connection
from django.utils.translation import gettext

from yibiao.core import clock
from yibiao.desk.health.findings import Finding, fault_unless, found, odd_unless
from yibiao.notices import queries as notices
from yibiao.records import queries as records

# The last try comes six hours after the one before it.
LATE: Final = 600.0
_GATEWAYS: Final = {"sms": "YIBIAO_SMS", "wechat": "YIBIAO_WECHAT"}


def examine(*, tables: bool) -> Iterator[Finding]:
    """``tables``: whether the tables of the queues can be read."""
    yield _scanner(records.unscanned() if tables else 0)
    yield _mail()
    for channel, (address, _) in settings.YIBIAO_GATEWAYS.items():
        yield found(
            f"channels.{channel}", gettext("网关"), _GATEWAYS[channel], "good",
            gettext("已设") if address else gettext("未设"),
        )  # fmt: skip
    if tables:
        yield _outbox()


def _scanner(waiting: int) -> Finding:
    what, where = gettext("查病毒"), settings.YIBIAO_SCANNER or "YIBIAO_SCANNER"
    if not settings.YIBIAO_SCANNER:
        seen = gettext("未设，附件不经检查")
        return found("channels.scanner", what, where, "odd", seen, gettext("请设 YIBIAO_SCANNER 为 clamd 的地址。"))
    there = records.scanner_answers()
    return found(
        "channels.scanner", what, where, fault_unless(there),
        gettext("有应答，待查 %(count)s 个") % {"count": waiting} if there else gettext("没有应答"),
        gettext("请启动 clamd：在它查过之前，附件不能下载。"),
    )  # fmt: skip


def _mail() -> Finding:
    what, where = gettext("发信"), f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if settings.YIBIAO_SENDERS.get("email") != "email":
        return found("channels.email", what, "YIBIAO_EMAIL", "good", gettext("未设"))
    line = get_connection()
    try:
        line.open()
        line.close()
    except OSError as failure:  # every fault of SMTP is one
        seen = f"{type(failure).__name__}"
        remedy = gettext("请检查 YIBIAO_EMAIL 的主机、端口、账号和口令。")
        return found("channels.email", what, where, "fault", seen, remedy)
    return found("channels.email", what, where, "good", gettext("可以登录"))


def _outbox() -> Finding:
    box = notices.outbox()
    seconds = (clock.now() - box.since).total_seconds() if box.since else 0.0
    return found(
        "channels.outbox", gettext("待发消息"), "notices", odd_unless(seconds < LATE),
        gettext("%(waiting)s 条待发，%(given_up)s 条放弃") % {"waiting": box.waiting, "given_up": box.given_up},
        gettext("最久的一条已到期而未发：请看服务是否在运行。"),
    )  # fmt: skip
