"""Warnings by the rules of CAP 1.2 and GB/T 35965: every rule with a message that keeps it and one that breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from yibiao.core import alerts
from yibiao.core.alerts import Alert, Area, Info, Reference
from yibiao.core.periods import SHANGHAI

SENT = datetime(2022, 9, 10, 8, 0, 5, tzinfo=SHANGHAI)


def info(**more: object) -> Info:
    told: dict[str, object] = {
        "event": "暴雨", "categories": ("Met",), "urgency": "Expected", "severity": "Severe", "certainty": "Likely",
        "headline": "示例：暴雨橙色预警", "description": "示例：预计3小时内降雨50毫米以上。",
        "expires": SENT + timedelta(hours=6), "areas": (Area("二道区", ("220105000000",)),),
    }  # fmt: skip
    return Info(**{**told, **more})  # type: ignore[arg-type]


def alert(**more: object) -> Alert:
    told: dict[str, object] = {
        "identifier": alerts.identifier("220105000000", "000", SENT, 0), "sender": "220105-yjj", "sent": SENT,
        "status": "Actual", "type": "Alert", "scope": "Public", "infos": (info(),),
    }  # fmt: skip
    return Alert(**{**told, **more})  # type: ignore[arg-type]


def test_a_right_message_has_no_fault() -> None:
    assert alerts.check(alert()) == []


def test_the_identifier_has_31_characters_and_beijing_time() -> None:
    found = alerts.identifier("220105000000", "412", SENT, 3)
    assert found == "22010541200000_20220910080005_3"
    assert len(found) == 31


def test_times_are_beijing_times_and_never_z() -> None:
    assert alerts.moment(SENT) == "2022-09-10T08:00:05+08:00"
    assert alerts.read_moment("2022-09-10T08:00:05+08:00") == SENT
    assert alerts.read_moment("2022-09-10T00:00:05+00:00") == SENT
    for wrong in (
        "2022-09-10T00:00:05Z",
        "2022-09-10T08:00:05",
        "2022-09-10 08:00:05+08:00",
        "2022-13-10T08:00:05+08:00",
    ):
        assert alerts.read_moment(wrong) is None, wrong


FIRST = Reference("220105-yjj", "22010500000000_20220910070000_0", SENT - timedelta(hours=1))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (alert(identifier="22010500000000_20220910080005_12"), "core.alert.identifier"),
        (alert(identifier="22010500000000_20220910080006_0"), "core.alert.identifier-time"),
        (alert(sender="示例 单位"), "core.alert.sender"),
        (alert(sender=""), "core.alert.sender"),
        (alert(status="actual"), "core.alert.choice"),
        (alert(scope="Everybody"), "core.alert.choice"),
        (alert(scope="Restricted"), "core.alert.needed"),
        (alert(scope="Private"), "core.alert.needed"),
        (alert(type="Update"), "core.alert.references"),
        (alert(type="Cancel"), "core.alert.references"),
        (alert(references=(FIRST,)), "core.alert.references"),
        (alert(infos=()), "core.alert.needed"),
        (alert(infos=(info(language="en-US"),)), "core.alert.language"),
        (alert(infos=(info(severity="Orange"),)), "core.alert.choice"),
        (alert(infos=(info(urgency="Soon"),)), "core.alert.choice"),
        (alert(infos=(info(certainty="Sure"),)), "core.alert.choice"),
        (alert(infos=(info(categories=("Rain",)),)), "core.alert.choice"),
        (alert(infos=(info(categories=()),)), "core.alert.needed"),
        (alert(infos=(info(responses=("Run",)),)), "core.alert.choice"),
        (alert(infos=(info(headline=" "),)), "core.alert.needed"),
        (alert(infos=(info(description=""),)), "core.alert.needed"),
        (alert(infos=(info(expires=None),)), "core.alert.needed"),
        (alert(infos=(info(expires=SENT),)), "core.alert.expires"),
        (alert(infos=(info(areas=()),)), "core.alert.needed"),
        (alert(infos=(info(areas=(Area(" ", ("220105",)),)),)), "core.alert.needed"),
        (alert(infos=(info(areas=(Area("二道区", ("2201",)),)),)), "core.alert.area"),
        (alert(infos=(info(areas=(Area("一角", polygons=("43.8,125 43.9,125 43.9,126",)),)),)), "core.alert.area"),
        (alert(infos=(info(areas=(Area("一圈", circles=("125.3,43.8",)),)),)), "core.alert.area"),
    ],
)  # fmt: skip
def test_each_rule_refuses_what_breaks_it(wrong: Alert, code: str) -> None:
    assert [problem.code for problem in alerts.check(wrong)] == [code]


@pytest.mark.parametrize(
    "right",
    [
        alert(type="Update", references=(FIRST,)),
        alert(type="Ack", infos=(), references=(FIRST,)),
        alert(scope="Restricted", restriction="限本系统内部"),
        alert(scope="Private", addresses=("220105-yjj", "示例 值班室")),
        alert(status="Exercise"),
        alert(infos=(info(areas=(Area("一角", polygons=("43.8,125.3 43.9,125.3 43.9,125.4 43.8,125.3",)),)),)),
        alert(infos=(info(areas=(Area("一圈", circles=("43.8,125.3 12.5",)),)),)),
    ],
)  # fmt: skip
def test_each_rule_lets_pass_what_keeps_it(right: Alert) -> None:
    assert alerts.check(right) == []


def test_every_fault_is_said_at_once() -> None:
    wrong = replace(alert(), sender="a,b", status="x", infos=(info(expires=None, urgency="y"),))
    assert len(alerts.check(wrong)) == 4


def test_colours_of_warnings() -> None:
    assert [alerts.COLOURS[one] for one in ("red", "orange", "yellow", "blue")] == [
        "Extreme", "Severe", "Moderate", "Minor",
    ]  # fmt: skip
