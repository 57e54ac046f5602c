"""The five programs of the page and what each sends in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from yibiao.desk.demo import community, cyber, happy, holiday, patrol
from yibiao.desk.demo.plan import Plan
from yibiao.desk.demo.world import World

PROGRAMS: Final[Mapping[str, Callable[[World], Plan]]] = {
    "holiday-safety": holiday.plan,
    "night-patrol": patrol.plan,
    "cyber-week": cyber.plan,
    "community-desk": community.plan,
    "happy-community": happy.plan,
}
