"""What the shell of every page needs: who is signed in, the program in hand, where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext

from yibiao.core import clock
from yibiao.core.problems import Refusal
from yibiao.desk import border
from yibiao.notices import queries as notices
from yibiao.people import queries as people
from yibiao.people.types import Right

LARGE = "desk_large"


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    label: str
    url: str
    here: bool
    below: tuple[Link, ...] = ()


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of every template; a visitor gets the bare shell."""
    language = get_language() or "zh-hans"
    looks = {
        "shell_language": "en" if language.startswith("en") else "zh",
        "shell_large": request.COOKIES.get(LARGE) == "1",
        "shell_dark": request.GET.get("screen") == "1",
        "shell_replay": _replay(),
    }
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return looks
    try:
        chosen = border.program(request)
    except Refusal:
        chosen = None
    held = border.rights(request)
    navigation = navigate(request.path, held)
    return looks | {
        "shell_account": people.account(border.actor(request)),
        "shell_program": chosen,
        "shell_programs": border.programs(request),
        "shell_navigation": navigation,
        "shell_unread": notices.unread_count(border.actor(request)),
        "shell_below": next((link.below for link in navigation if link.here), ()),
    }


def _replay() -> dict[str, Any] | None:
    """The moment that a replayed demo shows, for the strip below the head of the page."""
    pace = clock.replayed()
    if pace is None:
        return None
    now = clock.now()
    return {"now": now, "speed": int(pace.speed), "at": int(now.timestamp()), "end": int(pace.end.timestamp())}


def navigate(path: str, held: frozenset[Right]) -> tuple[Link, ...]:
    """Two levels at most; what a person may not see is not shown."""

    def link(label: str, name: str, *prefixes: str, below: tuple[Link, ...] = ()) -> Link:
        url = reverse(name)
        here = path == url or any(path.startswith(prefix) for prefix in prefixes)
        return Link(label, url, here or any(one.here for one in below), below)

    found: list[Link] = []
    if held & set(border.READING):
        today = (
            link(gettext("今日"), "desk_day"),
            link(gettext("收件箱"), "desk_inbox", "/inbox/"),
            link(gettext("通知"), "desk_notices", "/notices/"),
            link(gettext("预警"), "desk_warnings", "/warnings/"),
            link(gettext("看板"), "desk_board", "/board/", "/programs/"),
        )
        found.append(link(gettext("今日"), "desk_day", below=today))
        if "fill" in held:
            found.append(link(gettext("填报"), "desk_entry", "/entry/"))
        work = (
            link(gettext("事项"), "desk_cases", "/cases/"),
            link(gettext("群众诉求"), "desk_reporting", "/reporting/"),
            link(gettext("检查计划和公示"), "desk_inspections", "/inspections/"),
            link(gettext("双随机抽取"), "desk_draws", "/draws/"),
        )
        found.append(link(gettext("事项"), "desk_cases", below=work))
        found.append(link(gettext("记录"), "desk_records", "/records/"))
        watch = (
            link(gettext("在岗"), "desk_duty"),
            link(gettext("值班表"), "desk_duty_rosters", "/duty/rosters/", "/duty/things/"),
            link(gettext("报送率"), "desk_duty_coverage", "/duty/coverage/"),
            link(gettext("催报"), "desk_duty_chasing", "/duty/chasing/"),
            link(gettext("回报核对"), "desk_operations", "/operations/"),
            link(gettext("查岗"), "desk_duty_checks", "/duty/checks/"),
        )
        found.append(link(gettext("值班"), "desk_duty", below=watch))
        data = (
            link(gettext("指标"), "desk_figures", "/figures/"),
            link(gettext("台账"), "desk_registers", "/registers/"),
            link(gettext("表单目录"), "desk_catalogue", "/catalogue/"),
            link(gettext("地点"), "desk_places", "/places/"),
            link(gettext("存证"), "desk_ledger", "/ledger/"),
        )
        found.append(link(gettext("数据"), "desk_figures", below=data))
        texts = (
            link(gettext("通报"), "desk_bulletins", "/bulletins/"),
            link(gettext("核稿"), "desk_drafts", "/drafts/"),
        )
        found.append(link(gettext("通报"), "desk_bulletins", below=texts))
    if "manage" in held:
        manage = (
            link(gettext("账号"), "people_list", "/account/people/", "/accounts/"),
            link(gettext("机构"), "people_organisations"),
            link(pgettext("several", "专项"), "desk_packs", "/packs/"),
        )
        found.append(link(gettext("管理"), "people_list", below=manage))
    return tuple(found)
