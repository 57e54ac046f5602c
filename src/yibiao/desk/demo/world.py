"""Where the demo happens and who files in it: counties, their clerks, and the units that owe reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from yibiao.places.types import Place

PROVINCE: Final = "220000000000"
CHANGCHUN: Final = "220100000000"
ERDAO: Final = "220105000000"
NANGUAN: Final = "220102000000"
SHIWEI: Final = "220105004005"
MINFENG: Final = "220105003001"

PROVINCE_CLERK: Final = "sheng-tianbao"
CHANGCHUN_CLERK: Final = "changchun"
COMMUNITY_CLERK: Final = "shiwei"
DEPARTMENTS: Final = ("应急", "公安", "住建", "交通", "水利", "林草")

_NAMED: Final = {CHANGCHUN: CHANGCHUN_CLERK, ERDAO: "erdao", NANGUAN: "nanguan"}
_BUSTLE: Final = {
    "2201": 3.0, "2202": 1.8, "2203": 1.2, "2204": 1.0, "2205": 1.1, "2206": 0.8, "2207": 1.2, "2208": 0.9, "2224": 1.1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """The tree of 2022: prefectures and counties in the order of their codes."""

    prefectures: Sequence[Place]
    counties: Sequence[Place]

    def bustle(self) -> list[float]:
        """How much happens in every county, relative to the others."""
        return [_BUSTLE[county.code[:4]] for county in self.counties]

    def of_changchun(self) -> list[Place]:
        return [county for county in self.counties if county.code.startswith("2201")]


def clerk_of(place: str) -> str:
    """The user name of the sample post that files for a county, a prefecture or the province."""
    if place == PROVINCE:
        return PROVINCE_CLERK
    if place in _NAMED:
        return _NAMED[place]
    return f"c{place[:4]}" if place[4:6] == "00" else f"x{place[:6]}"


def organisation_of(place: str) -> str:
    """The code of the organisation that files for a place."""
    if place == PROVINCE:
        return "220000"
    return place[:6]
