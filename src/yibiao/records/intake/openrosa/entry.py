"""The short way in for what phones post: past Django's middleware, which does nothing for a request without a session.

Everything else, and every other address, goes through Django as ever.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse

from yibiao.records.intake.openrosa import posting

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
REST: Final = 5.0
_thread = threading.local()
PATH: Final = re.compile(r"/openrosa/(?:key/([^/]+)/)?submission")


def before(application: Application) -> Application:
    """An application that answers posts of phones itself and leaves the rest to another."""
    # What goes wrong unforeseen becomes an answer and a line of the log, as everywhere in Django.
    answered: Callable[[HttpRequest], Any] = convert_exception_to_response(_submission)

    def enter(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = PATH.fullmatch(environ.get("PATH_INFO", ""))
        if found is None or environ["REQUEST_METHOD"] != "POST" or redirected(environ):
            return application(environ, start_response)
        rested()
        answer = answered(WSGIRequest(environ))
        start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
        return [answer.content]

    return enter


def redirected(environ: Mapping[str, Any]) -> bool:
    """Whether Django would send it to https first."""
    if not settings.SECURE_SSL_REDIRECT:
        return False
    told = settings.SECURE_PROXY_SSL_HEADER
    return told is None or bool(environ.get(told[0]) != told[1])


def rested() -> None:
    """Sees to the thread's connection as Django does before a request, but not a hundred times a second: only when it
    rested or failed. A check is a question to the database, and most posts are stored by another thread's commit."""
    now = time.monotonic()
    if now - getattr(_thread, "seen", 0.0) > REST or connection.errors_occurred:
        close_old_connections()
        _thread.seen = now


def _submission(request: HttpRequest) -> HttpResponse:
    found = PATH.fullmatch(request.path_info)
    return posting.submission(request, token=(found and found[1]) or "")
