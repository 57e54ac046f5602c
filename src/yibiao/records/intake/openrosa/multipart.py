"""multipart/form-data read strictly and as a stream: nothing cut short or malformed passes for a whole sending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from django.utils.http import parse_header_parameters

from yibiao.core.problems import Refusal, refuse
from yibiao.records.intake.openrosa import problems

CHUNK: Final = 64 * 1024
HEADER_LIMIT: Final = 8 * 1024
PART_LIMIT: Final = 1_000
BODY_LIMIT: Final = 100_000_000
# Phones of one kind write the same headers.
_REMEMBERED: Final = 256
_REASONS: Final = {
    "type": ("不是 multipart/form-data", "it is not multipart/form-data"),
    "boundary": ("没有写明分隔符", "the boundary is missing"),
    "cut": ("内容中途断了", "the body was cut short"),
    "header": ("某一部分的头读不懂", "the header of a part cannot be read"),
    "many": ("部分太多", "there are too many parts"),
    "encoding": ("某一部分的编码不支持", "the encoding of a part is not supported"),
    "twice": ("填报内容出现了两次", "the answers are there twice"),
    "name": ("附件的名称不能用", "the name of an attachment cannot be used"),
}


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class Part:
    """One part. ``chunks`` must be read before the next part is asked for; what is left of it is skipped."""

    name: str
    filename: str
    chunks: Iterator[bytes]

    def whole(self, limit: int) -> bytes:
        """The content of a part that must be small."""
        found = bytearray()
        for chunk in self.chunks:
            found += chunk
            if len(found) > limit:
                raise too_large(limit)
        return bytes(found)


def parts(stream: Stream, content_type: str, length: int | None) -> Iterator[Part]:
    """The parts of a body, in order.

    Raises: ``records.openrosa.multipart``, ``records.openrosa.too-large``; whoever reads must undo what it had begun.
    """
    if length is not None and length > BODY_LIMIT:
        raise too_large(BODY_LIMIT)
    boundary = _boundary(content_type)
    if not 0 < len(boundary) <= 200 or not boundary.isascii():
        raise wrong("boundary")
    reader, delimiter = _Reader(stream), b"\r\n--" + boundary.encode()
    # The first delimiter may stand at the very beginning: then its line break is the one put before the body.
    _skip(reader.until(delimiter))
    for _ in range(PART_LIMIT):
        if reader.take(2) != b"\r\n":
            if reader.last == b"--":
                return
            raise wrong("header")
        name, filename = _described(reader.header())
        part = Part(name, filename, reader.until(delimiter))
        yield part
        _skip(part.chunks)
    raise wrong("many")


def wrong(reason: str) -> Refusal:
    zh, en = _REASONS[reason]
    return refuse(problems.MULTIPART.at(why=zh, why_en=en))


def too_large(limit: int) -> Refusal:
    return refuse(problems.TOO_LARGE.at(limit=f"{limit // 1_000_000} MB"))


class _Reader:
    """A body with a look ahead as long as a delimiter."""

    def __init__(self, stream: Stream) -> None:
        self.stream, self.buffer, self.seen, self.last = stream, b"\r\n", 0, b""

    def until(self, mark: bytes) -> Iterator[bytes]:
        """What stands before a mark, piece by piece; the mark itself is read past."""
        keep = len(mark) - 1
        while (at := self.buffer.find(mark)) < 0:
            if len(self.buffer) > keep:
                yield self.buffer[:-keep]
                self.buffer = self.buffer[-keep:]
            self.fill()
        found, self.buffer = self.buffer[:at], self.buffer[at + len(mark) :]
        if found:
            yield found

    def take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.fill()
        self.last, self.buffer = self.buffer[:count], self.buffer[count:]
        return self.last

    def header(self) -> bytes:
        found = b""
        for piece in self.until(b"\r\n\r\n"):
            found += piece
            if len(found) > HEADER_LIMIT:
                raise wrong("header")
        return found

    def fill(self) -> None:
        try:
            more = self.stream.read(CHUNK)
        except OSError:
            # The other end has gone.
            more = b""
        if not more:
            raise wrong("cut")
        self.seen += len(more)
        if self.seen > BODY_LIMIT + HEADER_LIMIT:
            raise too_large(BODY_LIMIT)
        self.buffer += more


def _skip(chunks: Iterator[bytes]) -> None:
    for _ in chunks:
        pass


@lru_cache(maxsize=_REMEMBERED)
def _boundary(content_type: str) -> str:
    kind, given = parse_header_parameters(content_type)
    if kind != "multipart/form-data":
        raise wrong("type")
    return given.get("boundary", "")


@lru_cache(maxsize=_REMEMBERED)
def _described(header: bytes) -> tuple[str, str]:
    """The name of a part and of its file, empty where it is none."""
    try:
        lines = header.decode().split("\r\n")
    except UnicodeDecodeError:
        raise wrong("header") from None
    given: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise wrong("header")
        given[name.strip().lower()] = value.strip()
    if given.get("content-transfer-encoding", "binary").lower() not in ("binary", "8bit", "7bit"):
        raise wrong("encoding")
    try:
        kind, found = parse_header_parameters(given.get("content-disposition", ""))
    except ValueError:
        raise wrong("header") from None
    if kind != "form-data" or not found.get("name"):
        raise wrong("header")
    return found["name"], found.get("filename", "")
