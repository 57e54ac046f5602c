"""Lines of the log and counts: what happened, by the name of the route, and nothing of what people sent or are."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from tests.desk.world import ERDAO, PASSWORD, SAFETY, World, inspection
from yibiao.desk import logs
from yibiao.people.types import Account

Enter = Callable[[Account | None], Client]
PLANTED = {
    "phone": "13912345678", "identity": "220102199001011234", "name": "样例姓名甲", "searched": "样例查找词乙",
    "password": "Wrong-Password-9", "token": "Zk3vTokenInAnAddress0123456789abcdef", "text": "样例诉求内容丙",
    "referer": "from-where-she-came", "agent": "her-very-own-telephone",
}  # fmt: skip


@pytest.fixture(params=[logs.Json, logs.Plain])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """All that is logged at any level."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(request.param())
    root, ours = logging.getLogger(), logging.getLogger("yibiao.request")
    kept = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.INFO)
    yield text
    root.removeHandler(handler)
    root.setLevel(kept[0])
    ours.setLevel(kept[1])


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    found = (json.loads(line) for line in written.getvalue().splitlines() if line.startswith("{"))
    return [line for line in found if line["logger"] == "yibiao.request"]


def plant(client: Client, site: World) -> None:
    """Sends personal values by every way that takes some; whether they are welcome does not matter."""
    known = {"HTTP_REFERER": f"/x?{PLANTED['referer']}", "HTTP_USER_AGENT": PLANTED["agent"]}
    client.get("/records/", {"q": PLANTED["searched"], "phone": PLANTED["phone"]}, **known)
    client.get("/registers/enterprise/", {"q": PLANTED["name"]}, **known)
    client.get("/registers/enterprise/search/", {"q": PLANTED["identity"]})
    client.post(f"/entry/{SAFETY}/inspection/", {"a.inspector": PLANTED["name"], "a.phone": PLANTED["phone"]}, **known)
    client.post(f"/records/{site.inspection}/personal/", {"purpose": PLANTED["text"]})
    draft = inspection(ERDAO, PLANTED["name"])
    body = {
        "id": draft.id,
        "form": draft.form,
        "program": SAFETY,
        "answers": {**draft.answers, "phone": PLANTED["phone"]},
    }
    client.post("/api/submissions", json.dumps(body), content_type="application/json")
    client.post("/api/submissions", f"{{{PLANTED['identity']}", content_type="application/json")
    client.get(f"/openrosa/key/{PLANTED['token']}/formList")
    client.post(f"/openrosa/key/{PLANTED['token']}/submission", {"xml_submission_file": PLANTED["text"]})
    client.get(f"/report/follow/{PLANTED['token']}/")
    client.post(f"/report/{ERDAO}/", {"text": PLANTED["text"], "phone": PLANTED["phone"]})
    client.get(f"/no/such/{PLANTED['token']}", {"q": PLANTED["searched"]})
    Client().post("/account/login/", {"login": PLANTED["phone"], "password": PLANTED["password"]})
    bad = {"HTTP_X_REQUEST_ID": f"{PLANTED['phone']} {PLANTED['name']}"}
    client.get("/records/", **bad)


def test_nothing_that_anybody_sent_is_in_the_log(site: World, enter: Enter, written: io.StringIO) -> None:
    plant(enter(site.clerk), site)
    logging.getLogger("django.request").error(
        "Internal Server Error: %s", f"/x/{PLANTED['token']}", exc_info=ValueError(PLANTED["identity"])
    )
    said = written.getvalue()
    assert "answered" in said
    for value in (*PLANTED.values(), PASSWORD, site.clerk.username, site.clerk.name, str(site.clerk.key)):
        assert value not in said, value
        assert json.dumps(value)[1:-1] not in said, value


def test_a_line_has_the_route_and_the_time_and_who_as_a_hash(
    site: World, enter: Enter, written: io.StringIO, request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["written"] is logs.Plain:
        return
    client = enter(site.clerk)
    first = client.get(f"/records/{site.inspection}/", HTTP_X_REQUEST_ID="proxy-1.a_b")
    again = client.get("/records/")
    other = enter(site.editor).get("/records/")
    assert first["X-Request-ID"] == "proxy-1.a_b"
    assert re.fullmatch(r"[0-9a-f]{32}", again["X-Request-ID"])
    mine = [line for line in lines(written) if line["route"] in ("desk_record", "desk_records")]
    assert [(line["route"], line["method"], line["status"]) for line in mine] == [
        ("desk_record", "GET", 200), ("desk_records", "GET", 200), ("desk_records", "GET", 200)
    ]  # fmt: skip
    assert [line["request"] for line in mine] == [one["X-Request-ID"] for one in (first, again, other)]
    assert mine[0]["account"] == mine[1]["account"] != mine[2]["account"]
    assert all(line["ms"] >= line["db_ms"] > 0 and line["statements"] > 0 for line in mine)


def test_the_page_of_an_error_says_by_which_number_the_log_has_it(rf: RequestFactory) -> None:
    named = logs.request_id.set("proxy-1.a_b")
    try:
        said = server_error(rf.get("/")).content.decode()
    finally:
        logs.request_id.reset(named)
    assert "请求号 proxy-1.a_b" in said
    assert "请求号" not in server_error(rf.get("/")).content.decode()


def test_an_error_keeps_its_kind_and_place(written: io.StringIO) -> None:
    try:
        int("七")
    except ValueError:
        logging.getLogger("elsewhere").exception("failed for %s", "样例")
    said = written.getvalue()
    assert "builtins.ValueError" in said
    assert "test_observing.py" in said
    assert "failed for %s" in said
    assert "样例" not in said
    assert "七" not in said


def counted(text: str, name: str, **labels: str) -> float:
    """The sum of the samples of a name that have the labels."""
    found = 0.0
    for line in text.splitlines():
        match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if match and match[1] == name and all(f'{key}="{value}"' in (match[2] or "") for key, value in labels.items()):
            found += float(match[3])
    return found


def read(client: Client, **headers: str) -> str:
    answer = client.get("/metrics", **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_counts_by_route_and_the_state_of_the_log(site: World, enter: Enter) -> None:
    client = enter(site.clerk)
    before = read(client)
    client.get(f"/records/{site.inspection}/")
    client.get("/records/no-such/")
    draft = inspection(ERDAO, "示例二道")
    body = {"id": draft.id, "form": draft.form, "program": SAFETY, "answers": dict(draft.answers)}
    assert client.post("/api/submissions", json.dumps(body), content_type="application/json").status_code in (200, 201)
    assert client.post("/api/submissions", "{", content_type="application/json").status_code >= 400
    enter(site.editor).get(f"/figures/{SAFETY}/hazards/")
    after = read(client)

    def more(name: str, **labels: str) -> float:
        return counted(after, name, **labels) - counted(before, name, **labels)

    assert more("yibiao_requests_total", route="desk_record", status="200") == 1
    assert more("yibiao_requests_total", route="desk_record", status="404") == 1
    assert more("yibiao_request_seconds_count", route="desk_record") == 2
    assert more("yibiao_submissions_total", outcome="accepted") == 1
    assert more("yibiao_submissions_total", outcome="refused") == 1
    assert more("yibiao_figure_seconds_count") > 0
    assert more("yibiao_facts_pending") >= 1
    assert counted(after, "yibiao_facts_sealed_total") > 0
    assert counted(after, "yibiao_follower_lag_facts", follower="figures") >= 0
    for value in (site.inspection, ERDAO, draft.id, site.clerk.username):
        assert value not in after


def test_only_who_may_reads_the_counts(site: World, settings: Any) -> None:
    client = Client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="10.0.0.7").status_code == 404
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client.get("/metrics").status_code == 404, "behind a proxy everybody comes from the machine itself"
    settings.YIBIAO_METRICS_TOKEN = "sample-token"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer other").status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer sample-token", REMOTE_ADDR="10.0.0.7").status_code == 200


def test_every_count_is_described(site: World) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operate.md").read_text("utf-8")
    found = re.findall(r"^# TYPE (\w+) (\w+)", read(Client()), re.M)
    assert len(found) >= 15
    missing = [name for name, kind in found if not name.endswith("_created") and f"`{name}`" not in page]
    assert not missing, missing
