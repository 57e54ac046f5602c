"""From what somebody wrote to the answers of the form: checked, and cleared of numbers that name a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from yibiao.citizens import problems
from yibiao.citizens.types import Counter, Report, Service
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem

SHORTEST, LONGEST, ADDRESS, NAME = 4, 1_000, 200, 40
MOST_PHOTOS: Final = 3
PHOTO_MEGABYTES: Final = 10
_PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{5,20}[0-9]")
# A mobile number and an identity number, wherever they stand in a text.
_NUMBERS: Final = re.compile(r"(?<![0-9])(?:1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx])(?![0-9Xx])")
HIDDEN: Final = "［号码已隐去］"


def cleared(text: str) -> str:
    """A text without mobile and identity numbers: what is told of a thing goes into the log, who told it does not."""
    return _NUMBERS.sub(HIDDEN, text.replace("\0", "")).strip()


def faults(report: Report) -> Iterator[Problem]:
    """Everything that a person can mend, at the field where it stands."""
    if not SHORTEST <= len(cleared(report.description)) <= LONGEST:
        yield problems.DESCRIPTION.at("description", shortest=SHORTEST, longest=LONGEST)
    for field, text, longest, zh, en in (
        ("address", report.address, ADDRESS, "地址", "The address"),
        ("name", report.name, NAME, "称呼", "The name"),
    ):
        if len(text) > longest:
            yield problems.TOO_LONG.at(field, what=zh, what_en=en, longest=longest)
    if report.phone.strip() and not _PHONE.fullmatch(report.phone.strip()):
        yield problems.PHONE.at("phone")
    if (report.latitude or report.longitude) and not position(report):
        yield problems.POSITION.at("position")


def position(report: Report) -> str:
    """Latitude and longitude as the form keeps them, to some ten metres. Missing: empty where they make no position."""
    try:
        lat, lon = Decimal(report.latitude.strip()), Decimal(report.longitude.strip())
    except InvalidOperation:
        return ""
    if not (lat.is_finite() and lon.is_finite() and abs(lat) <= 90 and abs(lon) <= 180):
        return ""
    return f"{lat:.4f} {lon:.4f}"


def answers(report: Report, counter: Counter, service: Service, at: datetime, photos: list[str]) -> dict[str, Any]:
    """The form filled in; what was left empty is left out."""
    asked = counter.questions
    happened = report.occurred_at or at
    filled = {
        asked.place: report.place,
        asked.occurred_at: _written(happened),
        asked.service: service.code,
        asked.description: cleared(report.description),
        asked.address: cleared(report.address),
        asked.position: position(report),
        asked.means: report.means,
        asked.promised: _written(service.limit.after(at)),
        asked.unit: service.unit.zh,
        asked.name: report.name.strip(),
        asked.phone: report.phone.strip(),
        **dict(zip(asked.photos, photos, strict=False)),
    }
    return {name: value for name, value in filled.items() if name and value}


def _written(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
