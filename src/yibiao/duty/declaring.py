"""What figures may count of duty: the columns of filings, assignments, handovers and spot checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from yibiao.core.texts import Text
from yibiao.duty import facts, inputs, rules
from yibiao.duty.types import Rules
from yibiao.packs import queries as packs
from yibiao.packs.types import Declared, DeclaredColumn, PackFiles

Choices = tuple[tuple[str, Text], ...]
_YES_NO: Final[Choices] = (("yes", Text("是", "Yes")), ("no", Text("否", "No")))
FILING_STATES: Final[Choices] = (
    ("open", Text("未报", "Not filed")),
    ("nil", Text("零报告", "Nil")),
    ("values", Text("有情况", "With values")),
    ("exempt", Text("免报", "Exempt")),
)
ASSIGNMENT_STATES: Final[Choices] = (
    ("planned", Text("已排班", "Planned")),
    ("confirmed", Text("已确认", "Confirmed")),
    ("arrived", Text("在岗", "On post")),
    ("left", Text("已离岗", "Left")),
    ("released", Text("已撤下", "Released")),
)
VERDICTS: Final[Choices] = (
    ("present", Text("在岗", "On post")),
    ("late", Text("迟接后在岗", "Answered late, on post")),
    ("absent", Text("脱岗", "Away from post")),
    ("substituted", Text("替岗未批", "Substituted without approval")),
    ("unanswered", Text("无人接听", "No answer")),
)
MEANS: Final[Choices] = (
    ("phone", Text("电话", "Telephone")),
    ("video", Text("视频", "Video")),
    ("visit", Text("到场", "Visit")),
)


def of_files(files: PackFiles) -> tuple[Declared, ...]:
    """What the duty.toml of a pack makes countable; nothing where it has none or it is misshapen."""
    content = files.files.get(inputs.NAME)
    if content is None:
        return ()
    read, _ = inputs.parse(content)
    return _declared([rules.made(files, read)]) if read is not None else ()


def of_all() -> tuple[Declared, ...]:
    """The same over every installed pack that has rules of duty."""
    known = [rules.of(version.id) for version in packs.versions() if version.current]
    kept = [one for one in known if one.obligations or one.shift_types]
    return _declared(kept) if kept else ()


def _declared(known: Iterable[Rules]) -> tuple[Declared, ...]:
    categories: dict[str, Text] = {}
    posts: dict[str, Text] = {}
    types: dict[str, Text] = {}
    topics: dict[str, Text] = {}
    for one in known:
        categories |= dict(one.categories)
        topics |= {each.topic: each.label for each in one.obligations}
        for kind in one.shift_types:
            types[kind.id] = kind.label
            posts |= {post.id: post.label for post in kind.posts}
    unit, place = _text("unit", "单位", "Unit"), _text("person", "人员（代号）", "Person (key)")
    return (
        Declared(
            "duty:filing", facts.FILING, Text("应报与实报", "Reports owed"),
            (
                _choice("topic", "事项", "Report", tuple(topics.items())), unit, _text("slot", "报送期", "Period"),
                _choice("state", "状态", "State", FILING_STATES), _choice("late", "迟报", "Late", _YES_NO),
                _at("due_at", "截止时间", "Due at"), _at("filed_at", "报送时间", "Filed at"),
                DeclaredColumn("chased", "integer", Text("催报次数", "Reminders")),
                _text("reason", "免报理由", "Reason for exemption"),
            ),
        ),
        Declared(
            "duty:assignment", facts.ASSIGNMENT, Text("值班排班", "Duty assignments"),
            (
                unit, _text("shift", "班次", "Shift"), place, _choice("post", "岗位", "Post", tuple(posts.items())),
                _choice("category", "统计口径", "Counts as", tuple(categories.items())),
                _choice("state", "状态", "State", ASSIGNMENT_STATES),
                _choice("shift_type", "班次类型", "Type of shift", tuple(types.items())),
                _choice("arrived", "已到岗", "Arrived", _YES_NO), _at("begins", "开始", "Begins"),
                _at("ends", "结束", "Ends"), _at("arrived_at", "到岗时间", "Arrived at"),
                _at("left_at", "离岗时间", "Left at"),
            ),
        ),
        Declared(
            "duty:handover", facts.HANDOVER, Text("交接班", "Handovers"),
            (
                unit, _choice("state", "状态", "State", (
                    ("offered", Text("待接班签收", "To be signed")), ("signed", Text("双方已签", "Signed by both")))),
                DeclaredColumn("items", "integer", Text("未办事项", "Open items")),
                _at("offered_at", "交班时间", "Offered at"), _at("signed_at", "签收时间", "Signed at"),
            ),
        ),
        Declared(
            "duty:spot-check", facts.SPOT_CHECK, Text("查岗", "Spot checks"),
            (
                unit, _choice("state", "状态", "State", (
                    ("drawn", Text("已抽取", "Drawn")), ("done", Text("已查", "Done")))),
                _choice("means", "方式", "Means", MEANS), _choice("verdict", "结果", "Outcome", VERDICTS),
                DeclaredColumn("seconds", "integer", Text("接听用时", "Seconds until answered")),
                _at("planned_at", "抽定时间", "Drawn for"), _at("checked_at", "查岗时间", "Checked at"),
            ),
        ),
    )  # fmt: skip


def _text(name: str, zh: str, en: str) -> DeclaredColumn:
    return DeclaredColumn(name, "text", Text(zh, en))


def _at(name: str, zh: str, en: str) -> DeclaredColumn:
    return DeclaredColumn(name, "datetime", Text(zh, en))


def _choice(name: str, zh: str, en: str, choices: Choices) -> DeclaredColumn:
    return DeclaredColumn(name, "choice", Text(zh, en), choices)
