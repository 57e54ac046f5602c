"""The words of duty as pages say them: states, verdicts, moves, findings, cells of the matrix of coverage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from yibiao.core.periods import SHANGHAI
from yibiao.core.texts import Text
from yibiao.desk import border
from yibiao.duty import queries as duty
from yibiao.duty.types import Cell, RosterView, Rules, Swap

TONES: Final[Mapping[str, str]] = {"arrived": "tag-good", "confirmed": "tag-act", "planned": "", "left": "tag-wait"}
# Every state of an obligation has a sign of its own beside its colour.
SIGNS: Final[Mapping[str, str]] = {
    "nil": "0", "values": "●", "late": "◷", "missing": "✕", "due": "·", "exempt": "–",
}  # fmt: skip


def said(text: Text) -> str:
    return text.of(border.language())


def state(name: str) -> str:
    return _of(duty.ASSIGNMENT_STATES, name)


def verdict(name: str) -> str:
    return _of(duty.VERDICTS, name) if name else gettext("待查")


def means(name: str) -> str:
    return _of(duty.MEANS, name) if name else ""


def post(rules: Rules, id: str) -> str:
    return next((said(one.label) for kind in rules.shift_types for one in kind.posts if one.id == id), id)


def weekday(day: date) -> str:
    names = (
        gettext("周一"), gettext("周二"), gettext("周三"), gettext("周四"), gettext("周五"), gettext("周六"),
        gettext("周日"),
    )  # fmt: skip
    return names[day.weekday()]


def filing(name: str) -> str:
    """The state of an obligation in a word or two."""
    return {
        "nil": gettext("零报告"),
        "values": gettext("有情况"),
        "late": gettext("迟报"),
        "missing": gettext("缺报"),
        "due": gettext("未到期"),
        "exempt": gettext("免报"),
    }[name]


def shown_state(cell: Cell) -> str:
    """What the matrix shows of a cell: a report that came late says so first."""
    return "late" if cell.late else cell.state


def mark(cell: Cell, words: Mapping[str, str]) -> SafeString:
    """One cell of the matrix: a sign, the words for it where they are not seen, and the way to the record."""
    name = shown_state(cell)
    title = f"{words[name]}" + (f" · {cell.filed_at:%m-%d %H:%M}" if cell.filed_at else "")
    if cell.chased and not cell.filed:
        title += words["chased"].format(n=cell.chased)
    inner = format_html(
        '<span class="owe owe-{}" title="{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>'
        "</span>",
        name, title, SIGNS[name] + ("!" if cell.chased and cell.state == "missing" else ""), title,
    )  # fmt: skip
    if cell.record:
        return format_html('<a class="owe-link" href="/records/{}/">{}</a>', cell.record, inner)
    return inner


def kind(name: str) -> str:
    return {
        "duty.filing": gettext("应报"),
        "duty.assignment": gettext("值班排班"),
        "duty.roster": gettext("值班表"),
        "duty.staffer": gettext("值班人员"),
        "duty.swap": gettext("换班"),
        "duty.handover": gettext("交接班"),
        "duty.spot-check": gettext("查岗"),
    }.get(name, name)


def move(name: str) -> str:
    return {
        "filed": gettext("报送"),
        "unfiled": gettext("报送撤回"),
        "missed": gettext("到期未报"),
        "chased": gettext("催报"),
        "escalated": gettext("上交上一级"),
        "exempted": gettext("免报"),
        "planned": gettext("排班"),
        "confirmed": gettext("本人确认"),
        "swapped": gettext("换班生效"),
        "arrived": gettext("到岗"),
        "left": gettext("离岗"),
        "released": gettext("撤下"),
        "asked": gettext("申请换班"),
        "accepted": gettext("对方同意"),
        "declined": gettext("对方拒绝"),
        "withdrawn": gettext("撤回"),
        "approved": gettext("批准"),
        "offered": gettext("交班"),
        "signed": gettext("接班签收"),
        "drawn": gettext("抽定"),
        "done": gettext("查岗结果"),
        "opened": gettext("开列"),
        "listed": gettext("列入名册"),
        "removed": gettext("移出名册"),
        "feed-renewed": gettext("更换日历地址"),
    }.get(name, name)


def swap(one: Swap) -> dict[str, Any]:
    return {
        "swap": one,
        "state": {
            "asked": gettext("等对方同意"),
            "accepted": gettext("等批准"),
            "declined": gettext("对方拒绝"),
            "withdrawn": gettext("已撤回"),
            "approved": gettext("已生效"),
        }[one.state],
        "open": one.state in ("asked", "accepted"),
        "tone": {"approved": "tag-good", "asked": "tag-wait", "accepted": "tag-wait"}.get(one.state, ""),
    }


def findings(view: RosterView, rules: Rules) -> list[str]:
    """What is wrong with a roster, in sentences."""
    names = {one.key: one.name for one in view.people}
    names |= {seat.person: seat.name for shift in view.shifts for seat in shift.seats}
    made = []
    for one in view.findings:
        told = {
            "begins": f"{one.begins:%m-%d %H:%M}", "ends": f"{one.ends:%m-%d %H:%M}", "missing": one.missing,
            "post": post(rules, one.post), "person": names.get(one.person, one.person),
        }  # fmt: skip
        if one.fault == "gap":
            made.append(gettext("%(begins)s 至 %(ends)s 没有人值班") % told)
        elif one.fault == "leaderless":
            made.append(gettext("%(begins)s 的班次没有带班领导") % told)
        elif one.fault == "short":
            made.append(gettext("%(begins)s 的班次“%(post)s”还缺 %(missing)d 人") % told)
        else:
            made.append(gettext("%(person)s 在 %(begins)s 同时排了两个班") % told)
    return made


def lines(kind_name: str, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers of a fact of duty as people read them; keys of persons and things are left out."""
    found = next((one for one in duty.sources() if one.kind == kind_name), None)
    if found is None:
        return []
    made = []
    for column in found.columns:
        value = answers.get(column.name)
        if value in (None, "") or column.name in ("shift", "person"):
            continue
        text = _of(column.choices, str(value)) if column.choices else str(value)
        if column.type == "datetime":
            text = datetime.fromisoformat(str(value)).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        made.append((said(column.label), text))
    return made


def _of(choices: tuple[tuple[str, Text], ...], name: str) -> str:
    return next((said(label) for value, label in choices if value == name), name)
