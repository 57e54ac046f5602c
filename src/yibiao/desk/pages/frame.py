"""What most pages stand on: a program, a place, a period, and the checkpoint as of which everything is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from yibiao.core.periods import Period
from yibiao.desk import addresses, asking, border
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Checkpoint
from yibiao.packs.types import Program
from yibiao.people.types import Scope
from yibiao.places import queries as places
from yibiao.places.types import Place

KEPT: Final = ("program", "from", "until", "screen", "indicator", "form", "state", "edition")


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the path of places; the last one is where one stands."""

    name: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The setting of a page. ``checkpoint`` is None where nothing has been sealed yet."""

    program: Program
    place: Place
    period: Period
    checkpoint: Checkpoint | None
    scope: Scope
    crumbs: tuple[Crumb, ...]
    children: tuple[Crumb, ...]

    @property
    def as_of(self) -> int | None:
        return self.checkpoint.number if self.checkpoint else None

    @property
    def whole_window(self) -> bool:
        return self.period == asking.window(self.program)

    def address(self, base: str, **more: object) -> str:
        """An address that keeps the program, the place and the period."""
        asked: dict[str, object] = {"program": self.program.code, "place": self.place.code}
        if not self.whole_window:
            asked |= addresses.period(self.period)
        return f"{base}?{urlencode(asked | {key: value for key, value in more.items() if value not in ('', None)})}"


def frame(request: HttpRequest, code: str = "", *, place: str = "") -> Frame | None:
    """The setting that the address asks for; None where the person may see no program at all.

    Raises: packs.program.unknown, places.place.unknown, people.scope.outside, core.period.unreadable,
        core.period.backwards, ledger.checkpoint.unknown
    """
    program = border.program(request, code)
    if program is None:
        return None
    asked = place or request.GET.get("place", "") or border.home(request, program)
    at = places.place(asked)
    if not border.inside(request, program, at.code):
        border.warrant(request, "analyse", place=at.code, program=program.code)
    period = asking.period(program, request.GET.get("from", ""), request.GET.get("until", ""))
    as_of = request.GET.get("as_of")
    checkpoint = ledger.checkpoint(border.number(as_of) if as_of else None)
    crumbs, children = path(request, program, at)
    return Frame(program, at, period, checkpoint, border.reading(request), crumbs, children)


def path(request: HttpRequest, program: Program, at: Place) -> tuple[tuple[Crumb, ...], tuple[Crumb, ...]]:
    """The places from the top of the person's scope to here, and those just below; each link keeps the page."""

    def crumb(one: Place) -> Crumb:
        kept = {key: request.GET[key] for key in KEPT if request.GET.get(key)}
        return Crumb(one.name, f"{request.path}?{urlencode(kept | {'place': one.code})}", one.code == at.code)

    above = [one for one in places.ancestors(at.code) if border.inside(request, program, one.code)]
    return tuple(map(crumb, above)), tuple(map(crumb, places.children(at.code)[:200]))


def part(request: HttpRequest, template: str, shown: Mapping[str, object], *, title: str, back: str) -> HttpResponse:
    """A part of a page, for the page that asked; whoever opens its address by itself gets it as a page of its own."""
    whole = not request.headers.get("HX-Request")
    more = {"part": template, "title": title, "back": back}
    found = render(request, "desk/alone.html", {**shown, **more}) if whole else render(request, template, shown)
    patch_vary_headers(found, ["HX-Request"])
    return found


def nothing(request: HttpRequest) -> HttpResponse:
    """The page of someone who may see no program: it says so and what to do."""
    shown = {"text": gettext("你的岗位还没有可以查看的专项。"), "remedy": gettext("请联系本单位的账号管理员授权。")}
    return render(request, "desk/nothing.html", shown)
