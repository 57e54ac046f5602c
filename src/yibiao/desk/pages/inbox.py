"""收件箱: what one was told, and where else one wants to be told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.core.problems import Refusal
from yibiao.desk import border, tables
from yibiao.desk.middleware import spoken_all
from yibiao.notices import actions, queries
from yibiao.notices.types import Item
from yibiao.packs import queries as packs
from yibiao.places import queries as places

_TOGETHER: Final = 300
# What a message is about → the page that shows it.
PAGES: Final = {"notice": "desk_notice", "warning": "desk_warning", "case": "desk_case"}


def inbox(request: HttpRequest, refused: Refusal | None = None) -> HttpResponseBase:
    """The messages, newest first; unread ones only if asked."""
    key, unread = border.actor(request), request.GET.get("unread") == "1"
    if tables.wanted(request):
        words = {"unread": (gettext("状态"), gettext("未读") if unread else gettext("全部"))}
        return tables.answer(request, gettext("收件箱"), _listed(key, unread), words=words)
    found = queries.inbox(key, unread=unread, number=border.number(request.GET.get("page")))
    known = places.names(list({one.place for one in found.items}))
    more = "&unread=1" if unread else ""
    shown = {
        "box": found,
        "rows": [{"item": one, "place": known.get(one.place, "")} for one in found.items],
        "unread": unread,
        "before": f"?page={found.number - 1}{more}" if found.number > 1 else "",
        "after": f"?page={found.number + 1}{more}" if found.number < found.pages else "",
        "channels": _channels(request, key),
        "refused": spoken_all(refused.problems) if refused else [],
    }
    return render(request, "desk/inbox.html", shown, status=422 if refused else 200)


def _listed(key: str, unread: bool) -> Iterator[list[Any]]:
    """The same messages as a file has them."""
    yield [
        gettext("时间"), gettext("消息"), gettext("地点"), gettext("专项"), gettext("紧急"), gettext("读过的时间"),
        gettext("编号"),
    ]  # fmt: skip
    known = {one.code: one.title.of(border.language()) for one in packs.programs()}
    held = queries.inbox_messages(key, unread=unread)
    while some := list(islice(held, _TOGETHER)):
        at = places.names(list({one.place for one in some}))
        for one in some:
            urgent = gettext("是") if one.urgent else ""
            yield [
                one.told_at, one.text.of(border.language()), at.get(one.place, one.place),
                known.get(one.program, one.program), urgent, one.read_at, one.subject,
            ]  # fmt: skip


def _channels(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    label = {"email": gettext("电子邮件"), "sms": gettext("短信"), "wechat": gettext("企业微信")}
    held, faults = queries.addresses_of(key), {one.channel: one for one in queries.faults_of(key)}
    return [
        {"id": id, "label": label.get(id, id), "value": request.POST.get(id, value), "fault": faults.get(id)}
        for id, value in held.items()
    ]


def opened(request: HttpRequest, id: int) -> HttpResponse:
    """Opens what a message is about; the message counts as read from now on."""
    found = queries.message_of(border.actor(request), id)
    if request.method == "POST":
        actions.mark_read(border.actor(request), [id])
    return redirect(address(found))


def address(item: Item) -> str:
    """The page of what a message is about; the first screen where it has none."""
    if item.about in PAGES:
        return reverse(PAGES[item.about], kwargs={"id": item.subject})
    return f"{reverse('desk_day')}?program={item.program}"


@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Marks all messages as read."""
    count = actions.mark_read(border.actor(request))
    messages.success(request, gettext("已把 %(count)s 条消息标为已读。") % {"count": count})
    return redirect("desk_inbox")


@require_POST
def addresses(request: HttpRequest) -> HttpResponseBase:
    """Where one wants to be told of what is urgent, outside of the site."""
    wanted = {channel: request.POST.get(channel, "") for channel in queries.addresses_of("")}
    try:
        actions.set_addresses(border.actor(request), wanted)
    except Refusal as refusal:
        return inbox(request, refusal)
    messages.success(request, gettext("提醒方式已保存。"))
    return redirect("desk_inbox")
