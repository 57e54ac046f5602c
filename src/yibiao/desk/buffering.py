"""Bodies are taken in before anybody works on them: one who sends slowly holds a buffer, not one of the few threads.

The server is asynchronous, the site is not. A request is read here, within limits of size and time, and then answered
by a thread of the pool, as under any other server of WSGI.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import chain
from typing import IO, Any, Final, Protocol, TypeAlias

from yibiao.desk.gathering import Gathering

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers: TypeAlias = list[tuple[str, str]]
BODY_LIMIT: Final = 101_000_000
IN_MEMORY: Final = 256 * 1024
# A phone at the edge of a network sends a photo for minutes; one that says nothing for so long is gone.
SILENCE: Final = 30.0
GRACE: Final = 60.0
SLOWEST: Final = 1_000  # bytes a second, on average after the grace
# Who takes nothing of what goes on for so long is gone.
PATIENCE: Final = 10.0
# A body that is still on its way so long after the server was told to stop is cut: its sender has no answer, and sends
# it again.
LAST: Final = 2.0
_BASE: Final = {
    "SCRIPT_NAME": "", "wsgi.version": (1, 0), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
    "wsgi.multiprocess": True, "wsgi.run_once": False, "wsgi.input_terminated": True,
}  # fmt: skip


class Stream(Protocol):
    async def send_bytes(self, data: bytes) -> None: ...


class Lasting(Protocol):
    """What a response has as ``lasting`` that goes on without an end."""

    def open(self, loop: asyncio.AbstractEventLoop) -> bool: ...
    def pieces(self) -> AsyncIterator[bytes]: ...
    def close(self) -> None: ...


class Exchange(Protocol):
    """What granian gives for one request."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...
    def response_stream(self, status: int, headers: Headers) -> Stream: ...
    async def client_disconnect(self) -> None: ...


class _Late(Exception):  # noqa: N818
    """The body did not come in time, or not to its end."""


class Site:
    """An application of WSGI with its threads, as granian's interface RSGI wants to see it.

    ``gathering`` answers some requests together with others.
    """

    def __init__(self, application: Application, threads: int, gathering: Gathering | None = None) -> None:
        self.application, self.gathering = application, gathering
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="yibiao")
        self._ending = Ending()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Told to stop, the server waits until every answer is given: what has no end of its own is ended first."""

        def stop() -> None:
            self._ending.begin(loop)
            # The server's own way to stop; it listens for both signals.
            signal.raise_signal(signal.SIGINT)

        loop.add_signal_handler(signal.SIGTERM, stop)

    async def __rsgi__(self, scope: Any, exchange: Exchange) -> None:
        environ = _environ(scope)
        with _room(environ) as body:
            try:
                await _read(exchange, body, environ, self._ending)
            except _Late:
                headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
                exchange.response_bytes(408, headers, "没有在时限内收完。\nNot received in time.\n".encode())
                return
            body.seek(0)
            environ["wsgi.input"] = body
            if self.gathering is not None and self.gathering.takes(environ):
                answer = await self.gathering.ask(environ)
                if answer is not None:
                    exchange.response_bytes(*answer)
                    return
                body.seek(0)
            going_on = await asyncio.get_running_loop().run_in_executor(
                self.pool, self._answer, environ, exchange, asyncio.get_running_loop()
            )
        if going_on is not None:
            await _keep_open(exchange, *going_on, self._ending)

    def _answer(
        self, environ: dict[str, Any], exchange: Exchange, loop: asyncio.AbstractEventLoop
    ) -> tuple[int, Headers, Lasting] | None:
        """Answers; what goes on without an end is given back, so that no thread is held by it."""
        begun: list[tuple[int, Headers]] = []

        def start(status: str, headers: Headers, failed: Any = None) -> None:
            begun.append((int(status.partition(" ")[0]), headers))

        answer = self.application(environ, start)
        try:
            if isinstance(answer, list):
                exchange.response_bytes(*begun[-1], b"".join(answer))
                return None
            if lasting := getattr(answer, "lasting", None):
                return *begun[-1], lasting
            _send(iter(answer), begun, exchange, loop)
            return None
        finally:
            if close := getattr(answer, "close", None):
                close()


class Ending:
    """The end of the server: what goes on is ended at once, bodies that have not come in full after ``LAST``."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self._cut = False
        # The time that each body on its way has for its next piece.
        self.limits: set[asyncio.Timeout] = set()

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self.begun.set()
        loop.call_later(LAST, self._cut_off)

    def limit(self) -> asyncio.Timeout:
        found = asyncio.timeout(0 if self._cut else SILENCE)
        self.limits.add(found)
        return found

    def _cut_off(self) -> None:
        self._cut = True
        for limit in self.limits:
            limit.reschedule(0)


def _room(environ: dict[str, Any]) -> IO[bytes]:
    """Where a body is put: a large one, or one of unknown length, not into memory."""
    told = environ.get("CONTENT_LENGTH", "")
    small = told.isascii() and told.isdigit() and int(told) <= IN_MEMORY and "HTTP_TRANSFER_ENCODING" not in environ
    return BytesIO() if small else tempfile.SpooledTemporaryFile(IN_MEMORY)


async def _keep_open(exchange: Exchange, status: int, headers: Headers, lasting: Lasting, ending: Ending) -> None:
    """Sends until either side ends it. One who is gone, or takes nothing for a while, is let go."""
    if not lasting.open(asyncio.get_running_loop()):
        exchange.response_bytes(503, [("retry-after", "60")], b"")
        return
    stream = exchange.response_stream(status, headers)
    both = [asyncio.ensure_future(one) for one in (_pour(stream, lasting), _gone(exchange), ending.begun.wait())]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        lasting.close()
        for one in both:
            one.cancel()
        # That a connection broke is no news: the page asks again by itself.
        await asyncio.gather(*both, return_exceptions=True)


async def _pour(stream: Stream, lasting: Lasting) -> None:
    async for piece in lasting.pieces():
        await asyncio.wait_for(_pass(stream, piece), PATIENCE)


async def _gone(exchange: Exchange) -> None:
    await exchange.client_disconnect()


def _send(
    chunks: Iterable[bytes], begun: list[tuple[int, Headers]], exchange: Exchange, loop: asyncio.AbstractEventLoop
) -> None:
    """One piece goes as it is; of several each waits until the one before has left."""
    left = iter(chunks)
    first, second = next(left, b""), next(left, None)
    if second is None:
        exchange.response_bytes(*begun[-1], first)
        return
    stream = exchange.response_stream(*begun[-1])
    for chunk in chain((first, second), left):
        asyncio.run_coroutine_threadsafe(_pass(stream, chunk), loop).result()


async def _pass(stream: Stream, chunk: bytes) -> None:
    await stream.send_bytes(chunk)


async def _read(exchange: Exchange, into: Any, environ: dict[str, Any], ending: Ending) -> None:
    """Takes a body in; of one that is too large only so much that the site sees that it is."""
    told = environ.get("CONTENT_LENGTH", "")
    expected = int(told) if told.isascii() and told.isdigit() else None
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    if not chunked and (not expected or expected > BODY_LIMIT):
        return
    size, begun = 0, time.monotonic()
    pieces = exchange.__aiter__()
    while True:
        limit = ending.limit()
        try:
            async with limit:
                piece = await pieces.__anext__()
        except StopAsyncIteration:
            break
        except Exception:
            raise _Late from None
        finally:
            ending.limits.discard(limit)
        into.write(piece)
        size += len(piece)
        spent = time.monotonic() - begun
        if spent > GRACE and size < spent * SLOWEST:
            raise _Late
        if size > BODY_LIMIT or size == expected:
            break
    if expected is not None and size < expected:
        raise _Late
    if chunked:
        environ["CONTENT_LENGTH"] = str(size)


def _environ(scope: Any) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        **_BASE,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        # Some browsers send what stands in it as it is, and not as escapes.
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
    }
    for name, value in scope.headers.items():
        # A name with an underscore could pass for one with a hyphen that a proxy sets.
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    if "HTTP_HOST" not in environ and getattr(scope, "authority", None):
        environ["HTTP_HOST"] = scope.authority
    return environ
