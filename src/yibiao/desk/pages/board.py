"""The live board: key figures, the map, the trend, coverage, and the newest records."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yibiao.desk import border, streams
from yibiao.desk.pages import following
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.ledger import queries as ledger


def board(request: HttpRequest) -> HttpResponse:
    """今日: the board of the program in hand. ``screen=1`` shows it dark, for the wall."""
    setting = frame(request)
    if setting is None:
        return redirect("people_list") if "manage" in border.rights(request) else nothing(request)
    return render(request, "desk/board.html", _context(request, setting))


def live(request: HttpRequest) -> HttpResponse:
    """The part of the board that follows the log."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    return render(request, "desk/parts/live.html", _context(request, setting))


def mark(request: HttpRequest) -> HttpResponse:
    """The number of the newest checkpoint: a page asks for it to know whether anything is new."""
    newest = ledger.checkpoint()
    number = newest.number if newest else 0
    answer = JsonResponse({"checkpoint": number})
    answer["ETag"], answer["Cache-Control"] = f'"{number}"', "private, no-cache"
    if request.headers.get("If-None-Match") == answer["ETag"]:
        return HttpResponseNotModified(headers={"ETag": answer["ETag"]})
    return answer


def events(request: HttpRequest) -> HttpResponseBase:
    """The parts of the board, each as soon as it changed, as server-sent events.

    Raises: as ``frame``, and desk.streams.full
    """
    setting = frame(request)
    if setting is None:
        return nothing(request)
    shown = following.board(setting, request.GET.get("indicator", ""), screen=request.GET.get("screen") == "1")
    follower = following.follower(request, shown)
    streams.hub.room(follower.person)
    seen = request.headers.get("Last-Event-ID") or request.GET.get("seen")
    return streams.Events(streams.Stream(follower, shown, border.number(seen, 0)))


def _context(request: HttpRequest, setting: Frame) -> dict[str, Any]:
    screen = request.GET.get("screen") == "1"
    shown = following.context(setting, request.GET.get("indicator", ""), screen=screen)
    # What is drawn stays drawn as long as it is followed.
    drawn = shown["layer"].id if "layer" in shown else shown["mapped"].indicator.id if "mapped" in shown else ""
    kept = {"screen": request.GET.get("screen")}
    return shown | {
        "live_url": setting.address(reverse("desk_board_live"), indicator=request.GET.get("indicator"), **kept),
        "events_url": setting.address(reverse("desk_board_events"), indicator=drawn, **kept),
    }
