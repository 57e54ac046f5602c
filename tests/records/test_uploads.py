"""Uploads that are worked on beside the requests, begun anew after a crash, and taken back as a whole."""

from __future__ import annotations

import io
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from openpyxl import load_workbook

from tests.records.conftest import PROGRAM, World, rows
from tests.records.test_sheets import UPLOAD, SignIn, filled, line, send
from yibiao.core.problems import Refusal
from yibiao.records import actions, models, personal
from yibiao.records.intake import jobs, judging, sheet


def _file(id: str, part: str) -> Path:
    return Path(settings.DATA) / "files" / "uploads" / f"{id}.{part}"


def _number(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sites")
def test_a_large_sheet_is_checked_and_taken_beside_the_requests(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SMALL", 0)
    monkeypatch.setattr(sheet, "TAKEN_AT_ONCE", 0)
    clerk = signed_in(world.clerk)
    template = clerk.get(f"{UPLOAD}template.xlsx").content
    held = judging.lines
    monkeypatch.setattr(judging, "lines", lambda *given: (time.sleep(1), held(*given))[1])
    address = send(clerk, filled(template, [line(f"A{n}") for n in range(40)]))["Location"]
    working = clerk.get(address)
    assert "hx-get" in working.content.decode()
    assert "%" in clerk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert clerk.post(f"{address}take", {"mode": "all"}).status_code in (404, 409), "not while it is being checked"
    page = _until(clerk, address, "preview")
    assert (page.context["preview"].total, page.context["preview"].bad) == (40, 0)
    assert clerk.post(f"{address}take", {"mode": "all"}).status_code == 302
    page = _until(clerk, address, "taken")
    assert (page.context["taken"].count, page.context["taken"].standing) == (40, 40)
    assert rows("records_submission") == 42
    assert not list(_file(_number(address), "x").parent.glob(f"{_number(address)}*"))


def _until(client: Any, address: str, name: str) -> Any:
    for _ in range(100):
        page = client.get(address)
        if page.context.get(name):
            moved = client.get(address, headers={"HX-Request": "true"})
            assert moved["HX-Redirect"] == address
            return page
        time.sleep(0.1)
    raise AssertionError(page.content.decode())


@pytest.mark.usefixtures("sites")
def test_a_job_whose_process_died_begins_anew(world: World, signed_in: SignIn) -> None:
    clerk = signed_in(world.clerk)
    template = clerk.get(f"{UPLOAD}template.xlsx").content
    address = send(clerk, filled(template, [line("A1"), line("A2")]))["Location"]
    id = _number(address)
    dead = {"state": "checking", "done": 1, "total": 2, "beat": 0.0, "mode": "", "problems": []}
    _file(id, "job").write_text(json.dumps(dead))
    _file(id, "seen").unlink()
    assert clerk.get(address).context["preview"].total == 2
    # An older version kept its good rows otherwise.
    _file(id, "rows").unlink()
    assert clerk.get(address).context["preview"].total == 2
    assert _file(id, "rows").exists()
    _file(id, "job").write_text(json.dumps({**dead, "state": "taking", "mode": "all"}))
    clerk.get(address)
    assert clerk.get(address).context["taken"].count == 2
    assert rows("records_submission") == 4
    _file(id, "job").unlink(missing_ok=True)


@pytest.mark.usefixtures("sites")
def test_a_whole_upload_is_withdrawn_as_one_act(world: World, signed_in: SignIn) -> None:
    clerk = signed_in(world.clerk)
    template = clerk.get(f"{UPLOAD}template.xlsx").content
    first = send(clerk, filled(template, [line("A1")]))["Location"]
    clerk.post(f"{first}take", {"mode": "all"})
    address = send(clerk, filled(template, [line("A1"), line("A2"), line("A3"), line("A4", 隐患数=-1)]))["Location"]
    assert clerk.post(f"{address}undo", {"reason": "传错了"}).status_code == 404, "nothing is taken yet"
    clerk.post(f"{address}take", {"mode": "good"})
    page = clerk.get(address)
    assert (page.context["taken"].count, page.context["taken"].standing) == (2, 2), "A1 came before"
    third = models.Submission.objects.filter(channel="sheet").order_by("-received_at", "pk").first()
    assert third is not None
    actions.correct(third.pk, {**json.loads(third.answers), "hazards": 8}, reason="示例更正", by=world.warrant())
    assert clerk.post(f"{address}undo", {"reason": ""}).status_code == 422
    assert signed_in(world.other).post(f"{address}undo", {"reason": "传错了"}).status_code in (403, 404)
    assert clerk.post(f"{address}undo", {"reason": "传错了"}).status_code == 302
    assert clerk.get(address).context["taken"].standing == 0
    states = list(
        models.Submission.objects.filter(channel="sheet").order_by("received_at").values_list("state", flat=True)
    )
    assert states == ["received", "withdrawn", "withdrawn"]
    # The log says the same: two facts that withdraw, each with the reason and the next revision.
    with connection.cursor() as cursor:
        cursor.execute("SELECT revision, payload FROM ledger_entry WHERE kind = 'record.watch.visit' AND withdrawn")
        found = sorted((revision, "传错了" in str(payload)) for revision, payload in cursor.fetchall())
    assert found == [(2, True), (3, True)]


@pytest.mark.usefixtures("sites")
def test_the_english_template_is_read_like_the_chinese_one(world: World, signed_in: SignIn) -> None:
    clerk = signed_in(world.clerk)
    book = load_workbook(io.BytesIO(clerk.get(f"{UPLOAD}template.xlsx?in=en").content))
    main = book.worksheets[0]
    heads = {str(cell.value).rstrip("*").split(" (")[0]: cell.column for cell in main[1]}
    assert {"Number", "Site", "Hazards", "Sector"} <= set(heads)
    given = {"Number": "E1", "Site": "S1", "Place": "二道区", "Visited at": "2022-09-10 09:30", "Sector": "Mining",
             "Trade": "Coal", "Hazards": 1, "What to fix": "fix it"}  # fmt: skip
    for name, value in given.items():
        main.cell(3, heads[name], value)
    items = book.worksheets[1]
    for column, value in enumerate(("E1", "wire", 3), 1):
        items.cell(3, column, value)
    out = io.BytesIO()
    book.save(out)
    page = clerk.get(send(clerk, out.getvalue())["Location"])
    assert (page.context["preview"].total, page.context["preview"].bad) == (1, 0), page.context["marks"]
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    row = models.Submission.objects.get(channel="sheet", program=PROGRAM)
    assert json.loads(row.answers)["finds"][0]["what"] == "wire"
    main.cell(3, heads["Hazards"], "many")
    book.save(out := io.BytesIO())
    address = send(clerk, out.getvalue())["Location"]
    assert {mark["label"] for mark in clerk.get(address).context["marks"]} == {"隐患数"}
    clerk.cookies["django_language"] = "en"
    marks = clerk.get(address).context["marks"]
    assert {(mark["sheet"], mark["label"]) for mark in marks} == {(main.title, "Hazards")}
    assert not re.search("[\u4e00-\u9fff]", str([mark["said"] for mark in marks])), marks


def test_what_is_sealed_opens_also_as_older_versions_sealed_it_and_never_once_it_was_touched() -> None:
    salt, content = bytes(range(16)), "样例".encode()
    for sealed in (personal.seal(content), salt + personal._cipher(salt).encrypt(content)):
        assert content not in sealed
        assert personal.unseal(sealed) == content
        for place in (0, 16, 20, -1):
            touched = bytearray(sealed)
            touched[place] ^= 1
            with pytest.raises(Refusal) as refused:
                personal.unseal(bytes(touched))
            assert refused.value.codes == ("records.personal.unreadable",)
    assert personal.seal(content) != personal.seal(content)
