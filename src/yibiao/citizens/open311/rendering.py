"""Answers as XML or JSON: the same plain values, as GeoReport v2 names and nests them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree

from django.http import HttpRequest, HttpResponse

Plain = Mapping[str, Any]
# Characters that XML 1.0 cannot hold at all.
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD: Final = b'<?xml version="1.0" encoding="utf-8"?>\n'
# What an item of a list is called.
_ITEMS: Final[Mapping[str, str]] = {
    "services": "service", "service_requests": "request",
    "service_request_updates": "request_update", "errors": "error", "attributes": "attribute",
    "values": "value", "endpoints": "endpoint", "formats": "format", "key_services": "key_service",
}  # fmt: skip


def answer(
    request: HttpRequest, form: str, root: str, content: Plain | Sequence[Plain], status: int = 200
) -> HttpResponse:
    """``content`` under the name ``root`` in XML, bare in JSON."""
    if wanted(request, form) == "json":
        made = HttpResponse(
            json.dumps(content, ensure_ascii=False), content_type="application/json; charset=utf-8", status=status
        )
    else:
        made = HttpResponse(xml(root, content), content_type="text/xml; charset=utf-8", status=status)
    if request.method in ("GET", "HEAD"):
        # What is told is told to everybody: a page of another site may read it as well.
        made["Access-Control-Allow-Origin"] = "*"
    return made


def wanted(request: HttpRequest, form: str) -> str:
    """``json`` or ``xml``: as the address ends, else as the asker prefers; XML is what the specification requires."""
    if form:
        return form
    return "json" if "json" in request.headers.get("Accept", "") else "xml"


def xml(root: str, content: Plain | Sequence[Plain]) -> bytes:
    return _HEAD + ElementTree.tostring(_element(root, content), "unicode").encode()


def _element(name: str, value: Any) -> ElementTree.Element:
    made = ElementTree.Element(name)
    if isinstance(value, Mapping):
        made.extend(_element(key, inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        made.extend(_element(_ITEMS.get(name, "item"), inner) for inner in value)
    elif isinstance(value, bool):
        made.text = "true" if value else "false"
    elif value is not None:
        made.text = _ILLEGAL.sub("", str(value))
    return made
