"""The places of the demo: Jilin, the streets and communities of Erdao, and what lies below 十委社区."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from yibiao.desk.demo import community
from yibiao.desk.demo.world import ERDAO, PROVINCE, SHIWEI, World
from yibiao.places import actions as places
from yibiao.places import queries as atlas
from yibiao.places.types import PlaceDraft

_THEN = date(2022, 9, 12)


def install() -> World:
    """Adds the places that are not there yet; gives the counties of 2022."""
    places.install_jilin()
    places.add_below(ERDAO, _streets())
    places.add_below(SHIWEI, [PlaceDraft(*row) for row in community.places()])
    prefectures = atlas.children(PROVINCE, _THEN)
    counties = [county for prefecture in prefectures for county in atlas.children(prefecture.code, _THEN)]
    return World(prefectures, counties)


def _streets() -> list[PlaceDraft]:
    """Streets, towns and communities of Erdao.

    Source: statistical division codes of 2023, as published by the National Bureau of Statistics.
    """
    with (Path(__file__).parent / "erdao.csv").open(encoding="utf-8", newline="") as rows:
        return [PlaceDraft(row["code"], row["name"], row["level"], row["parent"]) for row in csv.DictReader(rows)]
