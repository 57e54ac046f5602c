"""群众诉求 at the desk: the counters that take reports, and the QR code of a place to print and put up."""

from __future__ import annotations

import base64
from typing import Final

import qrcode
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from qrcode.image.svg import SvgPathImage

from yibiao.cases import queries as cases
from yibiao.citizens import queries as citizens
from yibiao.citizens.types import Counter
from yibiao.core import clock
from yibiao.core.problems import refuse
from yibiao.desk import border
from yibiao.desk.problems import NO_PAGE
from yibiao.places import queries as places

MOST_BELOW: Final = 200


@require_GET
def counters(request: HttpRequest) -> HttpResponse:
    """Where citizens may report within the person's range, with how many reports wait."""
    rows = []
    for one in citizens.counters_open():
        roots = border.reading(request).places(one.program)
        if any(places.descends(root, one.place) or places.descends(one.place, root) for root in roots):
            rows.append(_row(request, one))
    return render(request, "desk/reporting.html", {"rows": rows, "open311": _open311(request)})


def _row(request: HttpRequest, one: Counter) -> dict[str, object]:
    found = cases.counts(scope=border.reading(request), program=one.program, at=clock.now())
    counts = next((each for each in found if each.lifecycle == one.lifecycle), None)
    return {
        "counter": one,
        "place": places.place(one.place),
        "services": citizens.services(one),
        "counts": counts,
        "report_url": reverse("desk_report", kwargs={"place": one.place}),
        "list_url": reverse("desk_report_list", kwargs={"place": one.place}),
        "cases_url": f"{reverse('desk_cases')}?program={one.program}&kind={one.lifecycle}",
    }


def _open311(request: HttpRequest) -> str:
    return request.build_absolute_uri("/open311/discovery.json")


@require_GET
def poster(request: HttpRequest, place: str) -> HttpResponse:
    """A page to print: the QR code that opens the form of a place, and what it is for."""
    counter = citizens.counter(place)
    roots = border.reading(request).places(counter.program)
    if not any(places.descends(place, root) for root in roots):
        raise refuse(NO_PAGE.at())
    address = request.build_absolute_uri(reverse("desk_report", kwargs={"place": place}))
    below = places.children(place)
    shown = {
        "counter": counter,
        "place": places.place(place),
        "ancestors": [one for one in places.ancestors(place) if places.descends(one.code, counter.place)],
        "below": below[:MOST_BELOW],
        "address": address,
        "code": code(address),
        "services": citizens.services(counter),
    }
    return render(request, "desk/report_poster.html", shown)


def code(text: str) -> str:
    """A QR code as an image that the page holds itself; it survives a torn corner."""
    made = qrcode.make(text, image_factory=SvgPathImage, error_correction=qrcode.ERROR_CORRECT_Q, border=2)
    return "data:image/svg+xml;base64," + base64.b64encode(made.to_string()).decode()
