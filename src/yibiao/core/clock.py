"""The time of day that the rooms go by: the real one, or in a replayed demo one that runs from a chosen moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """A replay began at the real moment ``since``, showing the moment ``start``; one second counts as ``speed``.

    From the moment ``end`` on it goes at the speed of real time.
    """

    start: datetime
    end: datetime
    since: datetime
    speed: float

    def __str__(self) -> str:
        return f"{self.start.isoformat()} {self.end.isoformat()} {self.since.isoformat()} {self.speed}"

    @classmethod
    def read(cls, text: str) -> Pace:
        """The pace that ``str`` wrote.

        Raises: ValueError.
        """
        start, end, since, speed = text.split()
        moment = datetime.fromisoformat
        return cls(moment(start), moment(end), moment(since), float(speed))

    def now(self) -> datetime:
        gone, played = datetime.now(UTC) - self.since, (self.end - self.start) / self.speed
        return self.start + gone * self.speed if gone < played else self.end + (gone - played)

    def until(self, moment: datetime) -> timedelta:
        """How long to wait, in real time, until the replay shows a moment before its end; never negative."""
        return max((moment - self.now()) / self.speed, timedelta(0))


class _Clock:
    pace: Pace | None = None


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _Clock.pace.now().astimezone(UTC) if _Clock.pace else datetime.now(UTC)


def replayed() -> Pace | None:
    """The replay that this process goes by, None for the real time."""
    return _Clock.pace


def keep(pace: Pace | None) -> None:
    """Goes by a replay from now on in this process, or by the real time again."""
    _Clock.pace = pace
