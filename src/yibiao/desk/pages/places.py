"""地点: the tree of places, its editions, and the search behind every place picker."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from yibiao.core.problems import refuse
from yibiao.desk import border
from yibiao.desk.problems import BAD_PERIOD
from yibiao.people import queries as people
from yibiao.places import queries as places

FOUND: Final = 20
MOST_CHILDREN: Final = 500


def search(request: HttpRequest) -> JsonResponse:
    """Places by name, pinyin initials or code, with the path above each; ``program`` limits it to her scope."""
    under: tuple[str, ...] = ()
    if request.GET.get("program"):
        program = border.program(request)
        under = border.reading(request).places(program.code) if program else ()
    found = places.search(
        request.GET.get("q", "").strip()[:40], under=under, level=request.GET.get("level") or None, limit=FOUND
    )
    return JsonResponse({"items": [{"code": one.code, "name": one.name, "path": _path(one.code)} for one in found]})


def _path(code: str) -> str:
    above = [one.name for one in places.ancestors(code)[:-1]]
    return " › ".join(above[-2:])


def organisations(request: HttpRequest) -> JsonResponse:
    """Organisations by name or code, for the picker of those that took part."""
    found = people.organisations(text=request.GET.get("q", "").strip()[:40], limit=FOUND)
    return JsonResponse({"items": [{"code": one.code, "name": one.name, "path": one.code} for one in found]})


def browse(request: HttpRequest, code: str = "") -> HttpResponse:
    """One place with its children, in today's edition or in that of a day."""
    on = _day(request.GET.get("on", ""))
    start = code or _top()
    here = places.place(start, on=on)
    below = places.children(here.code, on)
    shown = {
        "here": here,
        "above": places.ancestors(here.code, on),
        "below": below[:MOST_CHILDREN],
        "more": len(below) > MOST_CHILDREN,
        "editions": places.editions(),
        "edition": places.edition(on),
        "on": on.isoformat() if on else "",
        "count": places.count(on),
        "search_url": reverse("desk_place_search"),
    }
    return render(request, "desk/places.html", shown)


def _top() -> str:
    first = next((one for one in places.search("", limit=1)), None)
    return first.code if first else ""


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refuse(BAD_PERIOD.at(text=text[:20])) from None
