"""Layers of the board's map beside its indicators: open and overdue cases, and who has filed what it owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from yibiao.cases import queries as cases
from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal
from yibiao.desk import border
from yibiao.desk.pages.frame import Frame
from yibiao.desk.steps import step_of, steps
from yibiao.duty import queries as duty
from yibiao.duty.types import Cell
from yibiao.places import queries as places

OPEN, OVERDUE, OWED = "open", "overdue", "owed"
FEWEST_TILES: Final = 2


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that a program's pack has something for; ``id`` is ``open:hazard`` or ``owed:daily``."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of a layer: what is written on it, what decides its shade, what it says in full, and the way down."""

    code: str
    name: str
    shown: str
    weight: int
    title: str
    url: str


def offered(setting: Frame) -> tuple[Layer, ...]:
    """The layers of a program, cases first; empty where its pack has neither lifecycles nor obligations."""
    pack, language = setting.program.pack, border.language()
    found = []
    for one in cases.lifecycles(pack):
        held = {"label": one.label.of(language)}
        found.append(Layer(f"{OPEN}:{one.id}", gettext("%(label)s：未办结") % held))
        found.append(Layer(f"{OVERDUE}:{one.id}", gettext("%(label)s：已逾期") % held))
    for owed in duty.rules_of(pack).obligations:
        found.append(Layer(f"{OWED}:{owed.topic}", gettext("报送：%(label)s") % {"label": owed.label.of(language)}))
    return tuple(found)


def drawing(setting: Frame, layer: Layer) -> dict[str, Any]:
    """A layer as the map draws it: tiles where seats are known, otherwise a list."""
    kind, _, about = layer.id.partition(":")
    made = _owed(setting, about) if kind == OWED else _cases(setting, kind, about)
    spots, total = made
    shades = steps(Decimal(one.weight) for one in spots)
    seats = places.seats()
    placed = [one for one in spots if one.code in seats]
    tiles: list[dict[str, Any]] = []
    if len(placed) >= FEWEST_TILES:
        left, top = min(seats[one.code].col for one in placed), min(seats[one.code].row for one in placed)
        placed.sort(key=lambda one: (seats[one.code].row, seats[one.code].col))
        tiles = [
            {
                "spot": one,
                "step": step_of(Decimal(one.weight), shades),
                "col": seats[one.code].col - left + 1,
                "row": seats[one.code].row - top + 1,
            }
            for one in placed
        ]
    return {
        "layer": layer,
        "layer_total": total,
        "layer_tiles": tiles,
        "layer_rows": () if tiles else sorted(spots, key=lambda one: (-one.weight, one.code)),
        "layer_most": max((one.weight for one in spots), default=1) or 1,
        "layer_means": gettext("缺报") if kind == OWED else gettext("件数"),
        "columns": max((one["col"] for one in tiles), default=0),
        "shades": shades,
    }


def moment(setting: Frame) -> datetime:
    """By when deadlines are judged: now, or the end of a program that is over."""
    return min(clock.now().astimezone(SHANGHAI), setting.program.window_until)


def _cases(setting: Frame, kind: str, lifecycle: str) -> tuple[list[Spot], str]:
    program, at = setting.program.code, moment(setting)
    asked: dict[str, object] = {"kind": lifecycle, "pace": kind}
    if at == setting.program.window_until:
        asked["at"] = "cutoff"
    grouped = cases.by_lineage(
        scope=setting.scope, program=program, at=at, lifecycle=lifecycle, place=setting.place.code
    )
    here = _targets(setting)
    found = dict.fromkeys(here, (0, 0))
    outside = (0, 0)
    for lineage, (unsettled, late) in grouped.items():
        code = next((step for step in lineage.strip("/").split("/") if step in found), "")
        before = found[code] if code else outside
        now = (before[0] + unsettled, before[1] + late)
        if code:
            found[code] = now
        else:
            outside = now
    spots = []
    for code, (unsettled, late) in found.items():
        said = gettext("未办结 %(open)d，已逾期 %(late)d") % {"open": unsettled, "late": late}
        count = late if kind == OVERDUE else unsettled
        url = setting.address(reverse("desk_cases"), place=code, **asked)
        spots.append(Spot(code, here[code], str(count), count, f"{here[code]} {said}", url))
    whole = [*found.values(), outside]
    summed = {"open": sum(one[0] for one in whole), "late": sum(one[1] for one in whole)}
    return spots, gettext("未办结 %(open)d，已逾期 %(late)d") % summed


def _owed(setting: Frame, topic: str) -> tuple[list[Spot], str]:
    period = None if setting.whole_window else setting.period
    at = moment(setting)
    held = duty.matrix(setting.program.code, topic, scope=setting.scope, at=at, period=period, place=setting.place.code)
    here = _targets(setting)
    found: dict[str, list[Cell]] = {code: [] for code in here}
    for unit, row in held.rows:
        code = _among(unit.place, found)
        if code:
            found[code] += row
    spots = []
    for code, cells in found.items():
        filed, owed, missing, said = _tally(cells)
        url = setting.address(reverse("desk_duty_coverage"), place=code, topic=topic, at=f"{at:%Y-%m-%dT%H:%M}")
        spots.append(Spot(code, here[code], f"{filed}/{owed}" if owed else "—", missing, f"{here[code]} {said}", url))
    return spots, _tally(held.cells)[3]


def _tally(cells: Sequence[Cell]) -> tuple[int, int, int, str]:
    """What is filed, what is owed, what is missing, and all of it in words; the exempt owe nothing."""
    nil = sum(one.state == "nil" for one in cells)
    values = sum(one.state == "values" for one in cells)
    late = sum(one.late for one in cells)
    missing = sum(one.state == "missing" for one in cells)
    owed = sum(one.state != "exempt" for one in cells)
    said = gettext("应报 %(owed)d，零报告 %(nil)d，有数 %(values)d（迟报 %(late)d），缺报 %(missing)d") % {
        "owed": owed, "nil": nil, "values": values, "late": late, "missing": missing,
    }  # fmt: skip
    return nil + values, owed, missing, said


def _targets(setting: Frame) -> dict[str, str]:
    """The counties below a province, otherwise the places just below, by code."""
    below = places.children(setting.place.code)
    if setting.place.level == "province":
        below = tuple(county for prefecture in below for county in places.children(prefecture.code))
    return {one.code: one.name for one in below[:200]}


def _among(code: str, targets: Mapping[str, Any]) -> str:
    if code in targets:
        return code
    try:
        return next((step.code for step in places.ancestors(code) if step.code in targets), "")
    except Refusal:
        return ""
