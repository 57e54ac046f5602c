"""The addresses of GeoReport v2: services, requests, tokens; every refusal in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from yibiao.cases import queries as cases
from yibiao.cases.types import Case
from yibiao.citizens import actions, queries
from yibiao.citizens.open311 import asking, problems, rendering, shapes
from yibiao.citizens.open311.asking import Jurisdiction
from yibiao.citizens.types import Proof, Report, Taken
from yibiao.core.problems import Refusal, refuse
from yibiao.people import queries as people
from yibiao.people.types import Warrant
from yibiao.places import queries as places

View = Callable[..., HttpResponse]


def speaking(*methods: str) -> Callable[[View], View]:
    """A view that answers in XML or JSON whatever happens."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def spoken(request: HttpRequest, *args: Any, form: str = "", **kwargs: Any) -> HttpResponse:
            try:
                if request.method not in (*methods, "HEAD", "OPTIONS"):
                    raise refuse(problems.METHOD.at(method=str(request.method)[:10]))
                return view(request, *args, form=form, **kwargs)
            except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
                refusal = refuse(problems.LARGE.at())
            except (MultiPartParserError, SuspiciousOperation, UnicodeError, UnreadablePostError):
                return _refused(request, form, [(400, "请求读不懂。The request cannot be read.")])
            except Refusal as caught:
                refusal = caught
            said = [(one.rule.status, f"{one.text('zh')} {one.text('en')}") for one in refusal.problems]
            return _refused(request, form, said)

        return spoken

    return wrap


def _refused(request: HttpRequest, form: str, said: list[tuple[int, str]]) -> HttpResponse:
    # The specification knows 400 for what is wrong with a request; ours would be 422.
    found = [(400 if code == 422 else code, text) for code, text in said]
    return rendering.answer(request, form, "errors", shapes.errors(found), status=found[0][0])


@speaking("GET")
def discovery(request: HttpRequest, *, form: str) -> HttpResponse:
    return rendering.answer(request, form, "discovery", shapes.discovery(request.build_absolute_uri("/open311/v2/")))


@speaking("GET")
def challenge(request: HttpRequest, *, form: str) -> HttpResponse:
    """A challenge for whoever has no key: its answer goes with the report."""
    one = queries.challenge()
    told = {"challenge": one.token, "salt": one.salt, "target": one.target, "highest": one.highest,
            "algorithm": "sha-256"}  # fmt: skip
    answer = rendering.answer(request, form, "challenge", told)
    answer["Cache-Control"] = "no-store"
    return answer


@speaking("GET")
def services(request: HttpRequest, *, form: str) -> HttpResponse:
    where = asking.jurisdiction(request.GET.dict())
    told = [shapes.service(where, one) for one in queries.services(where.counter)]
    return rendering.answer(request, form, "services", told)


@speaking("GET")
def service(request: HttpRequest, code: str, *, form: str) -> HttpResponse:
    given: dict[str, Any] = request.GET.dict()
    if not given.get("jurisdiction_id"):
        # The code itself names the program.
        program = code.partition(".")[0]
        named = next((one for one in queries.counters_open() if one.program == program), None)
        if named is None:
            raise refuse(problems.SERVICE.at(code=code[:80]))
        where = Jurisdiction(named.place, named)
    else:
        where = asking.jurisdiction(given)
    return rendering.answer(request, form, "service_definition", shapes.definition(where, where.service(code)))


@speaking("GET", "POST")
def requests(request: HttpRequest, *, form: str) -> HttpResponse:
    if request.method == "POST":
        return _post(request, form)
    given: dict[str, Any] = request.GET.dict()
    where, wanted = asking.jurisdiction(given), asking.wanted(given)
    found = cases.in_public(
        where.counter.program, where.counter.lifecycle, place=where.place, ids=wanted.ids, is_open=wanted.is_open,
        from_=wanted.from_, until=wanted.until, limit=asking.MOST,
    )  # fmt: skip
    told = _told(where, found)
    if wanted.services:
        told = [one for one in told if one["service_code"] in wanted.services]
    return rendering.answer(request, form, "service_requests", told)


@speaking("GET")
def updates(request: HttpRequest, *, form: str) -> HttpResponse:
    """How the requests stand that moved within a span, each once: its newest act."""
    given: dict[str, Any] = request.GET.dict()
    where, wanted = asking.jurisdiction(given), asking.wanted(given)
    found = cases.in_public(
        where.counter.program, where.counter.lifecycle, place=where.place, ids=wanted.ids, is_open=wanted.is_open,
        from_=wanted.from_, until=wanted.until, by="moved", limit=asking.MOST,
    )  # fmt: skip
    return rendering.answer(request, form, "service_request_updates", [shapes.update(where, one) for one in found])


@speaking("GET")
def one_request(request: HttpRequest, id: str, *, form: str) -> HttpResponse:
    for one in queries.counters_open():
        try:
            case = cases.leading(id, scope=queries.scope_of(one.program))
        except Refusal:
            continue
        if (case.program, case.lifecycle.id) == (one.program, one.lifecycle) and not case.withdrawn:
            told = _told(Jurisdiction(one.place, one), [case])
            return rendering.answer(request, form, "service_requests", [told[0] | {"service_request_id": id}])
    raise refuse(problems.REQUEST.at(id=id[:40]))


@speaking("GET")
def token(request: HttpRequest, token: str, *, form: str) -> HttpResponse:
    found = queries.ticket(token)
    told = [{"service_request_id": found.case, "token": token}]
    return rendering.answer(request, form, "service_requests", told)


@speaking("GET", "POST")
def nowhere(request: HttpRequest, rest: str, *, form: str) -> HttpResponse:
    raise refuse(problems.ADDRESS.at(rest=rest[:80]))


def _told(where: Jurisdiction, found: Iterable[Case]) -> list[shapes.Plain]:
    known = list(found)
    names = {one: "".join(step.name for step in places.ancestors(one)[-3:]) for one in {case.place for case in known}}
    return [shapes.request(where, case, names) for case in known]


def _post(request: HttpRequest, form: str) -> HttpResponse:
    given: dict[str, Any] = request.POST.dict()
    where = asking.jurisdiction(given)
    service = where.service(given.get("service_code", ""))
    place = given.get("address_id", "").strip()
    located = given.get("lat", "").strip() and given.get("long", "").strip()
    if not (located or place or given.get("address_string", "").strip()):
        raise refuse(problems.LOCATION.at())
    if place and not places.descends(place[:64], where.place):
        raise refuse(problems.JURISDICTION.at(id=place[:40], known=where.place))
    report = Report(
        actions.new_token(), place or where.place, service.code, given.get("description", ""),
        given.get("address_string", ""), given.get("lat", ""), given.get("long", ""),
        f"{given.get('last_name', '')}{given.get('first_name', '')}", given.get("phone", ""), "open311",
        photos=actions.photos(request.FILES.getlist("media")),
    )  # fmt: skip
    taken = _take(request, report, where, given)
    address = request.build_absolute_uri(reverse("desk_report_follow", kwargs={"token": report.token}))
    told = [shapes.taken(taken.case, service, report.token, address)]
    return rendering.answer(request, form, "service_requests", told, status=201)


def _take(request: HttpRequest, report: Report, where: Jurisdiction, given: dict[str, Any]) -> Taken:
    key = given.get("api_key", "")
    if key:
        return actions.report(report, by=_by(key, report.place, where.counter.program))
    if not given.get("challenge"):
        raise refuse(problems.UNPROVEN.at())
    address = str(get_adapter(request).get_client_ip(request))
    proof = Proof(given.get("challenge", ""), given.get("answer", ""), address)
    return actions.report_openly(report, proof=proof)


def _by(key: str, place: str, program: str) -> Warrant:
    """Raises: citizens.open311.key."""
    try:
        held = people.client(key)
    except Refusal:
        raise refuse(problems.KEY.at()) from None
    for by in people.client_warrants(held, program):
        if places.descends(place, by.place):
            return by
    raise refuse(problems.KEY.at())
