"""How OpenRosa is answered: XML, with the version's header, and refusals as messages that a phone shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from yibiao.core.problems import Refusal

XML: Final = "text/xml; charset=utf-8"
_RESPONSE: Final = '<OpenRosaResponse xmlns="http://openrosa.org/http/response">{}</OpenRosaResponse>'


def xml(text: str | bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type=XML, status=status)


def message(text: str, nature: str, status: int) -> HttpResponse:
    return xml(_RESPONSE.format(f'<message nature="{nature}">{quoted(text)}</message>'), status)


def refused(refusal: Refusal) -> HttpResponse:
    """Every reason, in Chinese and English: whose language the phone speaks is not known."""
    said = "\n".join(f"{problem.text('zh')}\n{problem.text('en')}" for problem in refusal.problems[:20])
    return message(said, "error", refusal.status)


def quoted(text: str) -> str:
    """Text for an element or an attribute."""
    return escape(text, {'"': "&quot;", "'": "&#39;"})


def speaking(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of OpenRosa: no session, no CSRF, every answer with its headers, every refusal as a message."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except Refusal as refusal:
            answer = refused(refusal)
        return spoken(answer)

    return answered


def spoken(answer: HttpResponse) -> HttpResponse:
    answer["X-OpenRosa-Version"] = "1.0"
    answer["Cache-Control"] = "no-store"
    return answer
