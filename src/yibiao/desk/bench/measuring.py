"""The measurements of ``yibiao bench check``: every reader gets the same text in the same run, on one core."""

from __future__ import annotations

import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final, TypeAlias

from yibiao import __version__
from yibiao.core.reading import read
from yibiao.desk.bench import specimen

PAGE: Final = 6_000
ROUNDS: Final = 5
# The other reader needs seconds where the rest needs milliseconds: it is timed on the first part of the same text.
SHARE_OF_PEER: Final = 30_000
PEER: Final = "recognizers-text-number"
_DIGITS: Final = re.compile(r"\d+")

Reader: TypeAlias = Callable[[str], Sized]


@dataclass(frozen=True, slots=True)
class Speed:
    """The median of some rounds. ``found`` is the number of numerals that the reader saw."""

    characters: int
    seconds: float
    found: int

    @property
    def per_second(self) -> int:
        return round(self.characters / self.seconds)

    def as_json(self) -> dict[str, Any]:
        return {
            "characters": self.characters,
            "seconds": round(self.seconds, 6),
            "characters_per_second": self.per_second,
            "found": self.found,
        }


def speed(reader: Reader, text: str, rounds: int = ROUNDS) -> Speed:
    """How fast a reader goes through a text; one round before the clock starts fills its caches."""
    found = len(reader(text))
    return Speed(len(text), milliseconds(lambda: reader(text), rounds) / 1000, found)


def milliseconds(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median duration of some rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


def readers(characters: int, rounds: int = ROUNDS) -> dict[str, Speed | None]:
    """The reading beside a bare scan for digits and the peer, which is None where it is not installed."""
    text = specimen.text(characters)
    peer = _peer()
    with one_core():
        return {
            "reading": speed(lambda given: read(given).runs, text, rounds),
            "digits": speed(_DIGITS.findall, text, rounds),
            PEER: None if peer is None else speed(peer, text[:SHARE_OF_PEER], min(rounds, 3)),
        }


@contextmanager
def one_core() -> Iterator[None]:
    """Keeps this process on one core for a while, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def machine() -> dict[str, Any]:
    """What was measured on."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "architecture": platform.machine(),
    }


def versions() -> dict[str, str | None]:
    """The versions of what was measured; None where it is not installed."""
    return {"yibiao": __version__, "python": platform.python_version(), PEER: _version(PEER)}


def _peer() -> Reader | None:
    """The peer's reader of Chinese numbers, paragraph by paragraph; it is no part of the program."""
    try:
        from recognizers_number import recognize_number  # type: ignore[import-not-found, import-untyped, unused-ignore]
        from recognizers_text import Culture  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        return None

    def found(text: str) -> list[object]:
        return [one for line in text.split("\n") for one in recognize_number(line, Culture.Chinese)]

    return found


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _cpu() -> str:
    told = Path("/proc/cpuinfo")
    if told.is_file():
        for line in told.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
