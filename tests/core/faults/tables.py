"""Reads the tables of faults: ``=== name | types``, and then the text as it stands, with \\r, \\t and \\s escaped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yibiao.core import faults
from yibiao.core.reading import read

HERE = Path(__file__).parent
HEADER = re.compile(r"^=== (?P<name>[^|\n]+?) \|(?P<types>.*)\n", re.M)
ESCAPES = {"\\r": "\r", "\\t": "\t", "\\s": " ", "\\\\": "\\"}


def rows(table: str) -> list[object]:
    """One case for each text: the text, and the types of its faults in their order."""
    written = (HERE / f"{table}.txt").read_text("utf-8")
    heads = list(HEADER.finditer(written))
    ends = [head.start() for head in heads[1:]] + [len(written)]
    return [
        pytest.param(unescaped(written[head.end() : end - 1]), head["types"].split(), id=head["name"])
        for head, end in zip(heads, ends, strict=True)
    ]


def unescaped(text: str) -> str:
    return re.sub(r"\\[rts\\]", lambda match: ESCAPES[match[0]], text)


def types(text: str) -> list[str]:
    return [fault.type for fault in faults.find(read(text))]
