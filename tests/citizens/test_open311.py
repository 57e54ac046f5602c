"""Open311 GeoReport v2 as other systems speak it: services, requests, tokens, in XML and JSON; refusals beside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring as parse
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.citizens.conftest import LAMP, PROGRAM, QUARTER, SHIWEI, World, reported, settle
from tests.records.test_photos import jpeg
from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.citizens import actions as citizens
from yibiao.citizens import models
from yibiao.core import clock
from yibiao.people import actions as people
from yibiao.records import queries as records

ROOT = "/open311/v2/"
REPAIR = f"{PROGRAM}.repair"


def get(path: str, **given: str) -> HttpResponse:
    return Client().get(ROOT + path, given)


def solved() -> dict[str, str]:
    """A challenge and its answer, found as a machine finds it."""
    asked = get("challenge.json").json()
    for number in range(1, asked["highest"] + 1):
        if hashlib.sha256(f"{asked['salt']}{number}".encode()).hexdigest() == asked["target"]:
            return {"challenge": asked["challenge"], "answer": str(number)}
    raise AssertionError("no number fits")


def post(form: str = "json", **given: Any) -> HttpResponse:
    told = {"jurisdiction_id": SHIWEI, "service_code": REPAIR, "address_id": QUARTER, "description": LAMP, **given}
    return Client().post(f"{ROOT}requests.{form}", {name: value for name, value in told.items() if value is not None})


def plain(element: Element) -> Any:
    """An answer in XML as the values of the answer in JSON: the second way of reading it."""
    if element.tag in ("services", "service_requests", "errors", "attributes", "values", "endpoints", "formats",
                       "service_request_updates"):  # fmt: skip
        return [plain(one) for one in element]
    if len(element):
        return {one.tag: plain(one) for one in element}
    return element.text


def worded(value: Any) -> Any:
    """The values of JSON as XML writes them."""
    if isinstance(value, Mapping):
        return {name: worded(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [worded(inner) for inner in value]
    return None if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)


def test_discovery_leads_to_the_services(world: World) -> None:
    found = Client().get("/open311/discovery.json").json()
    (endpoint,) = found["endpoints"]
    services = Client().get(f"{endpoint['url'].removeprefix('http://testserver')}/services.json").json()
    assert services[0]["service_code"] == REPAIR
    assert {one["type"] for one in services} == {"realtime"}
    definition = get(f"services/{REPAIR}.json").json()
    assert definition["service_code"] == REPAIR
    assert "5个工作日" in definition["attributes"][0]["description"]


@pytest.mark.parametrize("path", ["services", f"services/{REPAIR}", "requests", "tokens/TOKEN", "requests/CASE"])
def test_xml_and_json_say_the_same(world: World, path: str) -> None:
    report, taken = reported()
    cases.move(taken.case, "accept", {"summary": "楼道灯<报修>&"}, by=world.by)
    path = path.replace("TOKEN", report.token).replace("CASE", taken.case)
    as_json, as_xml = get(f"{path}.json"), get(f"{path}.xml")
    assert as_json["Content-Type"] == "application/json; charset=utf-8"
    assert as_xml["Content-Type"] == "text/xml; charset=utf-8"
    assert plain(parse(as_xml.content)) == worded(as_json.json())
    assert get(path).content == as_xml.content, "XML is what is required"


def test_a_report_with_a_challenge(world: World) -> None:
    answer = post(**solved(), phone="13800000000", first_name="示例", lat="43.88", long="125.35",
                  media=SimpleUploadedFile("a.jpg", jpeg()))  # fmt: skip
    assert answer.status_code == 201, answer.content.decode()
    (told,) = answer.json()
    settle()
    case = known.case(told["service_request_id"], scope=world.all)
    assert (case.answers["means"], case.place, case.answers["position"]) == ("open311", QUARTER, "43.8800 125.3500")
    assert records.record(case.record, scope=world.all).has_personal
    assert get(f"tokens/{told['token']}.json").json()[0]["service_request_id"] == case.id
    follow = told["extended_attributes"]["follow_url"].removeprefix("http://testserver")
    assert "待受理" in Client().get(follow).content.decode()


def test_a_report_with_a_key(world: World) -> None:
    _, key = people.add_client(
        person=world.clerk.key, label="示例系统", place=SHIWEI, programs=frozenset({PROGRAM}), by=None
    )  # fmt: skip
    (told,) = post(api_key=key).json()
    settle()
    assert known.case(told["service_request_id"], scope=world.all).organisation == "sw"
    _, elsewhere = people.add_client(
        person=world.other.key, label="示例系统", place="220102000000", programs=frozenset({PROGRAM}), by=None
    )  # fmt: skip
    for wrong in (elsewhere, "no-such"):
        assert post(api_key=wrong).status_code == 403


def test_the_list_tells_what_is_public_and_no_more(world: World) -> None:
    _, taken = reported(name="示例·王女士", latitude="43.88", longitude="125.35")
    assert get("requests.json").json() == []
    (alone,) = get(f"requests/{taken.case}.json").json()
    assert (alone["status"], alone["status_notes"], alone["description"]) == ("open", "待受理", None)
    cases.move(taken.case, "accept", {"summary": "楼道灯报修"}, by=world.by)
    (told,) = get("requests.json").json()
    assert told == get(f"requests/{taken.case}.json").json()[0]
    assert (told["description"], told["lat"], told["extended_attributes"]["status"]) == ("楼道灯报修", None, "accepted")
    assert told["agency_responsible"] == "社区物业组（样例）"
    assert told["expected_datetime"] == known.case(taken.case, scope=world.all).answers["promised_at"]
    assert LAMP not in json.dumps(told, ensure_ascii=False)
    for move, answers in (("dispatch", {}), ("handle", {"answer": "已换"}), ("visit", {"satisfied": "yes"})):
        cases.move(taken.case, move, answers, by=world.by)
    (told,) = get("requests.json", status="closed").json()
    assert (told["status"], told["status_notes"]) == ("closed", "办结：已换")
    assert get("requests.json", status="open").json() == []


def test_a_promise_ends_with_its_round(world: World) -> None:
    report, taken = reported()

    def expected() -> list[str | None]:
        alone, listed = get(f"requests/{taken.case}.json").json(), get("requests.json").json()
        return [one["expected_datetime"] for one in (*alone, *listed)]

    for move, answers in (("accept", {}), ("dispatch", {}), ("handle", {"answer": "已换"})):
        cases.move(taken.case, move, answers, by=world.by)
    first = known.case(taken.case, scope=world.all).answers["promised_at"]
    assert expected() == [first, first]
    citizens.answer_back(report.token, "reopen", {}, reason="又不亮了", address="a")
    assert expected() == [None, None]
    second = "2031-05-06T00:00:00+08:00"
    cases.move(taken.case, "dispatch-again", {"unit": "示例物业", "promised_at": second}, by=world.by)
    assert expected() == [second, second]


def test_updates_say_how_each_request_stands(world: World) -> None:
    _, taken = reported()
    _, other = reported(service="noise")
    assert get("servicerequestupdates.json").json() == [], "nothing is public yet"
    cases.move(taken.case, "accept", {}, by=world.by)
    cases.move(other.case, "return", {"answer": "已转告"}, by=world.by, reason="重复")
    told = {one["service_request_id"]: one for one in get("servicerequestupdates.json").json()}
    assert told.keys() == {taken.case, other.case}
    assert (told[taken.case]["status"], told[other.case]["status"]) == ("open", "closed")
    assert told[other.case]["description"] == "退回：已转告"
    one = known.case(taken.case, scope=world.all)
    assert told[taken.case]["update_id"] == f"{one.id}-{one.revision}"
    later = (clock.now() + timedelta(minutes=1)).isoformat()
    assert get("servicerequestupdates.json", start_date=later).json() == []
    assert plain(parse(get("servicerequestupdates.xml").content)) == worded(get("servicerequestupdates.json").json())


def test_filters(world: World) -> None:
    ids = []
    for service in ("repair", "noise"):
        _, taken = reported(service=service)
        cases.move(taken.case, "accept", {}, by=world.by)
        ids.append(taken.case)

    def found(**given: str) -> set[str]:
        return {one["service_request_id"] for one in get("requests.json", **given).json()}

    now = clock.now()
    assert found() == set(ids)
    assert found(service_code=REPAIR) == {ids[0]}
    assert found(service_request_id=f"{ids[1]},no-such") == {ids[1]}
    assert found(status="open,closed") == set(ids)
    assert found(start_date=(now + timedelta(hours=1)).isoformat()) == set()
    assert found(end_date=(now - timedelta(hours=1)).isoformat()) == set()
    assert found(start_date=(now - timedelta(hours=1)).isoformat().replace("+", " ")) == set(ids)
    assert found(jurisdiction_id=SHIWEI) == set(ids)


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("services", {"jurisdiction_id": "220102000000"}, 404),
        ("services", {"jurisdiction_id": "x" * 500}, 404),
        ("services/no.such", {}, 404),
        ("services/" + PROGRAM + ".flood", {"jurisdiction_id": SHIWEI}, 404),
        ("requests", {"start_date": "yesterday"}, 400),
        ("requests", {"start_date": "2022-09-10T08:00:00"}, 400),
        ("requests", {"start_date": "2022-01-01T00:00:00Z", "end_date": "2022-09-01T00:00:00Z"}, 400),
        ("requests", {"start_date": "9999-12-31T23:59:59-12:00"}, 400),
        ("requests", {"status": "half"}, 400),
        ("requests/0", {}, 404),
        ("tokens/" + "x" * 40, {}, 404),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_refusals_of_reading(world: World, path: str, asked: dict[str, str], status: int, form: str) -> None:
    answer = get(f"{path}.{form}", **asked)
    assert answer.status_code == status
    told = answer.json() if form == "json" else plain(parse(answer.content))
    assert [str(one["code"]) for one in told] == [str(status)]
    assert told[0]["description"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"service_code": None}, 400),
        ({"service_code": "flood"}, 404),
        ({"jurisdiction_id": "220102000000"}, 404),
        ({"address_id": None}, 400),
        ({"address_id": "220102000000"}, 404),
        ({"description": None}, 400),
        ({"description": "字" * 1001}, 400),
        ({"address_id": None, "lat": "north", "long": "east"}, 400),
        ({}, 400),
        ({"challenge": "x", "answer": "1"}, 400),
    ],
)
def test_refusals_of_reporting(world: World, given: dict[str, Any], status: int) -> None:
    answer = post("xml", **given)
    assert answer.status_code == status, answer.content.decode()
    assert parse(answer.content).tag == "errors"
    assert not models.Ticket.objects.exists()


def test_a_program_without_a_key_is_told_of_the_challenge_and_of_no_page(world: World) -> None:
    said = post("json").json()[0]
    assert said["code"] == 400
    assert "challenge.json" in said["description"]
    assert "页面" not in said["description"]


@pytest.mark.parametrize("path", ["requests/nope", "requests/9", "tokens/样例", "services/NO.PE", "nowhere", "a/b/c"])
def test_what_lies_at_no_address_is_refused_in_the_format_asked_for(world: World, path: str) -> None:
    answer = get(f"{path}.json")
    assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)
    answer = get(f"{path}.xml")
    assert answer.status_code == 404
    assert parse(answer.content).tag == "errors"


def test_other_methods_and_broken_bodies(world: World) -> None:
    assert Client().delete(f"{ROOT}requests.json").status_code == 405
    broken = Client().post(f"{ROOT}requests.json", b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x")
    assert broken.status_code == 400
    large = Client().post(
        f"{ROOT}requests.json", b"description=" + b"a" * (6 * 1024 * 1024),
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert large.status_code == 413
    assert json.loads(large.content)[0]["code"] == 413


NAMES = ["service_code", "address_id", "address_string", "lat", "long", "description", "phone", "last_name", "api_key",
         "challenge", "answer", "jurisdiction_id", "media_url"]  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some.dictionaries(some.sampled_from(NAMES), some.text(max_size=60), max_size=6), some.sampled_from(["json", "xml"])
)
def test_any_report_is_answered_in_form(world: World, given: dict[str, str], form: str) -> None:
    answer = post(form, **given)
    assert answer.status_code in (400, 403, 404)
    told = json.loads(answer.content) if form == "json" else plain(parse(answer.content))
    assert told
    assert not models.Ticket.objects.exists()
