"""A small world: one pack with inspections and zero reports, its program open on three days, and two offices."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from yibiao.bulletins import actions as bulletins
from yibiao.bulletins import queries as templates
from yibiao.figures import actions as figures
from yibiao.figures import queries as indicators
from yibiao.forms import actions as forms
from yibiao.forms import queries as form_files
from yibiao.ledger import actions as ledger
from yibiao.packs import actions as packs
from yibiao.packs import queries as pack_files
from yibiao.people import queries as people
from yibiao.people.types import Scope, Warrant
from yibiao.places import actions as places
from yibiao.records import actions as records
from yibiao.records.types import SubmissionDraft

JILIN, CHANGCHUN, ERDAO, NANGUAN, JILIN_CITY = (
    "220000000000", "220100000000", "220105000000", "220102000000", "220200000000",
)  # fmt: skip
PACK = "patrol"

_MANIFEST = """
id = "patrol"
version = "1.0.0"
title = { zh = "样例巡查", en = "Sample patrol" }
about = { zh = "测试用", en = "For tests" }
valid_from = 2022-09-01
source = "测试"
[program]
place = "220000000000"
from = 2022-09-10T00:00:00+08:00
until = 2022-09-13T00:00:00+08:00
"""
# ruff: noqa: E501
_HEAD = """
| settings |
|          | form_id       | form_title | version | default_language | namespaces                             |
|          | patrol.{name} | {title}    | 1       | 中文 (zh)        | yibiao="https://yibiao.example/xforms" |

| survey |
|        | type     | name        | label::中文 (zh) | label::English (en) | required | appearance | bind::yibiao:role | bind::yibiao:register |
"""
_COMMON = """|        | text     | place       | 地点             | Place               | yes      | place      | place             |                       |
|        | dateTime | occurred_at | 时间             | Time                | yes      |            | occurred_at       |                       |
"""
_FORMS = {
    "check": ("检查单", "|        | integer  | hazards | 隐患 | Hazards | yes | | | |\n"),
    "incident": ("事件", "|        | integer  | deaths | 死亡 | Deaths | yes | | | |\n"),
    "unit": (
        "单位",
        "|        | text | code | 代码 | Code | yes | | subject | |\n"
        "|        | text | unit_name | 名称 | Name | yes | | | |\n"
        "\n| entities |\n|          | list_name | label | key |\n|          | office | ${unit_name} | ${code} |\n",
    ),
    "report": ("日报", "|        | text | unit | 单位 | Unit | yes | register | subject | office |\n"),
}
_INDICATORS = """
[[coverage]]
id = "daily"
form = "report"
register = "office"
unit = "unit"
every = "day"
label = { zh = "日报", en = "Daily reports" }

[[indicator]]
id = "visits"
label = { zh = "检查", en = "Checks" }
counts = { zh = "检查", en = "checks" }
unit = "家次"
kind = "visits"
measure = "count"
source = "check"

[[indicator]]
id = "hazards"
label = { zh = "隐患", en = "Hazards" }
counts = { zh = "隐患", en = "hazards" }
unit = "处"
kind = "flow"
measure = "sum"
source = "check"
of = "hazards"

[[indicator]]
id = "deaths"
label = { zh = "亡人事故", en = "Fatal accidents" }
counts = { zh = "亡人事故", en = "fatal accidents" }
unit = "起"
kind = "zero"
measure = "zero"
source = "incident"
filter = "deaths >= 1"
coverage = "daily"
"""
_BULLETIN = """+++
title = "样例通报"
issuer = "样例办公室"
number = "样例〔2022〕9号"
+++

{{ deaths | zero | 未接到亡人事故报告 }}。共检查{{ visits | exact }}，发现隐患{{ hazards | exact }}。
"""


@dataclass
class World:
    by: Warrant
    scope: Scope
    ids: list[str] = field(default_factory=list)

    def file(self, form: str, *, place: str = ERDAO, day: int = 11, hour: int = 9, **answers: Any) -> str:
        """Hand in one form; gives the id of the record."""
        id = str(uuid.uuid4())
        at = f"2022-09-{day:02}T{hour:02}:00:00+08:00"
        filled = {"place": place, "occurred_at": at, **answers}
        clerk = people.system_warrant(place=JILIN, program=PACK)
        records.receive(SubmissionDraft(id, f"{PACK}.{form}", PACK, filled, "api"), by=clerk)
        self.ids.append(id)
        return id

    def correct(self, id: str, *, place: str = ERDAO, day: int = 11, hour: int = 9, **answers: Any) -> None:
        at = f"2022-09-{day:02}T{hour:02}:00:00+08:00"
        filled = {"place": place, "occurred_at": at, **answers}
        records.correct(id, filled, reason="数错", by=people.system_warrant(place=JILIN, program=PACK))


def write_pack(folder: Path, bulletin: str = _BULLETIN, version: str = "1.0.0") -> Path:
    (folder / "forms").mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text(_MANIFEST.replace("1.0.0", version))
    (folder / "indicators.toml").write_text(_INDICATORS)
    (folder / "bulletin.main.md").write_text(bulletin)
    for name, (title, rows) in _FORMS.items():
        (folder / "forms" / f"{name}.md").write_text(_HEAD.format(name=name, title=title) + _COMMON + rows)
    return folder


def install(folder: Path) -> None:
    files, found = pack_files.read(folder)
    assert files is not None, [problem.text() for problem in found]
    published, wrong = form_files.check(files)
    found += wrong
    definitions, wrong = indicators.check(files, published)
    found += wrong
    made, wrong = templates.check(files, definitions.indicators)
    assert not found + wrong, [problem.text() for problem in found + wrong]
    version = packs.install(files)
    forms.publish(version, published)
    figures.define(version, definitions)
    bulletins.define(version, made)


@pytest.fixture
def build(tmp_path: Path) -> Callable[[], World]:
    """Builds the world when called, inside whatever transaction the test has."""

    def make() -> World:
        places.install_jilin()
        install(write_pack(tmp_path / "patrol"))
        by = people.system_warrant(place=JILIN, program=PACK, right="review")
        world = World(by, people.system_scope(place=JILIN))
        for code, place in (("u1", ERDAO), ("u2", JILIN_CITY)):
            world.file("unit", place=place, day=1, code=code, unit_name=f"样例单位{code}")
            for day in (10, 11, 12):
                world.file("report", place=place, day=day, unit=code)
        for hazards in (2, 3):
            world.file("check", hazards=hazards)
        world.file("check", place=JILIN_CITY, hazards=4)
        ledger.seal_all()
        return world

    return make


@pytest.fixture
def world(db: None, build: Callable[[], World]) -> World:
    return build()
