"""The page of a form closes it and opens it again."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from tests.desk.world import SAFETY, World
from yibiao.people.types import Account

PAGE = f"/catalogue/{SAFETY}/inspection/"


def test_who_leads_a_program_closes_a_form(site: World, enter: Callable[[Account | None], Client]) -> None:
    editor, clerk = enter(site.editor), enter(site.clerk)
    assert 'value="close"' in editor.get(PAGE).content.decode()
    assert 'value="close"' not in clerk.get(PAGE).content.decode()
    assert clerk.post(PAGE, {"act": "close", "reason": "不干了"}).status_code == 403
    assert editor.post(PAGE, {"act": "close", "reason": "专项结束"}).status_code == 302
    for client in (editor, clerk):
        assert "起停止填报：专项结束" in client.get(PAGE).content.decode()
    assert f"/entry/{SAFETY}/inspection/" not in clerk.get("/entry/").content.decode()
    closing = editor.get(PAGE).context["closed"].id
    assert editor.post(PAGE, {"act": "open", "closing": closing, "reason": "延长"}).status_code == 302
    assert "起停止填报" not in editor.get(PAGE).content.decode()
    assert f"/entry/{SAFETY}/inspection/" in clerk.get("/entry/").content.decode()
