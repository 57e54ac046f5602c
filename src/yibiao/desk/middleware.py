"""A refusal anywhere becomes an answer: a page, a fragment of a page, or JSON, with its status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext

from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.desk import border
from yibiao.desk.problems import NUL, TOO_LARGE
from yibiao.places import queries as places


class ChineseFirst:
    """The language is the person's own choice; that an office PC runs an English Windows says nothing about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        return self.get_response(request)


class Places:
    """While a page is read, each place that it asks after is looked up once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with places.remembered():
            return self.get_response(request)


class Refusals:
    """Catches what views raise; whatever they had begun is rolled back by then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DataError) and "NUL" in str(exception):
            exception = refuse(NUL.at())
            # What shows the refusal asks by the same address again.
            request.GET = QueryDict()
        if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
            exception = refuse(TOO_LARGE.at())
        if not isinstance(exception, Refusal):
            return None
        return answer(request, exception)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal in the form that the asker can read."""
    if border.wants_json(request):
        return JsonResponse({"problems": [problem.as_json() for problem in refusal.problems]}, status=refusal.status)
    whole = not request.headers.get("HX-Request")
    shown = {
        "status": refusal.status,
        "headline": _headline(refusal.status),
        "problems": [spoken(problem) for problem in refusal.problems],
        "back": _back(request),
    }
    template = "desk/refusal.html" if whole else "desk/parts/refusal.html"
    return render(request, template, shown, status=refusal.status)


def spoken(problem: Problem) -> dict[str, str]:
    """A problem in the reader's language: where, the rule, what to do."""
    rule, remedy = problem.parts(border.language())
    return {"where": problem.place(border.language()), "rule": rule, "remedy": remedy, "code": problem.code}


def spoken_all(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [spoken(problem) for problem in problems]


def _headline(status: int) -> str:
    return {
        401: gettext("请先登录"),
        403: gettext("这里不在你的职责范围内"),
        404: gettext("没有找到"),
        409: gettext("内容已经变了"),
        413: gettext("内容太大"),
    }.get(status, gettext("没有办成，请看原因"))


def _back(request: HttpRequest) -> str:
    """The page that the person came from, if it is one of ours."""
    came = urlsplit(request.headers.get("Referer", ""))
    return came.path if came.netloc == request.get_host() and came.path != request.path else "/"
