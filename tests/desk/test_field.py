"""What the field app asks of the server, and what it is refused."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from lxml import etree

from tests.desk.world import ERDAO, NANGUAN, SAFETY, World, seal
from tests.records.conftest import install
from yibiao.desk.pages import day, field_choices, field_forms, field_words
from yibiao.duty import queries as duty
from yibiao.forms import queries as forms
from yibiao.packs import queries as packs
from yibiao.people import queries as rights
from yibiao.people.types import Account
from yibiao.records import actions
from yibiao.records.intake.openrosa import serving
from yibiao.records.models import Submission
from yibiao.records.types import SubmissionDraft

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
MARK = JSON | {"HTTP_X_YIBIAO_FIELD": "1"}
FORM = f"{SAFETY}.team@{SAFETY}"


def sent(client: Client, place: str, id: str = "", **headers: str) -> Any:
    xml = (
        f'<data id="{FORM}" version="1"><code>T77</code><team_name>示例组</team_name><team_type>office</team_type>'
        f"<place>{place}</place><occurred_at>2022-09-10T09:30:00.000+08:00</occurred_at>"
        f"<meta><instanceID>uuid:{id or uuid.uuid4()}</instanceID></meta></data>"
    )
    part = (
        f'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n\r\n{xml}\r\n--b--\r\n'
    )
    return client.post("/field/api/submissions", part.encode(), "multipart/form-data; boundary=b", **headers)


def test_the_shell_is_the_same_for_everybody(world: World, enter: Callable[[Account], Client]) -> None:
    assert Client().get("/field/").content == enter(world.clerk).get("/field/").content


def test_whoever_has_signed_in_is_told_so_with_the_texts(world: World, enter: Callable[[Account], Client]) -> None:
    told = enter(world.clerk).get("/field/api/me/", **JSON).json()
    assert (told["key"], told["place"], told["language"]) == (world.clerk.key, ERDAO, "zh")
    assert told["words"].keys() == field_words.words().keys()
    assert Client().get("/field/api/me/", **JSON).status_code == 401


def test_forms_and_their_lists_are_those_of_where_one_files(world: World, enter: Callable[[Account], Client]) -> None:
    client = enter(world.clerk)
    told = client.get("/field/api/forms/", **JSON).json()["forms"]
    assert {one["program"] for one in told} == {SAFETY}
    assert len(told) == len(forms.forms(SAFETY))
    one = next(one for one in told if one["id"] == FORM)
    got = client.get(f"/field/api/forms/{FORM}/{one['version']}/", **JSON).json()
    assert got["digest"] == one["digest"]
    rows = client.get(f"/field/api/forms/{FORM}/{one['version']}/lists/places/", **JSON).json()["rows"]
    found = {code: initials for code, _, _, initials in rows}
    assert found[ERDAO] == "edq", "a place is found by its pinyin initials too"
    assert NANGUAN not in found
    assert client.get(f"/field/api/forms/{FORM}/{one['version']}/lists/secrets/", **JSON).status_code == 404
    assert enter(world.idle).get("/field/api/forms/", **JSON).json() == {"forms": []}


def test_a_submission_is_stored_once_however_often_it_is_sent(world: World, enter: Callable[[Account], Client]) -> None:
    client, id = enter(world.clerk), str(uuid.uuid4())
    answers = [sent(client, ERDAO, id, **MARK) for _ in range(3)]
    assert [one.status_code for one in answers] == [201] * 3
    assert [one.json()["repeated"] for one in answers] == [False, True, True]
    assert Submission.objects.filter(pk=id).count() == 1


def test_nothing_is_sent_in_the_name_of_who_signed_in_meanwhile(
    world: World, enter: Callable[[Account], Client]
) -> None:
    client, before = enter(world.clerk), Submission.objects.count()
    mine, others = ({"HTTP_X_YIBIAO_ACCOUNT": one.key} for one in (world.clerk, world.other))
    answer = sent(client, ERDAO, **MARK, **others)
    assert answer.status_code == 401, "the app keeps what it holds, and asks for a sign-in"
    assert answer.json()["problems"][0]["code"] == "desk.field.other-account"
    assert client.get("/field/api/forms/", **JSON, **others).status_code == 401
    assert Submission.objects.count() == before
    assert sent(client, ERDAO, **MARK, **mine).status_code == 201
    assert client.get("/field/api/forms/", **JSON, **mine).status_code == 200


def test_what_is_refused_says_at_which_question(world: World, enter: Callable[[Account], Client]) -> None:
    answer = sent(enter(world.clerk), "", **MARK)
    assert answer.status_code >= 400
    assert "place" in {one["field"] for one in answer.json()["problems"]}
    (place,) = (one for one in answer.json()["problems"] if one["field"] == "place")
    assert place["text"] == place["texts"]["zh"]
    assert "请" in place["texts"]["zh"]
    assert not re.search(r"[\u4e00-\u9fff]", place["texts"]["en"]), "the phone may be switched to English later"


@pytest.mark.parametrize(
    "headers",
    [JSON, MARK | {"HTTP_ORIGIN": "https://elsewhere.example"}, JSON | {"HTTP_X_YIBIAO_FIELD": "0"}],
    ids=["no mark", "another site", "a wrong mark"],
)
def test_another_site_cannot_send_in_somebodys_name(
    world: World, enter: Callable[[Account], Client], headers: dict[str, str]
) -> None:
    before = Submission.objects.count()
    answer = sent(enter(world.clerk), ERDAO, **headers)
    assert answer.status_code == 403
    assert "desk.field.not-the-app" in json.dumps(answer.json())
    assert sent(Client(), ERDAO, **MARK).status_code == 401
    assert Submission.objects.count() == before


def test_every_form_becomes_a_page_with_all_its_questions(world: World) -> None:
    """Counted a second way: the page asks what the form's own dictionary holds, in both languages."""
    for program in packs.programs():
        for form in forms.forms(program.pack):
            shown = field_forms.shown(serving.served(form, program))
            page, model = etree.HTML(shown.form), etree.fromstring(shown.model)
            asked = {one.get("data-name") or one.get("name") for one in page.iter("input", "select", "textarea")}
            assert {field.path for field in form.fields if field.label.zh} <= asked
            named = [one for one in page.iter("input") if one.get("data-list")]
            assert {one.get("name") for one in named} == {one.path for one in form.fields if serving.list_of(one)}
            assert not model.xpath("//*[local-name()='instance'][@src]")
            assert {one.get("lang") for one in page.iter() if one.get("lang")} <= {"zh", "en"}


def test_what_waits_opens_the_right_form_with_what_is_known(world: World, enter: Callable[[Account], Client]) -> None:
    """Counted a second way: as many reports as duty says are owed by the unit; cases and notices as on 今日."""
    answers = {
        "code": "u-erdao", "unit_name": "示例二道应急局", "level": "county", "place": ERDAO,
        "occurred_at": "2022-09-10T08:00:00+08:00",
    }  # fmt: skip
    by = rights.warrant(world.clerk.key, "fill", place=ERDAO, program=SAFETY)
    actions.receive(SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.unit", SAFETY, answers, "web"), by=by)
    seal()
    told = enter(world.clerk).get("/field/api/tasks/", **JSON).json()["tasks"]
    reports = [one for one in told if one["kind"] == "report"]
    at, _ = day.moment(packs.program(SAFETY))
    owed = duty.owed(SAFETY, scope=rights.scope(world.clerk.key, "fill"), at=at)
    assert len(reports) == len([one for one in owed if one.slot.due_at <= at + day.SOON]) > 0
    one = next(one for one in reports if ":daily-zero:" in one["id"])
    assert one["form"]["id"] == f"{SAFETY}.zero-report@{SAFETY}"
    assert one["form"]["answers"]["unit"] == "u-erdao"
    assert one["form"]["answers"]["place"] == ERDAO
    assert {one["url"] for one in told if one["kind"] == "notice"} == {f"/notices/{world.notice}/"}
    assert [one["late"] for one in told] == sorted((one["late"] for one in told), reverse=True)
    # Whoever files nowhere has no tasks, and another county sees none of these.
    assert enter(world.idle).get("/field/api/tasks/", **JSON).json()["tasks"] == []
    other = enter(world.other).get("/field/api/tasks/", **JSON).json()["tasks"]
    assert not {one["id"] for one in other} & {one["id"] for one in told}


def test_a_long_cascade_leaves_its_form_and_keeps_its_filter(world: World, tmp_path: Path) -> None:
    """Each list once: a long one goes with what its filter looks at, and stays where few of it are seen at once."""
    towns = [f"|  | town | t{n} | 示例乡{n} | Town {n} | |" for n in range(20)]
    villages = [f"|  | village | v{n} | 示例村{n} | Village {n} | t{n % 20} |" for n in range(400)]
    kinds = [f"|  | kind | k{n} | 示例类{n} | Kind {n} | |" for n in range(31)]
    streets = [f"|  | street | s{n} | 示例街{n} | Street {n} | t{n % 20} |" for n in range(60)]
    lines = [
        "| settings |", "|  | form_id | form_title | version | default_language | namespaces |",
        '|  | walk.round | 走访 | 1 | 中文 (zh) | yibiao="https://yibiao.example/xforms" |', "", "| survey |",
        "|  | type | name | label::中文 (zh) | label::English (en) | choice_filter | appearance | bind::yibiao:role |",
        "|  | text | place | 地点 | Place | | place | place |",
        "|  | dateTime | occurred_at | 时间 | At | | | occurred_at |",
        "|  | select_one town | town | 乡 | Town | | | |",
        "|  | select_one village | village | 村 | Village | town=${town} | | |",
        "|  | select_one street | street | 街 | Street | town=${town} | | |",
        "|  | select_multiple kind | kinds | 类 | Kinds | | | |",
        "|  | note | told | 请出示证件。 | Show your card. | | | |", "", "| choices |",
        "|  | list_name | name | label::中文 (zh) | label::English (en) | town |", *towns, *villages, *kinds, *streets,
    ]  # fmt: skip
    manifest = (
        'id = "walk"\nversion = "1.0.0"\ntitle = { zh = "走访", en = "Walk" }\nabout = { zh = "测试", en = "Test" }\n'
        'valid_from = 2022-09-01\nsource = "示例"\n[program]\nplace = "220000000000"\n'
        "from = 2022-09-10T00:00:00+08:00\nuntil = 2022-09-12T20:00:00+08:00\n"
    )
    (tmp_path / "forms").mkdir()
    (tmp_path / "pack.toml").write_text(manifest)
    (tmp_path / "forms" / "round.md").write_text("\n".join(lines) + "\n")
    with transaction.atomic():
        install(tmp_path)
        form = forms.form("walk.round")
        shown = field_forms.shown(serving.served(form, packs.program("walk")))
        transaction.set_rollback(True)
    assert shown.taken == {"village": ("town",), "kind": ()}
    assert "示例村" not in shown.form + shown.model
    assert shown.form.count("示例乡") >= 20
    assert shown.form.count("示例街") >= 60
    many = etree.HTML(shown.form).xpath("//input[@name='/data/kinds']")[0]
    assert (many.get("data-list"), many.get("data-many")) == ("choices-kind", "true")
    assert etree.HTML(shown.form).xpath("//input[@name='/data/told']/@placeholder") == [" "]
    control = etree.HTML(shown.form).xpath("//input[@name='/data/village']")[0]
    assert (control.get("data-list"), control.get("data-filter")) == ("choices-village", "/data/town")
    rows = field_choices.listed(form, "village", shown.taken["village"], "en")
    assert len(rows) == len(form.choices["village"]) == 400
    assert rows[21] == ("v21", "Village 21", ["t1"])
