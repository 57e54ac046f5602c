"""What a phone takes along so that a form need not ask, and what it tells back of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.records.conftest import ERDAO, NANGUAN
from tests.records.town import GOOD, KEPT, Town, check, firm, signed_in, with_a_firm
from yibiao.forms import queries as forms
from yibiao.records import actions, queries
from yibiao.records.intake.openrosa import foreknown

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
FORM = f"{KEPT}.check@{KEPT}"


@pytest.fixture
def town(db: None) -> Town:
    return with_a_firm()


@pytest.fixture
def clerk(town: Town) -> Client:
    return signed_in()


def known(client: Client, form: str = "check") -> dict[str, dict[str, list[Any]]]:
    """What is told, by kind of source and key."""
    told = client.get(f"/field/api/forms/{KEPT}.{form}@{KEPT}/1/known/", **JSON).json()["sources"]
    return {one["kind"]: {row[0]: [one["question"], *row] for row in one["rows"]} for one in told}


def sent(client: Client, staff: int, rows: list[list[Any]], gate: str = "") -> str:
    id = str(uuid.uuid4())
    xml = (
        f'<data id="{FORM}" version="1"><firm>{GOOD}</firm><staff_now>{staff}</staff_now><gate>{gate}</gate>'
        f"<hazards>1</hazards><place>{ERDAO}</place><occurred_at>2022-09-11T09:00:00.000+08:00</occurred_at>"
        f"<meta><instanceID>uuid:{id}</instanceID></meta></data>"
    )
    parts = (("prefilled", "", json.dumps(rows)), ("xml_submission_file", '; filename="s.xml"', xml))
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{text}\r\n' for name, more, text in parts
    )
    answer = client.post(
        "/field/api/submissions", f"{body}--b--\r\n".encode(), "multipart/form-data; boundary=b",
        HTTP_X_YIBIAO_FIELD="1", **JSON,
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    return id


def row_of(held: list[Any]) -> list[Any]:
    question, key, _, values, seal = held[:5]
    return [question, key, values, seal, list(values)]


def test_a_phone_takes_along_what_its_registers_and_last_records_know(town: Town, clerk: Client) -> None:
    far = "91512081MA62K0260E"
    actions.receive(firm(far, "示例远厂", staff=99, place=NANGUAN), by=town.fill(town.other, NANGUAN))
    actions.receive(check(GOOD, staff_now=10, gate="东门"), by=town.fill())
    found = known(clerk)
    assert set(found["register"]) == {GOOD}
    assert found["register"][GOOD][2:4] == ["示例甲厂", {"staff_now": 10, "place": ERDAO}]
    assert found["last"][GOOD][3] == {"gate": "东门"}
    # The form that keeps the register asks for something personal: a phone learns who is there, and no more.
    assert known(clerk, "firm")["register"][GOOD][2:4] == ["示例甲厂", {}]


def test_what_was_prefilled_is_confirmed_or_changed_and_goes_back(town: Town, clerk: Client) -> None:
    row = row_of(known(clerk)["register"][GOOD])
    came = queries.came_about(sent(clerk, 10, [row]))
    assert came is not None
    assert (came.confirmed, came.changed, came.typed) == (("place", "staff_now"), (), 3)
    came = queries.came_about(sent(clerk, 15, [row]))
    assert came is not None
    assert (came.confirmed, came.changed) == (("place",), ("staff_now",))
    assert queries.entity_at("firm", GOOD, scope=town.scope, program=KEPT).data["staff"] == 15
    # What was known and not shown, as the person had answered it herself, was typed.
    came = queries.came_about(sent(clerk, 15, [[*row[:4], ["place"]]]))
    assert came is not None
    assert (came.confirmed, came.changed, came.typed) == (("place",), (), 4)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: [row[0], row[1], {**row[2], "staff_now": 11}, *row[3:]],
        lambda row: [row[0], "91512081MA62K0260E", *row[2:]],
        lambda row: [*row[:3], row[3][::-1], row[4]],
        lambda row: [*row[:2], "staff_now", *row[3:]],
        lambda row: "nonsense",
        lambda row: [[[]]] * 5,
    ],
    ids=["value", "key", "seal", "no values", "no row", "lists"],
)
def test_nobody_makes_up_what_was_known(town: Town, clerk: Client, spoil: Callable[[list[Any]], Any]) -> None:
    row = row_of(known(clerk)["register"][GOOD])
    came = queries.came_about(sent(clerk, 11, [spoil(row)]))
    assert came is not None
    assert (came.confirmed, came.changed, came.typed) == ((), (), 5)


def test_what_is_no_list_of_rows_says_nothing(town: Town) -> None:
    form = forms.form(f"{KEPT}.check")
    for text in ("", "{", "7", '{"a":1}', "[" * 50_000):
        assert foreknown.told(form, KEPT, text) == {}
