"""The door to the files of records: always a download, never a page, whatever they hold."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from yibiao.core.problems import refuse
from yibiao.records import attachments, border, problems, queries


@require_safe
def attachment(request: HttpRequest, id: str, name: str) -> FileResponse:
    """One file of a record that may be read; a personal one is shown to nobody here."""
    held = queries.attachments(id, scope=border.reading(request))
    found = next((one for one in held if one.name == name and not one.personal), None)
    path = attachments.path_of(found.digest) if found else None
    if found is None or path is None or not path.is_file():
        raise refuse(problems.UNKNOWN.at(id=f"{id}/{name}"[:80]))
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=found.name, content_type=found.kind)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
