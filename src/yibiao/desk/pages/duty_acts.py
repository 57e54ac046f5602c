"""Acts of duty from pages: each reads its form, asks for the warrant, calls one action, and goes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import Refusal, refuse
from yibiao.desk import border
from yibiao.desk.problems import NO_PAGE
from yibiao.duty import actions
from yibiao.duty import queries as duty
from yibiao.duty.types import Placing, RosterView, StaffDraft
from yibiao.packs import queries as packs
from yibiao.people.types import Right, Warrant

_KEEPERS: Final[tuple[Right, ...]] = ("fill", "review")
Act = Callable[[RosterView, QueryDict, Warrant], str]


@require_POST
def open_roster(request: HttpRequest) -> HttpResponse:
    """Lays the shifts of a unit for a span of days."""
    code, unit = request.POST.get("program", ""), request.POST.get("unit", "")
    known = duty.reporting_units(code, scope=border.reading(request))
    if unit not in known:
        raise refuse(NO_PAGE.at())
    by = warrant(request, known[unit].place, code, *_KEEPERS)
    try:
        days = Period.parse(request.POST.get("from", ""), request.POST.get("until", ""))
        id = actions.open_roster(code, unit, days, by=by)
    except Refusal as refusal:
        return _back(request, reverse("desk_duty_rosters"), refusal)
    return redirect("desk_duty_roster", id=id)


@require_POST
def act(request: HttpRequest, id: str) -> HttpResponse:
    """One act on a roster or on what is in it."""
    view = duty.roster(id, scope=border.reading(request))
    name = request.POST.get("act", "")
    held = view.roster
    rights: tuple[Right, ...] = ("review",) if name == "approve_swap" else _KEEPERS
    by = warrant(request, held.place, held.program, *rights)
    doing = _ACTS.get(name)
    if doing is None:
        raise refuse(NO_PAGE.at())
    home = reverse("desk_duty_roster", kwargs={"id": id})
    try:
        messages.success(request, doing(view, request.POST, by))
    except Refusal as refusal:
        return _back(request, home, refusal)
    return _back(request, home)


@require_POST
def chase(request: HttpRequest) -> HttpResponse:
    """Reminds one unit, or all that are missing of a topic, or hands one to the level above, or frees it."""
    post = request.POST
    code, topic, place = post.get("program", ""), post.get("topic", ""), post.get("place", "")
    name = post.get("act", "chase")
    home = reverse("desk_duty_chasing")
    rights: tuple[Right, ...] = ("review",) if name in ("escalate", "exempt") else ("review", "fill")
    by = warrant(request, place, code, *rights)
    try:
        messages.success(request, _remind(name, code, topic, post, by))
    except Refusal as refusal:
        return _back(request, home, refusal)
    return _back(request, home)


@require_POST
def file_nil(request: HttpRequest) -> HttpResponse:
    """Signs a nil report for a unit: it becomes a record of the form."""
    post = request.POST
    code, unit = post.get("program", ""), post.get("unit", "")
    found = {one.unit.key: one.unit for one in _owed(request, code)}
    if unit not in found:
        raise refuse(NO_PAGE.at())
    by = warrant(request, found[unit].place, code, "fill")
    try:
        actions.file_nil(code, post.get("topic", ""), post.get("slot", ""), unit, by=by)
    except Refusal as refusal:
        return _back(request, reverse("desk_duty_chasing"), refusal)
    messages.success(request, gettext("零报告已签报，封存后计入报送率。"))
    return _back(request, reverse("desk_duty_chasing"))


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Draws spot checks, or puts down what one found."""
    post = request.POST
    code, place, home = post.get("program", ""), post.get("place", ""), reverse("desk_duty_checks")
    by = warrant(request, place, code, "review", "fill")
    try:
        if post.get("act") == "draw":
            span = Period.parse(post.get("from", ""), post.get("until", ""))
            seed = post.get("seed", "").strip() or clock.now().astimezone(SHANGHAI).isoformat()
            count = border.number(post.get("count"), 10, highest=100_000)
            drawn = actions.draw_spot_checks(code, span, count, seed=seed, by=by)
            said = gettext("已抽定 %(count)d 次查岗，到时间后列出。种子：%(seed)s")
            messages.success(request, said % {"count": len(drawn), "seed": seed})
        else:
            seconds = post.get("seconds", "").strip()
            actions.record_spot_check(
                post.get("id", ""), means=post.get("means", ""), verdict=post.get("verdict", ""),
                seconds=border.number(seconds, 0, highest=86_400) if seconds else None,
                follow_up=post.get("follow_up", ""), by=by,
            )  # fmt: skip
            messages.success(request, gettext("查岗结果已登记。"))
    except Refusal as refusal:
        return _back(request, home, refusal)
    return _back(request, home)


def warrant(request: HttpRequest, place: str, program: str, *rights: Right) -> Warrant:
    """The first right of these that the person has there.

    Raises: people.scope.outside, packs.program.unknown
    """
    packs.program(program)
    for right in rights:
        if border.may(request, right, place=place, program=program):
            return border.warrant(request, right, place=place, program=program)
    return border.warrant(request, rights[0], place=place, program=program)


def _remind(name: str, code: str, topic: str, post: QueryDict, by: Warrant) -> str:
    unit, owing = post.get("unit", ""), post.getlist("slot")
    if name == "chase_all":
        done = actions.chase_all(code, topic, by=by)
        return gettext("已催报 %(count)d 条。") % {"count": done}
    with transaction.atomic():
        for slot in owing:
            if name == "escalate":
                actions.escalate(code, topic, slot, [unit], by=by)
            elif name == "exempt":
                actions.exempt(code, topic, slot, unit, reason=post.get("reason", ""), by=by)
            else:
                actions.chase(code, topic, slot, [unit], by=by)
    return {
        "escalate": gettext("已上交上一级催办。"),
        "exempt": gettext("已免报，理由随记录保存。"),
    }.get(name, gettext("已催报。"))


def _owed(request: HttpRequest, code: str) -> tuple[Any, ...]:
    return duty.owed(code, scope=border.reading(request), at=clock.now().astimezone(SHANGHAI))


def _back(request: HttpRequest, home: str, refusal: Refusal | None = None) -> HttpResponse:
    """Back to the page that the form named, with what was wrong."""
    for problem in refusal.problems if refusal else ():
        messages.error(request, problem.text(border.language()))
    target = request.POST.get("next", "")
    if not target or not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = home
    return redirect(target)


def _at(post: Mapping[str, Any], name: str) -> datetime:
    return Period.parse(str(post.get(name, "")), "2999-01-01").from_


def _seat(view: RosterView, id: str) -> str:
    if not any(one.id == id for shift in view.shifts for one in shift.seats):
        raise refuse(NO_PAGE.at())
    return id


def _assign(view: RosterView, post: QueryDict, by: Warrant) -> str:
    placing = Placing(post.get("shift", ""), post.get("person", ""), post.get("post", ""))
    actions.assign(view.roster.id, [placing], by=by)
    return gettext("已排上。")


def _release(view: RosterView, post: QueryDict, by: Warrant) -> str:
    actions.release(_seat(view, post.get("seat", "")), by=by)
    return gettext("已撤下。")


def _file(view: RosterView, post: QueryDict, by: Warrant) -> str:
    score = actions.file_roster(view.roster.id, by=by)
    return gettext("已报备，质量分 %(score)d。") % {"score": score}


def _confirm(view: RosterView, post: QueryDict, by: Warrant) -> str:
    actions.confirm(_seat(view, post.get("seat", "")), by=by)
    return gettext("已确认。")


def _arrive(view: RosterView, post: QueryDict, by: Warrant) -> str:
    actions.arrive(view.roster.id, {_seat(view, post.get("seat", "")): _at(post, "at")}, by=by)
    return gettext("到岗已登记。")


def _leave(view: RosterView, post: QueryDict, by: Warrant) -> str:
    actions.leave(_seat(view, post.get("seat", "")), _at(post, "at"), by=by)
    return gettext("离岗已登记。")


def _ask(view: RosterView, post: QueryDict, by: Warrant) -> str:
    actions.ask_swap(_seat(view, post.get("seat", "")), post.get("person", ""), reason=post.get("reason", ""), by=by)
    return gettext("换班已申请，等对方同意。")


def _answer(doing: Callable[..., None], said: Callable[[], str]) -> Act:
    def done(view: RosterView, post: QueryDict, by: Warrant) -> str:
        doing(post.get("swap", ""), by=by)
        return said()

    return done


def _offer(view: RosterView, post: QueryDict, by: Warrant) -> str:
    items = post.get("items", "").splitlines()
    from_shift, _, to_shift = post.get("shifts", "").partition("/")
    actions.offer_handover(from_shift, to_shift, post.get("person", ""), items, by=by)
    return gettext("已交班，等接班人签收。")


def _sign(view: RosterView, post: QueryDict, by: Warrant) -> str:
    actions.sign_handover(post.get("handover", ""), post.get("person", ""), by=by)
    return gettext("已接班，上一班离岗。")


def _list(view: RosterView, post: QueryDict, by: Warrant) -> str:
    draft = StaffDraft(post.get("name", ""), post.get("title", ""), leads=post.get("leads") == "yes")
    actions.add_staff(view.roster.program, view.roster.unit, [draft], by=by)
    return gettext("已列入值班人员名册。")


_ACTS: Final[Mapping[str, Act]] = {
    "assign": _assign,
    "release": _release,
    "file": _file,
    "confirm": _confirm,
    "arrive": _arrive,
    "leave": _leave,
    "ask_swap": _ask,
    "accept_swap": _answer(actions.accept_swap, lambda: gettext("已同意换班，等批准。")),
    "decline_swap": _answer(actions.decline_swap, lambda: gettext("已拒绝换班。")),
    "withdraw_swap": _answer(actions.withdraw_swap, lambda: gettext("换班已撤回。")),
    "approve_swap": _answer(actions.approve_swap, lambda: gettext("换班已批准并生效。")),
    "offer": _offer,
    "sign": _sign,
    "list": _list,
}
