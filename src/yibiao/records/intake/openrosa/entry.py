"""The short way in for what phones post: past Django's middleware, which does nothing for a request without a session.

Everything else, and every other address, goes through Django as ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse

from yibiao.records.intake.openrosa import submitting

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_PATH: Final = re.compile(r"/openrosa/(?:key/([^/]+)/)?submission")


def before(application: Application) -> Application:
    """An application that answers posts of phones itself and leaves the rest to another."""
    # What goes wrong unforeseen becomes an answer and a line of the log, as everywhere in Django.
    answered: Callable[[HttpRequest], Any] = convert_exception_to_response(_submission)

    def enter(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = _PATH.fullmatch(environ.get("PATH_INFO", ""))
        if found is None or environ["REQUEST_METHOD"] != "POST" or settings.SECURE_SSL_REDIRECT:
            return application(environ, start_response)
        close_old_connections()
        try:
            answer = answered(WSGIRequest(environ))
        finally:
            close_old_connections()
        start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
        return [answer.content]

    return enter


def _submission(request: HttpRequest) -> HttpResponse:
    found = _PATH.fullmatch(request.path_info)
    return submitting.submission(request, token=(found and found[1]) or "")
