"""The one table of consequences: which facts are followed by whom, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from yibiao.cases import actions as cases
from yibiao.citizens import actions as citizens
from yibiao.duty import actions as duty
from yibiao.figures import actions as figures
from yibiao.notices import actions as notices
from yibiao.records import actions as records


@dataclass(frozen=True, slots=True)
class Follower:
    """A reader of the sealed log. ``step`` takes what is new and says how many facts it took; it may run at any time.

    ``kinds`` are the kinds of fact that it heeds, ``*`` at the end meaning any continuation. ``pause`` is the number of
    seconds between two steps: figures read the tail from the log itself, so that a longer pause delays no figure and
    makes fewer, larger segments. One that ``waits`` talks to another program, which may keep it for a minute: no other
    follower waits with it.
    """

    name: str
    kinds: tuple[str, ...]
    step: Callable[[], int]
    pause: float
    waits: bool = False


FOLLOWERS: tuple[Follower, ...] = (
    Follower("cases", ("record.*",), cases.follow, 1.0),
    Follower("duty", ("record.*",), duty.follow, 1.0),
    Follower("notices", ("notice.*", "warning.*", "case.*", "duty.*"), notices.follow, 0.5),
    # Sends what the follower before put down: it reads no facts, and what it sends was committed long ago.
    Follower("senders", (), notices.deliver, 5.0, waits=True),
    Follower("figures", ("record.*", "case.*", "duty.*", "notice.*"), figures.follow, 20.0),
)

# What the passing of time alone sets going, on a running site; whoever only catches up with the log leaves it be.
CLOCKS: tuple[Follower, ...] = (
    Follower("escalation", (), cases.escalate, 60.0),
    Follower("reminders", (), duty.escalate_overdue, 60.0),
    Follower("missed", (), duty.note_missed, 60.0),
    Follower("waiting", (), records.release_overdue, 3600.0),
    Follower("challenges", (), citizens.sweep, 3600.0),
    Follower("scanner", (), records.scan_files, 5.0, waits=True),
    Follower("files", (), records.sweep_files, 24 * 3600.0),
    # Files of columns that compaction replaced, or that whoever wrote them was killed over.
    Follower("columns", (), figures.sweep, 3600.0),
    # Cubes and columns held against what they were made from; by day it does nothing.
    Follower("recount", (), figures.nightly, 60.0),
)


def catch_up(followers: Iterable[Follower] = FOLLOWERS) -> int:
    """Steps every follower until none finds anything new; gives the number of facts taken."""
    taken = 0
    for follower in followers:
        while count := follower.step():
            taken += count
    return taken
