"""Lines of the log for machines and for people: what happened and where, never what somebody wrote.

Messages of the house say kinds, ids and counts. What other software says may hold an address with a token in it, or a
value that somebody typed: of that only the wording is kept, without what was to be put in; of an error its type and
the places in the code, without its text.
"""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

OURS: Final = ("yibiao",)
FRAMES: Final = 12
# What a line about a request adds, beside what every line has.
FIELDS: Final = "fields"
request_id: ContextVar[str] = ContextVar("request_id", default="")


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _moment(record), "level": record.levelname.lower(), "logger": record.name, "event": said(record),
        }  # fmt: skip
        if id := request_id.get():
            line["request"] = id
        line |= getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[0]:
            line |= {"error": _named(record.exc_info[0]), "frames": frames(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=False)


class Plain(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [_moment(record), record.levelname, record.name, said(record)]
        parts += [f"{name}={value}" for name, value in getattr(record, FIELDS, {}).items()]
        if id := request_id.get():
            parts.append(f"request={id}")
        if record.exc_info and record.exc_info[0]:
            parts.append(f"{_named(record.exc_info[0])} at {' < '.join(reversed(frames(record.exc_info[2])))}")
        return " ".join(parts)


def said(record: logging.LogRecord) -> str:
    """The message of a record of ours; of another's only the wording."""
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def frames(trace: TracebackType | None) -> list[str]:
    """Where an error came about, the innermost place last."""
    found = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{'/'.join(Path(one.filename).parts[-3:])}:{one.lineno} {one.name}" for one in found]


def _named(error: type[BaseException]) -> str:
    return f"{error.__module__}.{error.__qualname__}"


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
