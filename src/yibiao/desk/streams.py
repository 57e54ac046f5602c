"""Open streams of events: one thread of each web process looks at the log and tells everybody who follows a board.

A stream holds no thread and no connection of the database, only a place in a list; what is told to it waits in one
slot, where what is newer takes the place of what is older, so that one who reads slowly misses steps and no numbers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterator, Mapping
from typing import Any, Final, Protocol, TypeAlias

from django.conf import settings
from django.db import close_old_connections
from django.http import StreamingHttpResponse

from yibiao.core import moments
from yibiao.core.problems import Refusal, refuse
from yibiao.desk.problems import STREAMS_FULL
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Checkpoint
from yibiao.places import queries as places

LOOK: Final = 0.15
# How often it is looked whether whoever follows may still see what is told, and how long at a time.
CHECK: Final = 10.0
CHECKING: Final = 0.05
# What stands below the figures costs more than they do. It is worked out after them, of each board not before so long
# after it began last, nor before so many times of what it cost; of many boards as many in a round as so long allows, or
# half as long as their figures took.
REST: Final = 0.1
RESTING: Final = 4.0
ROUND: Final = 0.1
# A log that moves without moving a figure is told this often.
QUIET: Final = 5.0
HEARTBEAT: Final = 15.0
OF_ONE: Final = 6
# A round takes turns with those who answer, one for each statement: it would wait five milliseconds for each of them.
TURN: Final = 0.001
log = logging.getLogger(__name__)
Pieces: TypeAlias = Mapping[str, str]
Written: TypeAlias = "dict[tuple[Board, tuple[str, ...]], Pieces]"


class Board(Protocol):
    """What a stream tells of. Equal boards are worked out once, however many follow them."""

    def __hash__(self) -> int: ...

    @property
    def ageing(self) -> bool:
        """Whether what stands below also changes as time passes, and not with the log alone."""

    def state(self, as_of: int) -> Mapping[str, Hashable]:
        """What is shown first as of a checkpoint, by key, so that it can be held against what was told."""

    def together(self, boards: Collection[Any], as_of: int) -> None:
        """Works out at once what several show first, so that each has it when it is asked."""

    def rest(self, as_of: int) -> Mapping[str, Hashable]:
        """What is shown below it, likewise; it may cost more."""

    def pieces(self, state: Mapping[str, Any], keys: list[str]) -> Pieces:
        """The same of either as it stands on the page."""


class Follower(Protocol):
    """Who follows a board; ``board`` gives what is open to her now, None where nothing is any more."""

    def __hash__(self) -> int: ...

    @property
    def person(self) -> str: ...

    def board(self) -> Board | None: ...


class Stream:
    """One who follows a board. What is open to her is looked at again as long as it lasts."""

    def __init__(self, follower: Follower, board: Board, seen: int) -> None:
        self.follower, self.board, self.seen = follower, board, seen
        self.told: Mapping[str, Hashable] | None = None
        # The same of what stands below, as of a checkpoint of its own.
        self.below: Mapping[str, Hashable] | None = None
        self.below_seen = seen
        self.checked_at = self.told_at = time.monotonic()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._slot: dict[str, Any] = {}
        self._over = False

    def open(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether there is room for it."""
        self._loop = loop
        return hub.join(self)

    def close(self) -> None:
        hub.leave(self)

    def tell(self, event: Mapping[str, Any]) -> None:
        self.told_at = time.monotonic()
        self._call(lambda: self._put(event))

    def end(self) -> None:
        self._call(self._finish)

    async def pieces(self) -> AsyncIterator[bytes]:
        """What is to be sent, as it comes; a heartbeat where nothing does."""
        yield b"retry: 3000\n\n"
        while not self._over:
            try:
                await asyncio.wait_for(self._woken.wait(), HEARTBEAT)
            except TimeoutError:
                yield b":\n\n"
            self._woken.clear()
            slot, self._slot = self._slot, {}
            if slot and not self._over:
                yield event("figures" if slot["pieces"] else "checkpoint", slot)
        yield event("bye", {})

    def _call(self, act: Any) -> None:
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(act)
        except RuntimeError:
            # The server is stopping, and its loop is closed.
            hub.leave(self)

    def _put(self, told: Mapping[str, Any]) -> None:
        self._slot = {**told, "pieces": {**self._slot.get("pieces", {}), **told["pieces"]}}
        self._woken.set()

    def _finish(self) -> None:
        self._over = True
        self._woken.set()


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """One server-sent event, numbered by its checkpoint."""
    number = f"id: {data['checkpoint']}\n" if "checkpoint" in data else ""
    return f"event: {name}\n{number}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


class Events(StreamingHttpResponse):
    """A response that goes on. A server that cannot keep it open sends what there is and lets the page ask again."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(_once(stream), content_type="text/event-stream; charset=utf-8")
        self.lasting = stream
        self["Cache-Control"] = "no-store"
        self["X-Accel-Buffering"] = "no"


def _once(stream: Stream) -> Iterator[bytes]:
    yield b"retry: 5000\n\n"
    newest = ledger.checkpoint()
    if newest is not None and newest.number != stream.seen:
        state = {**stream.board.state(newest.number), **stream.board.rest(newest.number)}
        yield event("figures", _told(newest, stream.board.pieces(state, list(state))))


def _told(newest: Checkpoint, pieces: Pieces) -> dict[str, Any]:
    return {"checkpoint": newest.number, "sealed_at": newest.sealed_at.isoformat(), "pieces": dict(pieces)}


def _open(find: Callable[[int], Mapping[str, Hashable]], as_of: int) -> Mapping[str, Hashable] | None:
    """What a board shows; None where it is closed."""
    try:
        return find(as_of)
    except Refusal:
        return None


def _changed(before: Mapping[str, Hashable] | None, state: Mapping[str, Hashable]) -> list[str]:
    held = before or {}
    return [key for key, one in state.items() if key not in held or held[key] != one]


def _written(board: Board, state: Mapping[str, Hashable], changed: list[str], written: Written) -> Pieces:
    """The pieces that changed, once for all who are told the same."""
    key = board, tuple(changed)
    if key not in written:
        written[key] = board.pieces(state, changed)
    return written[key]


class Hub:
    """The streams of this process, and the thread that tells them what is new; it ends with the last of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: set[Stream] = set()
        # When what stands below the figures of a board was begun last, and when it is due again.
        self._due: dict[Board, tuple[float, float]] = {}
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._streams)

    def room(self, person: str) -> None:
        """Raises: desk.streams.full, where no more streams may be opened, or not by this person."""
        with self._lock:
            own = sum(one.follower.person == person for one in self._streams)
            if len(self._streams) >= settings.YIBIAO_STREAMS or own >= OF_ONE:
                raise refuse(STREAMS_FULL.at())

    def join(self, stream: Stream) -> bool:
        """Whether there still was room."""
        try:
            self.room(stream.follower.person)
        except Refusal:
            return False
        with self._lock:
            self._streams.add(stream)
            if self._thread is None:
                sys.setswitchinterval(min(TURN, sys.getswitchinterval()))
                self._thread = threading.Thread(target=self._watch, name="yibiao-streams", daemon=True)
                self._thread.start()
        return True

    def leave(self, stream: Stream) -> None:
        with self._lock:
            self._streams.discard(stream)

    def _watch(self) -> None:
        while True:
            with self._lock:
                streams = list(self._streams)
                if not streams:
                    self._thread = None
                    return
            mine = time.thread_time()
            try:
                self._round(streams)
            except Exception:
                # Whatever it is, those who follow must not wait for ever: the next round tries again.
                log.exception("boards could not be told what is new")
            finally:
                close_old_connections()
            # Never more than half of a core's time, however much there is to work out.
            time.sleep(max(LOOK, time.thread_time() - mine))

    def _round(self, streams: list[Stream]) -> None:
        self._news(streams)
        due = [stream for stream in streams if time.monotonic() - stream.checked_at >= CHECK]
        self._check(sorted(due, key=lambda stream: stream.checked_at))

    def _news(self, streams: list[Stream]) -> None:
        newest = ledger.checkpoint()
        if newest is None:
            return
        begun = time.monotonic()
        with places.remembered(), moments.shared():
            states: dict[Board, Mapping[str, Hashable] | None] = {}
            written: Written = {}
            behind = [one for one in streams if one.seen != newest.number or one.told is None]
            if len(boards := {one.board for one in behind}) > 1:
                behind[0].board.together(boards, newest.number)
            for stream in behind:
                if stream.board not in states:
                    states[stream.board] = _open(stream.board.state, newest.number)
                state = states[stream.board]
                if state is None:
                    stream.end()
                else:
                    self._tell(stream, newest, state, written)
            self._below(streams, newest, max(ROUND, (time.monotonic() - begun) / 2))

    def _tell(self, stream: Stream, newest: Checkpoint, state: Mapping[str, Hashable], written: Written) -> None:
        if stream.told is None and stream.seen == newest.number:
            stream.told = state
            return
        changed = _changed(stream.told, state)
        stream.seen, stream.told = newest.number, state
        if changed or time.monotonic() - stream.told_at >= QUIET:
            stream.tell(_told(newest, _written(stream.board, state, changed, written)))

    def _below(self, streams: list[Stream], newest: Checkpoint, most: float) -> None:
        """Tells what stands below the figures, first of boards that have waited longest; so many seconds at most."""
        behind: dict[Board, list[Stream]] = defaultdict(list)
        for stream in streams:
            if stream.below_seen != newest.number or stream.below is None or self._aged(stream.board):
                behind[stream.board].append(stream)
        if not behind:
            return
        followed = {stream.board for stream in streams}
        self._due = {board: due for board, due in self._due.items() if board in followed}
        begun, worked = time.monotonic(), False
        for board in sorted(behind, key=lambda one: self._due.get(one, (0.0, 0.0))[0]):
            started, mine = time.monotonic(), time.thread_time()
            if started < self._due.get(board, (0.0, 0.0))[1]:
                continue
            if worked and started - begun > most:
                return
            state, worked = _open(board.rest, newest.number), True
            cost = time.thread_time() - mine
            self._due[board] = started, started + max(REST, RESTING * cost)
            written: Written = {}
            for stream in behind[board]:
                if state is None:
                    stream.end()
                else:
                    self._tell_below(stream, newest, state, written)

    def _aged(self, board: Board) -> bool:
        return board.ageing and time.monotonic() - self._due.get(board, (0.0, 0.0))[0] >= QUIET

    def _tell_below(self, stream: Stream, newest: Checkpoint, state: Mapping[str, Hashable], written: Written) -> None:
        known = stream.below is None and stream.below_seen == newest.number
        changed = [] if known else _changed(stream.below, state)
        stream.below, stream.below_seen = state, newest.number
        if changed:
            stream.tell(_told(newest, _written(stream.board, state, changed, written)))

    def _check(self, streams: list[Stream]) -> None:
        """Ends the streams whose session or rights are no longer what they were; those that wait come next time."""
        known: dict[Follower, Board | None] = {}
        begun = time.monotonic()
        for stream in streams:
            if stream.follower not in known:
                if known and time.monotonic() - begun > CHECKING:
                    return
                known[stream.follower] = self._open_to(stream.follower)
            stream.checked_at = time.monotonic()
            if known[stream.follower] != stream.board:
                stream.end()

    def _open_to(self, follower: Follower) -> Board | None:
        try:
            return follower.board()
        except Refusal:
            return None


hub: Final = Hub()
