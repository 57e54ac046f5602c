"""The rows of the checklist's table 6, each by its number, over records whose figures are counted a second way here."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.records.conftest import ERDAO, NANGUAN, PASSWORD, PROGRAM, VISIT, World, visit
from yibiao.people import actions as accounts
from yibiao.people.types import Account
from yibiao.records import actions

pytestmark = pytest.mark.usefixtures("sites")
SignIn = Callable[[Account], Client]
SVC = f"/odata/{VISIT}.svc"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
FOUND = (
    {"hazards": 0, "sector": "shop", "trade": "market", "measure": None, "occurred_at": "2022-09-09T23:30:00+08:00"},
    {"hazards": 2, "area": "12.5", "topics": ["fire", "power"], "phone": "13800000000", "contact": "示例人"},
    {"hazards": 7, "area": "0.1", "measure": "停产整改"},
    {"hazards": 7, "area": "0.2", "occurred_at": "2022-09-11T08:00:00+08:00", "finds": [
        {"what": "线路老化", "days": 3, "owner": "示例乙"}, {"what": "堵塞通道", "days": 1}]},
    {"hazards": 41, "place": ERDAO, "measure": "it's 100% 整改", "finds": [{"what": "无证", "days": 9}]},
)  # fmt: skip


@pytest.fixture
def sent(world: World) -> list[str]:
    """Five records, the oldest first, each received after the one before."""
    return [actions.receive(visit(**one), by=world.warrant()).id for one in FOUND]


@pytest.fixture
def reader(world: World, signed_in: SignIn, sent: list[str]) -> Client:
    return signed_in(world.reader)


def ask(client: Client, path: str = "/Submissions", status: int = 200, **options: Any) -> Any:
    query = "&".join(f"{quote('$' + name)}={quote(str(value))}" for name, value in options.items())
    answer = client.get(f"{SVC}{path}?{query}")
    text = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == status, text.decode()
    return json.loads(text)


def hazards(client: Client, condition: str, **more: Any) -> list[int]:
    return sorted(row["hazards"] for row in ask(client, filter=condition, **more)["value"])


def test_6_1_the_service_document_lists_the_sets(reader: Client) -> None:
    answer = reader.get(SVC)
    assert answer["OData-Version"] == "4.0"
    assert answer["Content-Type"] == "application/json; charset=utf-8; odata.metadata=minimal"
    assert answer.json()["@odata.context"] == f"http://testserver{SVC}/$metadata"
    assert answer.json()["value"] == [
        {"name": name, "kind": "EntitySet", "url": name} for name in ("Submissions", "Submissions.finds")
    ]


def test_6_2_the_metadata_names_types_and_no_personal_answer(reader: Client) -> None:
    answer = reader.get(f"{SVC}/$metadata")
    tree = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    types = {one.get("Name"): one for one in tree.iter(f"{EDM}EntityType")}
    main = {one.get("Name"): one.get("Type") for one in types["Submissions"].iter(f"{EDM}Property")}
    assert main["hazards"] == "Edm.Int64"
    assert main["area"] == "Edm.Decimal"
    assert main["occurred_at"] == "Edm.DateTimeOffset"
    moments = [one for one in tree.iter(f"{EDM}Property") if one.get("Type") == "Edm.DateTimeOffset"]
    assert {one.get("Precision") for one in moments} == {"3"}, "else a strict reader refuses the milliseconds"
    assert main["topics"] == "Edm.String"
    assert not {"phone", "contact"} & set(main)
    finds = {one.get("Name") for one in types["Submissions.finds"].iter(f"{EDM}Property")}
    assert finds == {"__id", "__Submissions-id", "what", "days"}
    assert "BatchSupported" in answer.content.decode()
    refused = Client().get(f"{SVC}/$metadata")
    assert refused.status_code == 401
    assert refused.content.startswith(b"<error>")


@pytest.mark.parametrize(("name", "said"), [("q1.8", "q1_8"), ("🙂", "__"), ("1a", "_1a"), ("检查地", "检查地")])
def test_6_2_names_become_identifiers(name: str, said: str) -> None:
    from yibiao.records.odata.shapes import identifier

    assert identifier(name) == said


def test_6_3_rows_are_the_newest_first_nested_and_complete(reader: Client, sent: list[str], world: World) -> None:
    found = ask(reader)["value"]
    assert [row["__id"] for row in found] == sent[::-1]
    row = found[1]
    assert (row["hazards"], row["area"], row["topics"], row["measure"]) == (7, 0.2, "fire", "立即整改")
    assert found[0]["area"] is None
    assert found[3]["topics"] == "fire power"
    assert row["occurred_at"] == "2022-09-11T08:00:00.000+08:00"
    assert row["finds@odata.navigationLink"] == f"Submissions('{sent[3]}')/finds"
    system = row["__system"]
    assert (system["submitterId"], system["submitterName"]) == (world.clerk.key, "示例甲")
    assert (system["edits"], system["deletedAt"], system["reviewState"], system["placeName"]) == (
        0,
        None,
        None,
        "二道区",
    )
    assert "13800000000" not in json.dumps(found)
    assert "示例人" not in json.dumps(found, ensure_ascii=False)


def test_6_3_a_repeat_is_a_set_of_its_own(reader: Client, sent: list[str]) -> None:
    found = ask(reader, "/Submissions.finds")["value"]
    assert [(row["__Submissions-id"], row["what"], row["days"]) for row in found] == [
        (sent[4], "无证", 9), (sent[3], "线路老化", 3), (sent[3], "堵塞通道", 1),
    ]  # fmt: skip
    assert found[1]["__id"] == f"{sent[3]}-0"
    assert "示例乙" not in json.dumps(found, ensure_ascii=False)


def test_6_3_long_feeds_stream_in_batches(reader: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from yibiao.records.odata import feeding

    monkeypatch.setattr(feeding, "BATCH", 2)
    assert [row["hazards"] for row in ask(reader)["value"]] == [41, 7, 7, 2, 0]
    assert [row["days"] for row in ask(reader, "/Submissions.finds")["value"]] == [9, 3, 1]


def test_6_4_top_skip_and_count(reader: Client) -> None:
    page = ask(reader, top=2, count="true")
    assert page["@odata.count"] == 5
    assert [row["hazards"] for row in page["value"]] == [41, 7]
    assert ask(reader, top=0, count="true") == {**ask(reader, top=0, count="true"), "@odata.count": 5, "value": []}
    assert [row["hazards"] for row in ask(reader, skip=3)["value"]] == [2, 0]
    assert "@odata.nextLink" not in ask(reader, top=5)
    assert ask(reader, filter="hazards gt 900", count="true")["@odata.count"] == 0
    assert reader.get(f"{SVC}/Submissions/$count?$filter=hazards eq 7").content == b"2"


def test_6_5_pages_are_stable_while_rows_arrive_and_go(reader: Client, world: World, sent: list[str]) -> None:
    page, seen = ask(reader, top=2), []
    for step in range(5):
        seen += [row["__id"] for row in page["value"]]
        if "@odata.nextLink" not in page:
            break
        if step == 0:
            actions.receive(visit(hazards=99), by=world.warrant())
            actions.withdraw(sent[3], reason="示例撤回", by=world.warrant())
        page = json.loads(reader.get(page["@odata.nextLink"] + "&$skip=4").content)
    assert seen == sent[::-1]


def test_6_5_pages_of_items_continue_within_a_record(reader: Client) -> None:
    page, seen = ask(reader, "/Submissions.finds", top=2), []
    while True:
        seen += [row["days"] for row in page["value"]]
        if "@odata.nextLink" not in page:
            break
        page = json.loads(reader.get(page["@odata.nextLink"]).content)
    assert seen == [9, 3, 1]


def test_6_5_tokens_that_mean_nothing(reader: Client) -> None:
    token = ask(reader, top=2)["@odata.nextLink"].rpartition("skiptoken=")[2]
    assert ask(reader, skiptoken=token, orderby="hazards", status=501)
    old = base64.urlsafe_b64encode(json.dumps(["1999-01-01T00:00:00+00:00", "x", -1]).encode()).decode()
    assert ask(reader, skiptoken=old, top=2)["value"] == []
    for wrong in ("x", "e30", "", base64.urlsafe_b64encode(b"[1,2,3]").decode()):
        assert ask(reader, skiptoken=wrong, status=400)["error"]["code"] == "records.odata.malformed"


FILTERS: list[tuple[str, list[int]]] = [
    ("hazards lt 7", [0, 2]), ("hazards le 7", [0, 2, 7, 7]), ("hazards eq 7", [7, 7]), ("hazards ne 7", [0, 2, 41]),
    ("hazards gt 2 and hazards lt 41", [7, 7]), ("hazards eq 0 or hazards eq 41", [0, 41]),
    ("not (hazards eq 7)", [0, 2, 41]), ("not not (hazards eq 7)", [7, 7]), ("area eq 0.1", [7]),
    ("area gt 0.1", [2, 7]), ("area eq null", [0, 41]), ("area ne null", [2, 7, 7]), ("not (area gt 0.1)", [0, 7, 41]),
    ("area ne 0.1", [0, 2, 7, 41]), ("contains(measure,'停产')", [7]), ("startswith(measure,'it''s')", [41]),
    ("endswith(measure,'整改')", [2, 7, 7, 41]), ("contains(measure,'%')", [41]), ("measure eq null", [0]),
    ("contains(topics,'power')", [2]), ("topics eq 'fire power'", [2]), ("trade in ('market','other-shop')", [0]),
    ("year(occurred_at) eq 2022", [0, 2, 7, 7, 41]), ("day(occurred_at) eq 9", [0]), ("month(occurred_at) ne 9", []),
    ("hour(occurred_at) eq 23 and minute(occurred_at) eq 30", [0]), ("occurred_at ge 2022-09-11", [7]),
    ("occurred_at lt 2022-09-09T16:00:00Z", [0]), ("occurred_at gt 2022-09-11T07:59:59+08:00", [7]),
    ("tolower(sector) eq 'shop' or toupper(trade) eq 'MARKET'", [0]), ("length(measure) eq 4", [2, 7, 7]),
    ("__system/submissionDate lt now()", [0, 2, 7, 7, 41]), ("__system/submissionDate lt 2000-01-01", []),
    ("year(__system/occurredAt) eq 2022 and __system/edits eq 0", [0, 2, 7, 7, 41]),
    (f"__system/place eq '{ERDAO}' and __system/program eq '{PROGRAM}'", [0, 2, 7, 7, 41]),
    ("__system/reviewState eq null and __system/updatedAt eq null", [0, 2, 7, 7, 41]),
    ("hazards gt null", []), ("null eq null", [0, 2, 7, 7, 41]), ("2 lt hazards", [7, 7, 41]),
    ("(((hazards eq 2)))", [2]), ("hazards eq 2 or hazards eq 0 and area eq 5", [2]),
    ("true eq true", [0, 2, 7, 7, 41]),
    ("date(occurred_at) eq 2022-09-09", [0]), ("date(occurred_at) gt 2022-09-10", [7]),
    ("date(__system/occurredAt) le 2022-09-09", [0]), ("year(date(occurred_at)) eq 2022", [0, 2, 7, 7, 41]),
]  # fmt: skip


def test_6_6_filters_on_system_and_form_fields(reader: Client) -> None:
    # In one walk: the world is costly to build.
    found = {condition: hazards(reader, condition) for condition, _ in FILTERS}
    assert found == dict(FILTERS)


def test_6_6_items_are_filtered_by_their_own_and_their_records_fields(reader: Client, sent: list[str]) -> None:
    assert [row["days"] for row in ask(reader, "/Submissions.finds", filter="days gt 2")["value"]] == [9, 3]
    asked = "$root/Submissions/__system/occurredAt ge 2022-09-11 and contains(what,'线路')"
    assert [row["days"] for row in ask(reader, "/Submissions.finds", filter=asked)["value"]] == [3]
    assert len(ask(reader, "/Submissions.finds", filter=f"__Submissions-id eq '{sent[3]}'")["value"]) == 2


WRONG: list[tuple[str, int, str]] = [
    ("hazards add 1 eq 3", 501, "unsupported"), ("finds/any(f:f/days gt 3)", 501, "unsupported"),
    ("round(area) eq 1", 501, "unsupported"), ("__system/submitterName eq '甲'", 501, "unsupported"),
    ("phone eq '13800000000'", 400, "property"), ("contact ne null", 400, "property"), ("no eq 1", 400, "property"),
    ("hazards eq '7'", 400, "type"), ("measure gt 3", 400, "type"), ("year(hazards) eq 1", 400, "type"),
    ("date(hazards) eq 2022-09-09", 400, "type"),
    ("hazards", 400, "malformed"), ("hazards eq", 400, "malformed"), ("hazards eq 7)", 400, "malformed"),
    ("(hazards eq 7", 400, "malformed"), ("hazards = 7", 400, "malformed"), ("hazards eq 'x", 400, "malformed"),
    ("occurred_at gt 2022-13-40", 400, "malformed"), ("contains(measure)", 400, "malformed"), ("", 400, "malformed"),
    ("(" * 200 + "hazards eq 1" + ")" * 200, 400, "malformed"), ("hazards eq 1 or " * 400, 400, "malformed"),
    ("measure eq 'x'' OR 1=1 --", 400, "malformed"),
    ("'; DROP TABLE records_submission; --' eq measure'", 400, "malformed"), ("hazards eq 1\x00", 400, "malformed"),
]  # fmt: skip


def test_6_6_what_is_refused(reader: Client) -> None:
    for condition, status, code in WRONG:
        said = ask(reader, filter=condition, status=status)["error"]["code"]
        assert said == f"records.odata.{code}", condition


def test_6_7_order_by_several_fields(reader: Client) -> None:
    def area(**more: Any) -> list[Any]:
        return [(row["hazards"], row["area"]) for row in ask(reader, **more)["value"]]

    assert area(orderby="area asc, hazards DESC") == [(41, None), (0, None), (7, 0.1), (7, 0.2), (2, 12.5)]
    assert area(orderby="area desc,hazards") == [(2, 12.5), (7, 0.2), (7, 0.1), (0, None), (41, None)]
    page, seen = ask(reader, orderby="hazards", top=2), []
    while True:
        seen += [row["hazards"] for row in page["value"]]
        if "@odata.nextLink" not in page:
            break
        page = json.loads(reader.get(page["@odata.nextLink"]).content)
    assert seen == [0, 2, 7, 7, 41]
    for wrong in ("hazards up", "hazards asc asc", ",", "hazards;drop"):
        assert ask(reader, orderby=wrong, status=400)
    assert ask(reader, orderby="length(measure)", status=501)


def test_6_8_select_keeps_what_is_named(reader: Client) -> None:
    row = ask(reader, select="hazards,__system/edits", top=1)["value"][0]
    assert row == {"hazards": 41, "__system": {"edits": 0}}
    assert ask(reader, select="__id, sector", top=1)["value"][0].keys() == {"__id", "sector"}
    assert ask(reader, select="phone", status=400)["error"]["code"] == "records.odata.property"
    assert ask(reader, select="hazards", expand="*", status=501)


def test_6_9_expand_nests_the_items(reader: Client) -> None:
    rows = ask(reader, expand="*")["value"]
    assert [[item["what"] for item in row["finds"]] for row in rows[:3]] == [["无证"], ["线路老化", "堵塞通道"], []]
    assert ask(reader, expand="finds", status=501)


def test_6_11_unknown_options_are_named(reader: Client) -> None:
    for name in ("$search", "$compute", "$levels", "$deltatoken"):
        answer = reader.get(f"{SVC}/Submissions?{name}=x", headers={"Accept": "application/json"})
        assert answer.status_code == 501
        assert name in answer.json()["error"]["message"]


def test_6_11_versions_and_formats(reader: Client) -> None:
    assert reader.get(SVC, headers={"OData-MaxVersion": "3.0"}).status_code == 404
    assert reader.get(SVC, headers={"OData-MaxVersion": "4.01"}).status_code == 200
    assert reader.get(SVC, headers={"Accept": "application/xml"}).status_code == 406
    assert reader.get(f"{SVC}/$metadata?$format=json").status_code == 406
    assert reader.get(f"{SVC}/Submissions?$format=json&deviceID=x").status_code == 200
    for wrong in ("$top=-1", "$top=x", "$skip=1.5", "$count=maybe", "$top=1&$top=2"):
        assert reader.get(f"{SVC}/Submissions?{wrong}").status_code == 400
    written = reader.post(f"{SVC}/Submissions")
    assert (written.status_code, written["Allow"]) == (405, "GET, HEAD")
    assert written.json()["error"]["code"] == "records.odata.method"


def test_6_11_aggregation_agrees_with_a_second_count(reader: Client) -> None:
    total = ask(reader, apply="aggregate(hazards with sum as h,area with average as a,$count as n,area with max as m)")
    areas = [Decimal(one["area"]) for one in FOUND if "area" in one]
    assert total["value"] == [{
        "@odata.id": None, "h": sum(one["hazards"] for one in FOUND), "a": float(round(sum(areas) / 3, 10)), "n": 5,
        "m": 12.5,
    }]  # fmt: skip
    small = ask(reader, apply="filter(hazards eq 7)/aggregate(area with sum as a)")["value"]
    assert small[0]["a"] == 0.3
    groups = ask(reader, apply="groupby((hazards,sector),aggregate($count as n))", orderby="n desc,hazards")["value"]
    counted = Counter((one["hazards"], one.get("sector", "mine")) for one in FOUND)
    assert {(row["hazards"], row["sector"]): row["n"] for row in groups} == dict(counted)
    assert groups[0]["n"] == 2
    nested = ask(reader, apply="groupby((__system/program,topics))")["value"]
    assert {row["topics"] for row in nested} == {"fire", "fire power"}
    assert nested[0]["__system"] == {"program": PROGRAM}
    kept = ask(reader, apply="groupby((sector),aggregate(hazards with sum as h))/filter(h gt 5)", count="true")
    assert (kept["value"], kept["@odata.count"]) == ([{"@odata.id": None, "sector": "mine", "h": 57}], 1)
    items = ask(reader, "/Submissions.finds", apply="aggregate(days with sum as d,what with countdistinct as w)")
    assert items["value"] == [{"@odata.id": None, "d": 13, "w": 3}]
    assert ask(reader, apply="aggregate(occurred_at with min as first)")["value"][0]["first"].startswith(
        "2022-09-09T23:30"
    )


NO_GROUPS: list[tuple[str, int]] = [
    ("topcount(2,hazards)", 501), ("groupby((rollup(place)))", 501), ("aggregate(hazards with median as m)", 501),
    ("aggregate(phone with max as p)", 400), ("groupby((phone))", 400), ("aggregate(measure with sum as s)", 400),
    ("aggregate(hazards with sum)", 400), ("groupby(sector)", 400), ("aggregate(", 400), ("filter(hazards gt 1)", 501),
    ("aggregate(hazards with sum as x,$count as x)", 400),
]  # fmt: skip


def test_6_11_aggregations_that_are_refused(reader: Client) -> None:
    for apply, status in NO_GROUPS:
        ask(reader, apply=apply, status=status)


def test_6_12_one_row_and_its_items(reader: Client, sent: list[str]) -> None:
    for key in (sent[3], f"uuid%3A{sent[3]}"):
        row = ask(reader, f"/Submissions('{key}')")
        assert (row["__id"], row["hazards"]) == (sent[3], 7)
    assert [row["days"] for row in ask(reader, f"/Submissions('{sent[3]}')/finds")["value"]] == [3, 1]
    ask(reader, "/Submissions('00000000-0000-4000-8000-000000000000')", status=404)
    ask(reader, "/Submissions('x')", status=404)
    ask(reader, "/Nothing", status=404)
    ask(reader, f"/Submissions('{sent[3]}')/nothing", status=404)


def test_6_13_the_tag_changes_with_the_form_only(reader: Client, world: World) -> None:
    from tests.records.conftest import site

    first = reader.get(f"{SVC}/Submissions")["ETag"]
    assert reader.get(f"{SVC}/Submissions", headers={"If-None-Match": first}).status_code == 304
    actions.receive(site("S9"), by=world.warrant())
    assert reader.get(f"{SVC}/Submissions")["ETag"] == first
    actions.receive(visit(hazards=3), by=world.warrant())
    assert reader.get(f"{SVC}/Submissions", headers={"If-None-Match": first}).status_code == 200


def test_6_14_withdrawn_rows_show_when_asked_for(reader: Client, world: World, sent: list[str]) -> None:
    actions.withdraw(sent[1], reason="示例撤回", by=world.warrant())
    assert len(ask(reader)["value"]) == 4
    gone = ask(reader, filter="__system/deletedAt ne null")["value"]
    assert [row["__id"] for row in gone] == [sent[1]]
    assert gone[0]["__system"]["deletedAt"] is not None
    ask(reader, f"/Submissions('{sent[1]}')", status=404)


def test_6_15_who_may_read(world: World, signed_in: SignIn, sent: list[str]) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(f"sheng:{PASSWORD}".encode()).decode()}
    assert Client().get(SVC).status_code == 401
    assert Client().get(SVC)["WWW-Authenticate"].startswith("Digest")
    assert Client().get(SVC, secure=True)["WWW-Authenticate"].startswith("Basic")
    assert Client().get(SVC, headers=basic).status_code == 401, "a password in clear over http is not taken"
    assert Client().get(SVC, headers=basic, secure=True).status_code == 200
    assert signed_in(world.idle).get(SVC).status_code == 403
    assert signed_in(world.manager).get(SVC).status_code == 403
    assert signed_in(world.reader).get("/odata/watch.nothing.svc").status_code == 404
    assert ask(signed_in(world.other))["value"] == [], "the records of 二道 are not 南关's"
    assert ask(signed_in(world.other), apply="aggregate($count as n)")["value"][0]["n"] == 0
    assert ask(signed_in(world.other), f"/Submissions('{sent[0]}')", status=404)


def test_6_15_a_token_reads_where_it_files(world: World, sent: list[str]) -> None:
    from tests.records.conftest import grant

    both = accounts.add_person(
        username="liangqu", name="示例己", password=PASSWORD, organisation="jl", role="示例岗",
        grants=[grant("fill", ERDAO), grant("fill", NANGUAN)], sample=True,
    )  # fmt: skip
    _, token = accounts.add_client(person=both.key, label="示例", place=NANGUAN, programs=frozenset({PROGRAM}), by=None)
    with_token = {"Authorization": f"Bearer {token}"}
    answer = Client().get(f"{SVC}/Submissions", headers=with_token)
    assert json.loads(b"".join(answer))["value"] == []
    assert Client().get(SVC, headers={"Authorization": "Bearer x"}).status_code == 401
