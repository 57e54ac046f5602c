"""The door to the files of records: always a download, never a page, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from yibiao.core.problems import Refusal, refuse
from yibiao.records import actions, attachments, border, handing, problems, queries, thumbnails
from yibiao.records.types import AttachedFile

Answer = TypeVar("Answer", bound=HttpResponseBase)


@require_safe
def attachment(request: HttpRequest, id: str, name: str) -> HttpResponseBase:
    """One file of a record that may be read, or a part of it; a personal one only through ``personal``."""
    found, path = _held(request, id, name)
    return _bare(handing.handed(request, path, digest=found.digest, name=found.name, kind=found.kind))


@require_safe
def small(request: HttpRequest, id: str, name: str) -> FileResponse:
    """The small picture of a photo: it was made here, so that a page may show it."""
    found, path = _held(request, id, name)
    made = thumbnails.of(path, found.digest) if found.kind in thumbnails.KINDS else None
    if made is None:
        raise _unknown(id, name)
    return _bare(FileResponse(made.open("rb"), content_type=thumbnails.KIND))


@require_POST
def personal(request: HttpRequest, id: str, name: str) -> StreamingHttpResponse:
    """A personal file, after its purpose was given; the reading goes into the log."""
    record, by = border.over(request, id, "review", "fill")
    purpose = request.POST.get("purpose", "")
    found, pieces = actions.log_personal_file(record.id, name, by=by, purpose=purpose)
    answer = _bare(StreamingHttpResponse(_known(pieces, id, name), content_type=found.kind))
    answer["Content-Disposition"] = (
        content_disposition_header(True, handing.fitting(found.name, found.kind)) or "attachment"
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _held(request: HttpRequest, id: str, name: str) -> tuple[AttachedFile, Path]:
    held = queries.attachments(id, scope=border.reading(request))
    found = next((one for one in held if one.name == name and not one.personal), None)
    path = attachments.path_of(found.digest) if found else None
    if found is None or path is None or not path.is_file():
        raise _unknown(id, name)
    if not found.open:
        raise refuse(problems.FILE_HELD.at(name=name[:80]))
    return found, path


def _known(pieces: Iterator[bytes], id: str, name: str) -> Iterator[bytes]:
    """The pieces, once the first has been read: afterwards no refusal can be answered any more."""
    try:
        first = next(pieces, b"")
    except FileNotFoundError:
        raise _unknown(id, name) from None

    def all_of_it() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_of_it()


def _bare(answer: Answer) -> Answer:
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _unknown(id: str, name: str) -> Refusal:
    return refuse(problems.UNKNOWN.at(id=f"{id}/{name}"[:80]))
