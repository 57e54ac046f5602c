"""The addresses of a feed: service document, $metadata, sets, single rows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from yibiao.core.problems import Refusal, refuse
from yibiao.people.types import Scope
from yibiao.records import border
from yibiao.records.intake.openrosa import digest, projects
from yibiao.records.odata import asking, feeding, metadata, options, problems
from yibiao.records.odata.options import Options
from yibiao.records.odata.shapes import MAIN, Shape, Table, shape

JSON: Final = "application/json; charset=utf-8; odata.metadata=minimal"
XML: Final = "application/xml; charset=utf-8"
READS: Final = ("GET", "HEAD")
_PATH: Final = re.compile(r"(?P<set>[^('/]+)(?:\('(?P<id>[^']*)'\))?(?:/(?P<below>[^/]+))?")
View = Callable[..., HttpResponseBase]


def speaking(kind: str) -> Callable[[View], View]:
    """A view of OData: the versions, what may be asked for, and every refusal in the form of the resource."""

    def speaks(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest, form: str, program: str = "", **kwargs: str) -> HttpResponseBase:
            form = form.partition("@")[0]
            try:
                if request.method not in READS:
                    raise refuse(problems.METHOD.at(method=str(request.method)[:10]))
                _acceptable(request, kind)
                scope = asking.scope(request, form, projects.code(program))
                answer = view(request, shape(form, instances=bool(program)), scope, **kwargs)
            except Refusal as refusal:
                answer = _refused(request, refusal, kind)
            if answer.status_code == problems.METHOD.status:
                answer["Allow"] = ", ".join(READS)
            answer["OData-Version"] = "4.0"
            answer["Cache-Control"] = "private, no-cache"
            return answer

        return answered

    return speaks


@speaking("json")
def service(request: HttpRequest, of: Shape, scope: Scope) -> HttpResponseBase:
    """The sets of a form."""
    return _json(metadata.service(of, _base(request, of)))


@speaking("xml")
def described(request: HttpRequest, of: Shape, scope: Scope) -> HttpResponseBase:
    """The types of a form's sets."""
    return HttpResponse(metadata.document(of), content_type=XML)


@speaking("json")
def entities(request: HttpRequest, of: Shape, scope: Scope, path: str) -> HttpResponseBase:
    """A set, one row of it, the items of one row, or a number of rows."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise refuse(problems.UNKNOWN.at(name=path[:80]))
    asked, table, below = options.read(request), of.table(match["set"]), match["below"]
    etag = _etag(request, of, scope)
    if etag == request.headers.get("If-None-Match"):
        return HttpResponseNotModified()
    answer = _answer(request, of, scope, asked, table, match["id"], below)
    answer["ETag"] = etag
    return answer


def _answer(
    request: HttpRequest, of: Shape, scope: Scope, asked: Options, table: Table, id: str | None, below: str | None
) -> HttpResponseBase:
    if id is not None:
        return _single(request, of, scope, asked, table, unquote(id), below)
    if below == "$count":
        return HttpResponse(str(feeding.feed(of, table, asked, scope=scope).count()), content_type="text/plain")
    if below:
        raise refuse(problems.UNKNOWN.at(name=f"{table.name}/{below}"[:80]))
    if asked.steps:
        found, total = feeding.groups(of, table, asked, scope=scope)
        return _json(_wrapped(request, of, table, asked, found, total))
    return _rows(request, of, table, feeding.feed(of, table, asked, scope=scope))


def _single(
    request: HttpRequest, of: Shape, scope: Scope, asked: Options, table: Table, id: str, below: str | None
) -> HttpResponseBase:
    if table.name != MAIN:
        raise refuse(problems.UNSUPPORTED.at(feature=f"{table.name}('…')"))
    plain = options.Options(wkt=asked.wkt, expand=asked.expand)
    found, _ = feeding.feed(of, of.main, plain, scope=scope, of=id).page() if id else ([], "")
    if not found:
        raise refuse(problems.UNKNOWN.at(name=f"{MAIN}('{id}')"[:80]))
    if below:
        inner = of.table(f"{MAIN}.{below}")
        return _rows(request, of, inner, feeding.feed(of, inner, asked, scope=scope, of=id))
    chosen = feeding.feed(of, of.main, asked, scope=scope, of=id).page()[0] if asked.select else found
    return _json({"@odata.context": f"{_base(request, of)}/$metadata#{MAIN}/$entity", **chosen[0]})


def _rows(request: HttpRequest, of: Shape, table: Table, feed: feeding.Feed) -> HttpResponseBase:
    total = feed.count() if feed.asked.count else 0
    if feed.streams:
        head = _wrapped(request, of, table, feed.asked, [], total)
        return StreamingHttpResponse(_streamed(head, feed.every()), content_type=JSON)
    found, following = feed.page()
    answer = _wrapped(request, of, table, feed.asked, found, total)
    if following:
        answer["@odata.nextLink"] = _next(request, feed.asked, {"$skiptoken": following})
    elif feed.asked.orders and feed.asked.top != 0:
        size = options.PAGE_LIMIT if feed.asked.top is None else feed.asked.top
        if len(found) == size and feed.count() > feed.asked.skip + size:
            answer["@odata.nextLink"] = _next(request, feed.asked, {"$skip": str(feed.asked.skip + size)})
    return _json(answer)


def _wrapped(
    request: HttpRequest, of: Shape, table: Table, asked: Options, found: list[Any], total: int
) -> dict[str, Any]:
    answer: dict[str, Any] = {"@odata.context": f"{_base(request, of)}/$metadata#{table.name}"}
    if asked.count:
        answer["@odata.count"] = total
    return {**answer, "value": found}


def _streamed(head: dict[str, Any], rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    # The list stands last in the head, so it is left open for the rows.
    yield json.dumps(head, ensure_ascii=False).removesuffix("]}")
    part: list[str] = []
    first = True
    for row in rows:
        part.append(("" if first else ",") + json.dumps(row, ensure_ascii=False, separators=(",", ":")))
        first = False
        if len(part) >= 500:
            yield "".join(part)
            part = []
    yield "".join([*part, "]}"])


def _next(request: HttpRequest, asked: Options, more: dict[str, str]) -> str:
    kept = {name: text for name, text in asked.given.items() if name not in ("$skip", "$skiptoken")}
    others = {name: text for name, text in request.GET.items() if not name.startswith("$")}
    return f"{request.build_absolute_uri(request.path)}?{urlencode({**others, **kept, **more})}"


def _base(request: HttpRequest, of: Shape) -> str:
    return request.build_absolute_uri(f"/odata/{quote(of.form)}.svc")


def _etag(request: HttpRequest, of: Shape, scope: Scope) -> str:
    said = [*map(str, feeding.state(of, scope)), scope.actor, request.get_full_path()]
    return f'W/"{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]}"'


def _acceptable(request: HttpRequest, kind: str) -> None:
    highest = request.headers.get("OData-MaxVersion", "4.0")
    if not re.fullmatch(r"\d+(\.\d+)?", highest) or float(highest) < 4.0:
        raise refuse(problems.VERSION.at(version=highest[:20]))
    wanted = request.GET.get("$format", "") or request.headers.get("Accept", "") or "*/*"
    other = "json" if kind == "xml" else "xml"
    if kind not in wanted and "*/*" not in wanted and "text/html" not in wanted and other in wanted:
        raise refuse(problems.NOT_ACCEPTABLE.at(kind=f"application/{kind}"))


def _json(found: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(found, ensure_ascii=False), content_type=JSON)


def _refused(request: HttpRequest, refusal: Refusal, kind: str) -> HttpResponse:
    language = border.language()
    first = refusal.problems[0]
    if kind == "xml":
        said = f"<error><code>{escape(first.code)}</code><message>{escape(first.text(language))}</message></error>"
        answer = HttpResponse(said, content_type=XML, status=refusal.status)
    else:
        details = [{"code": one.code, "message": one.text(language)} for one in refusal.problems[1:20]]
        body = {"error": {"code": first.code, "message": first.text(language), "details": details}}
        answer = HttpResponse(json.dumps(body, ensure_ascii=False), content_type=JSON, status=refusal.status)
    if refusal.status == 401:
        # A password in clear over plain http could be read by anybody on the way.
        answer["WWW-Authenticate"] = f'Basic realm="{digest.REALM}"' if request.is_secure() else digest.challenge(False)
    return answer
