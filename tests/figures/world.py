"""One small named world for figures: a pack of six forms, Jilin's tree, and facts appended as records would."""

# ruff: noqa: E501 - tables read best as tables
from __future__ import annotations

import itertools
import textwrap
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import Problem
from yibiao.core.texts import Text
from yibiao.figures import actions, columns, compacting, queries, store
from yibiao.figures.models import Segment
from yibiao.figures.types import Definitions, Figure, Query
from yibiao.forms import actions as forms
from yibiao.forms import queries as form_files
from yibiao.forms.types import FormVersion
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.packs.types import PackFiles, PackVersion
from yibiao.people.types import Grant, Scope
from yibiao.places import actions as places

JILIN, CHANGCHUN, SIPING = "220000000000", "220100000000", "220300000000"
ERDAO, NANGUAN, GONGZHULING_OLD, GONGZHULING = "220105000000", "220102000000", "220381000000", "220184000000"
PLACES = (JILIN, CHANGCHUN, SIPING, ERDAO, NANGUAN, GONGZHULING)
PROGRAM = "demo"
HOLIDAY = Period(datetime(2022, 9, 10, tzinfo=SHANGHAI), datetime(2022, 9, 12, 20, tzinfo=SHANGHAI))
EVERYWHERE = Scope("", "analyse", (Grant("analyse", JILIN, frozenset({"*"})),))

_HEAD = """
| settings |
| | form_id | form_title | version | default_language | namespaces |
| | demo.{name} | {title} | {version} | 中文 (zh) | yibiao="https://yibiao.example/xforms" |
| survey |
| | type | name | label::中文 (zh) | label::English (en) | bind::yibiao:role | bind::yibiao:personal | bind::yibiao:register | appearance |
| | text | place | 地点 | Place | place | | | place |
| | dateTime | occurred_at | 时间 | Time | occurred_at | | | |
"""
CHECK = """
| | text | object | 对象 | Object | subject | | | |
| | select_one grade | grade | 等级 | Grade | | | | |
| | select_multiple topic | topics | 内容 | Topics | | | | |
| | integer | found | 隐患数 | Hazards | | | | |
| | decimal | weight | 重量 | Weight | | | | |
| | text | phone | 电话 | Telephone | | yes | | |
| | text | participants | 参加单位 | Taking part | participants | | | organisations |
| | begin_repeat | hazards | 隐患 | Hazards | | | | |
| | select_one disposal | disposal | 处置 | Order | | | | |
| | integer | persons | 人数 | Persons | | | | |
| | end_repeat | | | | | | | |

| choices |
| | list_name | name | label::中文 (zh) | label::English (en) |
| | grade | minor | 一般 | Minor |
| | grade | major | 重大 | Major |
| | topic | fire | 消防 | Fire |
| | topic | gas | 燃气 | Gas |
| | disposal | at-once | 立即整改 | At once |
| | disposal | later | 限期整改 | Later |
"""
INCIDENT = """
| | select_one category | category | 类别 | Category | | | | |
| | integer | deaths | 死亡人数 | Deaths | | | | |

| choices |
| | list_name | name | label::中文 (zh) | label::English (en) |
| | category | accident | 事故 | Accident |
| | category | fire | 火灾 | Fire |
"""
UNIT = """
| | text | code | 代码 | Code | subject | | | |
| | text | unit_name | 名称 | Name | | | | |
| | text | level | 层级 | Level | | | | |

| entities |
| | list_name | label | key |
| | reporting-unit | ${unit_name} | ${code} |
"""
ZERO = """
| | text | unit | 单位 | Unit | subject | | reporting-unit | register |
"""
STOCK = """
| | text | code | 代码 | Code | subject | | | |
| | integer | residents | 人数 | Residents | | | | |
| | text | status | 状态 | Status | | | | |

| entities |
| | list_name | label | key |
| | quarter | ${code} | ${code} |
"""
BODIES = {"check": CHECK, "incident": INCIDENT, "unit": UNIT, "zero": ZERO, "quarter": STOCK}


def indicator(id: str, measure: str, unit: str = "次", kind: str = "visits", **more: str) -> str:
    lines = [f'id = "{id}"', f'label = {{ zh = "{id}", en = "{id}" }}', f'counts = {{ zh = "{id}", en = "{id}" }}']
    lines += [f'unit = "{unit}"', f'kind = "{kind}"', f'measure = "{measure}"']
    lines += [f'{key} = "{value}"' for key, value in more.items()]
    return "\n".join(["[[indicator]]", *lines, ""])


def rows_of(form: str) -> dict[str, str]:
    return {"source": form}


TOML = "\n".join(
    [
        """
[[coverage]]
id = "daily"
form = "zero"
register = "reporting-unit"
unit = "unit"
every = "day"
label = { zh = "每日报告", en = "Daily report" }

[[coverage]]
id = "monthly"
form = "zero"
register = "reporting-unit"
unit = "unit"
filter = "level = 'county'"
every = "month"
label = { zh = "每月报告", en = "Monthly report" }

[[check]]
id = "orders"
label = { zh = "隐患＝立即＋限期", en = "Hazards = at once + later" }
equal = "items = items-at-once + items-later"
""",
        indicator("checks", "count", source="check"),
        indicator("major", "count", source="check", filter="grade = 'major' and found >= 2"),
        indicator("gas", "count", source="check", filter="selected(topics, 'gas')"),
        indicator("found", "sum", "个", "flow", source="check", of="found"),
        indicator("weight", "sum", "吨", "flow", source="check", of="weight", filter="grade is not missing"),
        indicator("objects", "distinct", "个", "distinct", source="check", of="object"),
        indicator("object-days", "distinct", "个", "distinct", source="check", of="object|day"),
        indicator("topics", "distinct", "个", "distinct", source="check", of="topics"),
        indicator("items", "count", "个", "flow", source="check/hazards"),
        indicator("items-at-once", "count", "个", "flow", source="check/hazards", filter="disposal = 'at-once'"),
        indicator("items-later", "count", "个", "flow", source="check/hazards", filter="disposal = 'later'"),
        indicator("persons", "sum", "个", "flow", source="check/hazards", of="persons", filter="grade = 'major'"),
        indicator("by-office", "count", source="check", attribution="organisation"),
        indicator("this-year", "count", source="check", window="year-to-date"),
        indicator("ever", "count", source="check", window="history"),
        indicator("quarters", "latest", "个", "stock", source="quarter", filter="status = 'open'"),
        indicator("residents", "latest", "人", "stock", source="quarter", of="residents"),
        indicator("readings", "latest", "个", "stock", source="check", of="found", per="object"),
        indicator("share", "ratio", "%", "ratio", terms="major / checks"),
        indicator("rest", "expr", "个", "flow", terms="items - items-at-once"),
        indicator("no-deaths", "zero", "起", "zero", source="incident", filter="deaths >= 1", coverage="daily"),
        indicator(
            "no-fires", "zero", "起", "zero", source="incident", filter="category = 'fire'", coverage="monthly",
            window="year-to-date",
        ),
        indicator("calm", "streak", "个月", "streak", source="incident", filter="deaths >= 3", of="2022-01"),
        indicator("calm-covered", "streak", "个月", "streak", source="incident", filter="deaths >= 3", coverage="monthly"),
    ]
)  # fmt: skip


def pack(toml: str = TOML, version: str = "1.0.0", form_version: str = "1", **bodies: str) -> PackFiles:
    files = {
        f"forms/{name}.md": textwrap.dedent(_HEAD.format(name=name, title=name, version=form_version)).strip().encode()
        + b"\n"
        + body.strip("\n").encode()
        + b"\n"
        for name, body in {**BODIES, **bodies}.items()
    }
    files["indicators.toml"] = toml.encode()
    manifest = {"source": "样例", "valid_from": "2022-01-01"}
    return PackFiles("demo", version, Text("样例", "Sample"), manifest, files, version)


def read(files: PackFiles) -> tuple[list[FormVersion], Definitions, list[Problem]]:
    published, problems = form_files.check(files)
    assert [problem.text() for problem in problems] == []
    definitions, found = queries.check(files, published)
    return published, definitions, found


def install(files: PackFiles | None = None, *, tree: bool = True) -> PackVersion:
    """The pack published and defined, in Jilin."""
    files = files or pack()
    published, definitions, found = read(files)
    assert [problem.text() for problem in found] == []
    version = PackVersion(files.id, files.version, files.title, files.digest, datetime.now(UTC), True)
    with transaction.atomic():
        forms.publish(version, published)
        actions.define(version, definitions)
    if tree:
        places.install_jilin()
    return version


_serial = itertools.count(1)


def draft(
    form: str,
    answers: Mapping[str, Any] | None = None,
    *,
    place: str = ERDAO,
    at: datetime | str = "2022-09-10T10:00",
    id: str = "",
    revision: int = 1,
    withdrawn: bool = False,
    subject: str = "",
    organisation: str = "",
    program: str = PROGRAM,
    participants: Sequence[str] = (),
) -> FactDraft:
    when = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI) if isinstance(at, str) else at
    answers = dict(answers or {})
    return FactDraft(
        kind=f"record.demo.{form}",
        id=id or str(uuid.UUID(int=next(_serial))),
        revision=revision,
        program=program,
        place=place,
        organisation=organisation,
        actor="",
        subject=subject or str(answers.get("object") or answers.get("code") or answers.get("unit") or ""),
        occurred_at=when,
        payload={
            "form": f"demo.{form}", "version": "1", "channel": "web", "answers": answers,
            "participants": list(participants),
        },
        withdrawn=withdrawn,
    )  # fmt: skip


def append(*drafts: FactDraft, seal: bool = True) -> int:
    """Appends facts and seals them; the number of the newest checkpoint."""
    with transaction.atomic():
        ledger.append(drafts)
    made = ledger.seal_all() if seal else None
    return made.number if made else 0


def settle() -> int:
    """Takes what was superseded out of every live file, which compaction does where there is much of it."""
    names = Segment.objects.exclude(source__endswith=columns.SUPERSEDED).values_list("source", flat=True)
    return sum(compacting.settle(store.active(), name) for name in set(names))


def query(id: str, *, place: str = JILIN, period: Period = HOLIDAY, **more: Any) -> Query:
    return Query(f"demo.{id}", more.pop("program", PROGRAM), place, period, **more)


def figure(id: str, *, scope: Scope = EVERYWHERE, **more: Any) -> Figure:
    return queries.figure(query(id, **more), scope=scope)


def value(id: str, **more: Any) -> Any:
    return figure(id, **more).value


def facts(id: str, **more: Any) -> list[str]:
    return [one.fact for one in queries.all_contributions(query(id, **more), scope=EVERYWHERE)]
