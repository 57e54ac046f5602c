"""Who follows a live board, and what of it is told: its key figures, and what stands below them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from yibiao.core import moments
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.desk import border, reckoning, streams
from yibiao.desk.pages import drawing
from yibiao.desk.pages.frame import Frame
from yibiao.figures.types import Figure, Query
from yibiao.ledger import queries as ledger
from yibiao.packs import queries as packs
from yibiao.people.types import Scope
from yibiao.places import queries as places

# What stands below the key figures. No indicator has such a name.
MAP, TREND, NEWEST, MISSING, FOOT = ":map", ":trend", ":newest", ":missing", ":foot"
_TEMPLATES: Final[Mapping[str, str]] = {
    MAP: "desk/parts/board_map.html",
    TREND: "desk/parts/board_trend.html",
    NEWEST: "desk/parts/board_newest.html",
    MISSING: "desk/parts/board_missing.html",
    FOOT: "desk/parts/board_foot.html",
}
_SHARED: Final = (NEWEST, FOOT)


@dataclass(frozen=True, slots=True)
class Board:
    """A program for a place and a period, in a language; ``drawn`` is what the map shows, empty where it may choose."""

    pack: str
    program: str
    place: str
    period: Period
    scope: Scope
    language: str
    drawn: str = ""
    screen: bool = False

    @property
    def ageing(self) -> bool:
        # Deadlines pass, and whoever follows cases and duty comes a little after the log. Indicators have no colon.
        return ":" in self.drawn

    def state(self, as_of: int) -> Mapping[str, Hashable]:
        found = reckoning.figures_of(self._asked(as_of), scope=self.scope)
        return {one.indicator.id: _Figure(one) for one in found}

    def together(self, boards: Collection[Board], as_of: int) -> None:
        asked: dict[Scope, list[Query]] = defaultdict(list)
        for board in boards:
            asked[board.scope] += board._asked(as_of)
        for scope, queries in asked.items():
            # One that is closed is found to be so by itself.
            with suppress(Refusal):
                reckoning.figures_of(queries, scope=scope)

    def _asked(self, as_of: int) -> list[Query]:
        shown = drawing.keys(self.pack)
        return [Query(one.ref, self.program, self.place, self.period, as_of) for one in shown]

    def rest(self, as_of: int) -> Mapping[str, Hashable]:
        at, sealed = places.place(self.place), moments.once(("checkpoint", as_of), lambda: ledger.checkpoint(as_of))
        setting = Frame(packs.program(self.program), at, self.period, sealed, self.scope, (), ())
        with translation.override(self.language):
            shown = context(setting, self.drawn, screen=self.screen)
        return {key: _Piece(said, shown) for key, said in _said(shown).items()}

    def pieces(self, state: Mapping[str, Any], changed: list[str]) -> Mapping[str, str]:
        with translation.override(self.language):
            made = {key: state[key].written(key) for key in changed}
            below = next((state[key] for key in changed if isinstance(state[key], _Piece)), None)
            # It says as of when, and so is different each time: it goes with whatever else there is to say.
            return made | {FOOT: below.written(FOOT)} if below else made


class _Figure:
    """A figure as of some checkpoint; equal to another where it says the same."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure

    def written(self, _key: str) -> str:
        return render_to_string("desk/parts/key.html", {"one": self.figure})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Figure) and _figure(self.figure) == _figure(other.figure)

    def __hash__(self) -> int:
        return hash(_figure(self.figure))


class _Piece:
    """A part of the board below its key figures; equal to another where it says the same."""

    def __init__(self, said: Hashable, shown: Mapping[str, Any]) -> None:
        self.said, self.shown = said, shown

    def written(self, key: str) -> str:
        if key not in _SHARED:
            return self._written(key)
        # Whatever place and period a board is of.
        about = key, translation.get_language(), self.shown["frame"].program.code, self.shown["frame"].checkpoint
        return moments.once((*about, self.said if key == NEWEST else None), lambda: self._written(key))

    def _written(self, key: str) -> str:
        return render_to_string(_TEMPLATES[key], dict(self.shown)).strip()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Piece) and self.said == other.said

    def __hash__(self) -> int:
        return hash(self.said)


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


def context(setting: Frame, drawn: str, *, screen: bool) -> dict[str, Any]:
    """What the templates of a board show, but for the address of its events.

    Raises: desk.indicator.unknown
    """
    own = setting.address(reverse("desk_board"), indicator=drawn)
    shown: dict[str, Any] = {
        "frame": setting,
        "dark": screen,
        "normal_url": own,
        "screen_url": setting.address(reverse("desk_board"), indicator=drawn, screen=1),
        "newest": drawing.newest(setting.scope, setting.program.code),
    }
    if setting.checkpoint is None:
        return shown | {"figures": ()}
    asked = [drawing.ask(setting, one) for one in drawing.keys(setting.program.pack)]
    values = reckoning.figures_of(asked, scope=setting.scope)
    return shown | {"figures": values, "missing": drawing.missing(values), **drawing.below(setting, drawn)}


def board(setting: Frame, drawn: str = "", *, screen: bool = False) -> Board:
    return Board(
        setting.program.pack, setting.program.code, setting.place.code, setting.period, _anybodys(setting.scope),
        translation.get_language() or "zh-hans", drawn, screen,
    )  # fmt: skip


def follower(request: HttpRequest, asked: Board) -> Follower:
    return Follower(border.actor(request), request.session.session_key or "", asked)


def _anybodys(scope: Scope) -> Scope:
    """The same rights without a name: whoever has them sees the same."""
    return replace(scope, actor="")


def _figure(one: Figure | None) -> tuple[Hashable, ...]:
    return (one.value, one.facts, one.coverage, one.note, one.indicator) if one else ()


def _said(shown: Mapping[str, Any]) -> dict[str, Hashable]:
    """What each piece says, without the addresses, which name a checkpoint."""
    said: dict[str, Hashable] = {
        NEWEST: tuple((one["record"].id, one["record"].revision, one["record"].state) for one in shown["newest"]),
        MISSING: tuple(_figure(one) for one, _ in shown.get("missing", ())),
    }
    if "mapped" in shown or "layer" in shown:
        parts: list[Hashable] = [(one.code, one.value, one.step) for one in shown.get("tiles", ())]
        rows = (*shown.get("parts", ()), *(shown.get("content") or {}).get("rows", ()))
        parts += [(one["label"], one["value"]) for one in rows]
        parts += [(one["spot"].code, one["spot"].title) for one in shown.get("layer_tiles", ())]
        parts += [(one.code, one.title) for one in shown.get("layer_rows", ())]
        said[MAP] = _figure(shown.get("mapped")), shown.get("layer_total"), tuple(parts)
    if "trend" in shown:
        said[TREND] = json.dumps(shown["trend"], ensure_ascii=False)
    return said
