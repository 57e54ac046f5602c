"""Who follows a live board, and what of it is told: its key figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from yibiao.core.periods import Period
from yibiao.desk import border, reckoning, streams
from yibiao.desk.pages.frame import Frame
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Indicator, Query
from yibiao.people.types import Scope

MOST_KEYS: Final = 12
INSTEAD: Final = 6


@dataclass(frozen=True, slots=True)
class Board:
    """The key figures of a program for a place and a period, in a language."""

    pack: str
    program: str
    place: str
    period: Period
    scope: Scope
    language: str

    def state(self, as_of: int) -> Mapping[str, Hashable]:
        shown = keys(self.pack)
        asked = [Query(one.ref, self.program, self.place, self.period, as_of) for one in shown]
        found = reckoning.figures_of(asked, scope=self.scope)
        return {one.id: _Shown(figure) for one, figure in zip(shown, found, strict=True)}

    def pieces(self, state: Mapping[str, Any], changed: list[str]) -> Mapping[str, str]:
        with translation.override(self.language):
            return {key: render_to_string("desk/parts/key.html", {"one": state[key].figure}) for key in changed}


class _Shown:
    """A figure as of some checkpoint; equal to another where it says the same."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure

    def _said(self) -> tuple[Hashable, ...]:
        return self.figure.value, self.figure.facts, self.figure.coverage, self.figure.note, self.figure.indicator

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shown) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash(self._said())


@dataclass(frozen=True, slots=True)
class Follower:
    """A person with the session in which she opened a board."""

    person: str
    session: str
    asked: Board

    def board(self) -> streams.Board | None:
        """The board that she asked for, as far as it is open to her now."""
        request = HttpRequest()
        request.session = SessionStore(self.session)
        request.user = get_user(request)
        if not request.user.is_authenticated or border.actor(request) != self.person:
            return None
        return replace(self.asked, scope=_anybodys(border.reading(request)))


def keys(pack: str) -> list[Indicator]:
    """The figures that stand first on a board."""
    known = figures.indicators(pack)
    return [one for one in known if one.key][:MOST_KEYS] or list(known[:INSTEAD])


def board(setting: Frame) -> Board:
    return Board(
        setting.program.pack, setting.program.code, setting.place.code, setting.period, _anybodys(setting.scope),
        translation.get_language() or "zh-hans",
    )  # fmt: skip


def follower(request: HttpRequest, asked: Board) -> Follower:
    return Follower(border.actor(request), request.session.session_key or "", asked)


def _anybodys(scope: Scope) -> Scope:
    """The same rights without a name: whoever has them sees the same."""
    return replace(scope, actor="")
