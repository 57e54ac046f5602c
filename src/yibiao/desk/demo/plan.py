"""What a demo program sends in: forms as clerks would fill them, some of them wrong, doubled or sent twice."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from yibiao.core.periods import SHANGHAI

_NAMESPACE = uuid.UUID("5d6a1f0e-6f0b-5d2c-9f59-1f9c0a3b7e21")
REGISTERS, REPORTS = 0, 1


@dataclass(frozen=True, slots=True)
class Sample:
    """One filled form. ``clerk`` is the user name of who files it; registers (wave 0) go in before the reports."""

    id: str
    form: str
    clerk: str
    wave: int
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Correction:
    id: str
    clerk: str
    answers: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    id: str
    clerk: str
    reason: str


@dataclass(slots=True)
class Plan:
    """All that one program sends in, in order. The same seed gives the same plan, ids included."""

    program: str
    samples: list[Sample] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(f"yibiao/{self.program}")  # noqa: S311 (invented facts, not secrets)

    def add(self, form: str, clerk: str, answers: Mapping[str, Any], *, wave: int = REPORTS) -> str:
        """Takes up a form; gives its id."""
        serial = len(self.samples) + 1
        id = str(uuid.uuid5(_NAMESPACE, f"{self.program}/{form}/{serial}"))
        self.samples.append(Sample(id, f"{self.program}.{form}", clerk, wave, answers))
        return id

    def add_mistaken(
        self, form: str, clerk: str, right: Mapping[str, Any], wrong: Mapping[str, Any], reason: str
    ) -> None:
        """Takes up a form that is first filed with the answers in ``wrong`` and later corrected."""
        id = self.add(form, clerk, {**right, **wrong})
        self.corrections.append(Correction(id, clerk, right, reason))

    def add_doubled(self, form: str, clerk: str, answers: Mapping[str, Any], reason: str) -> None:
        """Takes up a form that repeats another under an id of its own and is later withdrawn."""
        self.withdrawals.append(Withdrawal(self.add(form, clerk, answers), clerk, reason))

    def changes(self) -> tuple[Correction | Withdrawal, ...]:
        """What becomes of forms that were wrong or doubled."""
        return (*self.corrections, *self.withdrawals)

    def sent_again(self) -> tuple[Sample, ...]:
        """The forms that a bad line makes the sender send twice: every four hundredth, never one that is corrected."""
        touched = {each.id for each in self.corrections} | {each.id for each in self.withdrawals}
        return tuple(each for each in self.samples[::400] if each.id not in touched)


def moment(text: str) -> datetime:
    """``2022-09-10 08:00`` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def written(at: datetime) -> str:
    """The answer to a date-and-time question."""
    return at.isoformat(timespec="seconds")


def parts(total: int, weights: Sequence[float], random: Random, *, least: int = 0, spread: float = 0.4) -> list[int]:
    """Whole numbers, one per weight, none below ``least``, that add up to ``total`` exactly; uneven as life is."""
    shaken = [weight * random.uniform(1 - spread, 1 + spread) for weight in weights]
    rest = total - least * len(shaken)
    if rest < 0:
        raise ValueError(f"{total} cannot be split into {len(shaken)} parts of at least {least}")
    return [least + each for each in largest_remainder(rest, shaken)]


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """Seats by largest remainder (Hare quota); ties go to the earlier one."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    seats = [int(share) for share in exact]
    order = sorted(range(len(seats)), key=lambda each: (seats[each] - exact[each], each))
    for each in order[: total - sum(seats)]:
        seats[each] += 1
    return seats


def moments(start: datetime, end: datetime, count: int, random: Random, *, busy: Sequence[int] = ()) -> list[datetime]:
    """``count`` moments in [start, end), in order: one in every hour as far as they reach, the others in busy hours.

    ``busy`` are hours of the day (0–23); empty means that all hours are alike.
    """
    hours = [start + timedelta(hours=each) for each in range(int((end - start) / timedelta(hours=1)))]
    chosen = hours if count >= len(hours) else random.sample(hours, count)
    favoured = [hour for hour in hours if hour.hour in busy] if busy else hours
    extra = [random.choice(favoured) for _ in range(count - len(chosen))]
    return sorted(hour + timedelta(minutes=random.randrange(60)) for hour in [*chosen, *extra])
