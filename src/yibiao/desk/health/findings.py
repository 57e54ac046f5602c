"""What was looked at and how it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Mark = Literal["good", "odd", "fault"]
SIGNS: Final[dict[Mark, str]] = {"good": "✓", "odd": "!", "fault": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: where, how it was found, what was seen, and what to do unless all is well.

    ``odd`` is what an operator should know and may have meant; a ``fault`` loses something or makes it late.
    """

    code: str
    what: str
    where: str
    mark: Mark
    seen: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        return self.mark != "fault"


def found(code: str, what: str, where: object, mark: Mark, seen: str, remedy: str = "") -> Finding:
    """A finding; the remedy is told only where something is to be done."""
    return Finding(code, what, str(where), mark, seen, "" if mark == "good" else remedy)


def fault_unless(well: bool) -> Mark:
    return "good" if well else "fault"


def odd_unless(well: bool) -> Mark:
    return "good" if well else "odd"
