"""Documents of a case: the written order and the re-check slip, with what is known and lines for what is not."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document

from tests.cases.conftest import JILIN, World, inspection, item, moment, settle
from yibiao.cases import actions, queries
from yibiao.core.problems import Refusal

TODAY = date(2022, 9, 11)


def text(world: World, id: str, paper: str) -> str:
    name, content = queries.printed(id, paper, scope=world.all, today=TODAY)
    assert name.endswith(".docx")
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


def test_an_order_and_its_re_check_slip_say_what_the_case_holds(world: World) -> None:
    record = inspection(world, item("配电箱未闭合", deadline="2022-09-20"))
    settle()
    id = world.hazards(record)[0].id
    order = text(world, id, "order")
    assert order.startswith("责令限期整改指令书\n________\n示例企业：")
    assert "存在下列问题：配电箱未闭合（一般隐患）" in order
    assert "责令限期整改；整改期限：2022年9月20日" in order
    assert "发现地点：二道区。发现时间：2022年9月10日9时30分。" in order
    assert order.count("检查人员（签名）、证号：") == 2
    assert "2022年9月11日" in order
    assert f"事项编号 {id}，第 1 步，事实日志第 " in order
    with pytest.raises(Refusal) as refused:
        queries.printed(id, "re-check", scope=world.all, today=TODAY)
    assert refused.value.codes == ("cases.paper.unknown",)
    actions.move(id, "claim", {"evidence": "箱门已换"}, by=world.by(world.clerk), at=moment("09-11 09:00"))
    actions.move(id, "pass", {"check_note": "复查合格"}, by=world.by(world.checker, "review"), at=moment("09-11 15:00"))
    slip = text(world, id, "re-check")
    assert "整改情况：箱门已换" in slip
    assert "复查意见：复查合格" in slip
    assert "办理状态：已销号（第 1 轮）。" in slip


def test_a_transferred_hazard_has_no_order(world: World) -> None:
    record = inspection(world, item("超量储存", "transferred"), place=JILIN)
    settle()
    one = world.hazards(record)[0]
    assert queries.papers(one, queries.timeline(one.id, scope=world.all)) == ()
