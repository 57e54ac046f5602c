"""A kept file on its way out: under a name that fits what it is, whole or in part, and not again where it is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

PIECE: Final = 1 << 16
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# The endings under which a computer opens a file as what it was found to be; the first is given to all others.
ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif", "avif"),
    "audio/wav": ("wav",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/mpeg": ("mp3",),
    "audio/aac": ("aac",),
    "audio/amr": ("amr",),
    "audio/mp4": ("m4a", "aac"),
    "video/mp4": ("mp4", "m4v", "3gp", "mov"),
    "video/webm": ("webm", "mkv"),
    "application/pdf": ("pdf",),
    "text/csv": ("csv",),
    "text/plain": ("txt", "log", "md"),
}


def fitting(name: str, kind: str) -> str:
    """The name under which a file is handed out: a photo that calls itself a page gets the ending of a photo."""
    fit = ENDINGS.get(kind)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return name if fit is None or ending in fit else f"{name}.{fit[0]}"


def handed(request: HttpRequest, path: Path, *, digest: str, name: str, kind: str) -> HttpResponseBase:
    """The answer with a file, or with the part of it that was asked for (RFC 9110, 14); 304 to whoever has it."""
    size, tag = path.stat().st_size, f'"{digest}"'
    part = _asked(request, size, tag)
    known = None if part else get_conditional_response(request, etag=tag)
    answer = known or _sent(path, size, part)
    if known is None:
        answer["Content-Type"] = kind
        answer["Content-Disposition"] = content_disposition_header(True, fitting(name, kind)) or "attachment"
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = tag
    return answer


def _sent(path: Path, size: int, part: tuple[int, int] | None) -> HttpResponseBase:
    start, end = part or (0, size)
    if part and start >= end:
        beyond = HttpResponse(status=416)
        beyond["Content-Range"] = f"bytes */{size}"
        return beyond
    answer = StreamingHttpResponse(_pieces(path, start, end), status=206 if part else 200)
    answer["Content-Length"] = str(end - start)
    if part:
        answer["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return answer


def _asked(request: HttpRequest, size: int, tag: str) -> tuple[int, int] | None:
    """The span that a request asks for, empty where the file ends before it; None for all of it.

    Several spans at once, and what is no span, are answered with the whole, as the standard allows.
    """
    match = _RANGE.fullmatch(request.META.get("HTTP_RANGE", "").strip())
    if request.method != "GET" or match is None or request.META.get("HTTP_IF_RANGE", tag) != tag:
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (piece := file.read(min(PIECE, end - start))):
            start += len(piece)
            yield piece
