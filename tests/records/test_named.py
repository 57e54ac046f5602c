"""Entities that rows of a sheet name, by their numbers or by their names."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.records.conftest import ERDAO, PROGRAM, VISIT, World, site
from yibiao.forms import queries as forms
from yibiao.records import actions
from yibiao.records.intake import sheet
from yibiao.records.models import Submission

MANY = 60
HEAD = "编号,场所,检查地,检查时间,行业,类别,检查内容,隐患数,整改要求"


@pytest.mark.usefixtures("sites")
def test_rows_name_entities_by_number_or_name_and_they_are_looked_up_together(world: World) -> None:
    by = world.warrant()
    drafts = [site(f"K{n}", site_name=f"示例 第{n}号（店）") for n in range(MANY)]
    actions.receive_many([*drafts, site("D1", site_name="示例重名"), site("D2", site_name="示例重名")], by=by)
    gone = site("G1", site_name="示例已撤")
    actions.receive(gone, by=by)
    actions.withdraw(gone.id, reason="撤销", by=by)
    said = [f"K{n}" if n % 2 else f"示例 第{n}号（店）" for n in range(MANY)]
    wrong = ["示例重名", "示例已撤", "无此场所", "示例第2号店"]
    lines = [
        f"N{n},{name},{ERDAO},2022-09-10 09:30,矿山,煤矿,消防,2,立即整改" for n, name in enumerate([*said, *wrong])
    ]
    content = "\n".join([HEAD, *lines]).encode()
    with CaptureQueriesContext(connection) as asked:
        id = sheet.offer("a.csv", content, form=forms.form(VISIT), program=PROGRAM, warrants=[by], beside=False)
    assert len([one for one in asked if "records_entity" in one["sql"]]) < MANY / 4
    seen = sheet.preview(id, warrants=[by])
    assert [(mark.row, mark.label) for mark in seen.marks] == [(MANY + 2 + n, "场所") for n in range(len(wrong))]
    assert "2" in seen.marks[0].said[0], "how many have the name"
    sheet.take(id, "good", warrants=[by], beside=False)
    named = Submission.objects.filter(channel="sheet").values_list("answers", flat=True)
    assert sorted(answers.partition('"site":"')[2].partition('"')[0] for answers in named) == sorted(
        f"K{n}" for n in range(MANY)
    )
