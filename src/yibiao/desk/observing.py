"""What each request was and how long it took: a line of the log and counts, by the name of its route, never its path.

Paths hold tokens and ids, query strings what people search for; neither is kept. Who asked is a keyed hash.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.crypto import salted_hmac

from yibiao.desk import logs, metrics
from yibiao.desk.gathering import BEGAN

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Answer: TypeAlias = tuple[int, list[tuple[str, str]], bytes]
HEADER: Final = "X-Request-ID"
UNKNOWN: Final = "unknown"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GIVEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = logging.getLogger("yibiao.request")


@dataclass(slots=True)
class Seen:
    """One request. ``status`` 0: it broke off before it was answered."""

    id: str
    method: str
    path: str
    began: float
    route: str = ""
    account: str = ""
    status: int = 0
    statements: int = 0
    database: float = 0.0

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.statements += 1
            self.database += time.perf_counter() - begun


_current: ContextVar[Seen | None] = ContextVar("request", default=None)


def around(application: Application) -> Application:
    """The application, observed: also what is answered before Django's middleware."""

    def enter(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with _observed(environ) as seen:

            def start(status: str, headers: list[tuple[str, str]], *failed: Any) -> Any:
                seen.status = int(status[:3])
                return start_response(status, [*headers, (HEADER, seen.id)], *failed)

            return application(environ, start)

    return enter


def each(
    answers: Callable[[Sequence[dict[str, Any]]], list[Answer | None]],
) -> Callable[[Sequence[dict[str, Any]]], list[Answer | None]]:
    """The same for requests that are answered together; those that are not are observed where they are.

    The statements that they share are counted with the first.
    """

    def answered(environs: Sequence[dict[str, Any]]) -> list[Answer | None]:
        seen = [_seen(environ) for environ in environs]
        with _timed(seen[0]):
            found = answers(environs)
        for index, (one, answer) in enumerate(zip(seen, found, strict=True)):
            if answer is not None:
                one.status, headers, body = answer
                found[index] = one.status, [*headers, (HEADER, one.id)], body
                named = logs.request_id.set(one.id)
                _tell(one)
                logs.request_id.reset(named)
        return found

    return answered


class Observing:
    """Names the route and the account of a request; observes it where nobody does yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = _current.get()
        if seen is not None:
            return self._named(seen, request)
        with _observed(request.META) as seen:
            answer = self._named(seen, request)
            seen.status = answer.status_code
            answer[HEADER] = seen.id
            return answer

    def _named(self, seen: Seen, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            if request.resolver_match:
                seen.route = request.resolver_match.view_name
            # Whom nothing asked after is not looked up for the log.
            person = getattr(request, "_cached_user", None)
            if person is not None and person.is_authenticated:
                seen.account = salted_hmac("yibiao.log", str(person.pk)).hexdigest()[:12]


@contextmanager
def _observed(environ: Mapping[str, Any]) -> Iterator[Seen]:
    seen = _seen(environ)
    current, named = _current.set(seen), logs.request_id.set(seen.id)
    try:
        with _timed(seen):
            yield seen
    finally:
        _tell(seen)
        _current.reset(current)
        logs.request_id.reset(named)


def _seen(environ: Mapping[str, Any]) -> Seen:
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))
    method = str(environ.get("REQUEST_METHOD", ""))
    return Seen(
        given if _GIVEN.fullmatch(given) else uuid.uuid4().hex, method if method in METHODS else "OTHER",
        str(environ.get("PATH_INFO", "")), environ.get(BEGAN) or time.perf_counter(),
    )  # fmt: skip


def _timed(seen: Seen) -> AbstractContextManager[object]:
    return connection.execute_wrapper(seen.statement) if log.isEnabledFor(logging.INFO) else nullcontext()


def _tell(seen: Seen) -> None:
    seconds = time.perf_counter() - seen.began
    route = seen.route or _route(seen.path)
    metrics.count_request(route, seen.method, seen.status, seconds)
    if not log.isEnabledFor(logging.INFO):
        return
    fields = {
        "route": route, "method": seen.method, "status": seen.status, "ms": round(1000 * seconds, 1),
        "db_ms": round(1000 * seen.database, 1), "statements": seen.statements,
    }  # fmt: skip
    if seen.account:
        fields["account"] = seen.account
    log.info("answered", extra={logs.FIELDS: fields})


@lru_cache(maxsize=2_000)
def _route(path: str) -> str:
    """The name of the route that a path has: of what the site answers without Django's middleware."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return UNKNOWN
