"""Which files a question takes: what its control says of them, by the kind of question and its column ``accept``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from lxml import etree

from yibiao.forms.types import FormVersion

_UPLOAD: Final = "{http://www.w3.org/2002/xforms}upload"
# What a question for any file says of itself.
_ANY: Final = ("", "*/*", "application/*")


def taken(form: FormVersion) -> Mapping[str, tuple[str, ...]]:
    """The kinds of file that each question of a form takes, such as ``image/*``, ``application/pdf`` or ``.docx``.

    Shape: by path; none where any file will do.
    """
    return _taken(form.xform)


@lru_cache(maxsize=512)
def _taken(xform: str) -> Mapping[str, tuple[str, ...]]:
    # Read from what was published, so that it holds for forms that were kept before anybody asked.
    if "upload" not in xform:
        return {}
    root = etree.fromstring(xform.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    return {control.get("ref", ""): _kinds(control) for control in root.iter(_UPLOAD)}


def _kinds(control: etree._Element) -> tuple[str, ...]:
    said = control.get("accept") or control.get("mediatype") or ""
    kinds = tuple(one.strip().lower() for one in said.split(","))
    return () if any(one in _ANY for one in kinds) else kinds
