"""A story of the demo: it names the moment of its next act, and acts when it is asked to go on."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.db import transaction

Story = Iterator[datetime]


def tell(stories: Iterable[Story]) -> None:
    """Each story to its end, one after another, without a wait; what a cut leaves is whole stories."""
    for story in stories:
        with transaction.atomic():
            for _ in story:
                pass


def play(stories: Iterable[Story], wait: Callable[[datetime], bool], failed: Callable[[Exception], None]) -> int:
    """All stories together in the order of their moments; gives the number of acts.

    ``wait`` lets the time come and says whether to go on. A story that fails is told to ``failed`` and is over.
    """
    coming: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        _go_on(story, number, coming, failed)
    done = 0
    while coming:
        moment, number, story = heapq.heappop(coming)
        if not wait(moment):
            return done
        done += 1
        _go_on(story, number, coming, failed)
    return done


def _go_on(
    story: Story, number: int, coming: list[tuple[datetime, int, Story]], failed: Callable[[Exception], None]
) -> None:
    try:
        moment = next(story, None)
    except Exception as error:
        failed(error)
        return
    if moment is not None:
        heapq.heappush(coming, (moment, number, story))
