"""Clients that others wrote do the whole round: @getodk/xforms-engine with one form of each pack, and pyODK."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.records.conftest import ERDAO
from tests.records.openrosa.server import Server
from tests.records.test_photos import jpeg

HERE = Path(__file__).parent
AT = "2022-09-10T09:30:00.000+08:00"
PLAN: dict[str, dict[str, str]] = {
    "happy-community.quarter": {"code": "E-Q1", "quarter_name": "示例小区", "place": ERDAO, "occurred_at": AT},
    "cyber-week.exhibitor": {
        "uscc": "91350100M000100Y43", "exhibitor_name": "示例单位", "place": ERDAO, "occurred_at": AT,
    },
    "holiday-safety.enterprise": {
        "uscc": "91350100M000100Y43", "enterprise_name": "示例企业", "fields": "trade coal", "place": ERDAO,
        "occurred_at": AT,
    },
    "holiday-safety.inspection": {
        "place": ERDAO, "occurred_at": AT, "object_type": "county", "object": ERDAO, "object_name": "示例二道区",
    },
    "community-desk.merchant": {
        "uscc": "91350100M000100Y43", "merchant_name": "示例商户", "place": ERDAO, "occurred_at": AT,
    },
    "night-patrol.unit": {"code": "E-U1", "unit_name": "示例所", "place": ERDAO, "occurred_at": AT},
}  # fmt: skip
pytestmark = [
    pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="clients do not see the database"),
    pytest.mark.skipif(shutil.which("node") is None, reason="the engine runs in Node"),
]


class Packs(Server):
    """A server with all shipped packs, one program of each."""

    module = "tests.clients.building"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packs]:
    if not (HERE / "node_modules").is_dir():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=HERE, check=True, timeout=300)
    made = Packs(tmp_path_factory.mktemp("clients"))
    made.start()
    yield made
    made.stop()


def engine(site: Packs, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of each form of a plan."""
    address = f"http://127.0.0.1:{site.port}{site.path}"
    command = ["node", str(HERE / "fill.mjs"), address]
    done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_one_form_of_each_pack_is_filled_in_and_sent(site: Packs) -> None:
    programs = site.built["programs"]
    told = engine(site, {f"{form}@{programs[form.partition('.')[0]]}": answers for form, answers in PLAN.items()})
    assert [one["id"].partition("@")[0] for one in told] == list(PLAN)
    for one in told:
        assert not one.get("error"), one
        assert one["wrong"] == [], one
        # Sent again, it is known again.
        assert [status for status, _ in one["statuses"]] == [201, 201], one
    held = site.run("look")
    stored = dict(held["records"])
    assert sorted(stored) == sorted(PLAN)
    for form, answers in PLAN.items():
        for name in ("code", "uscc", "place", "quarter_name", "exhibitor_name"):
            assert stored[form].get(name) == answers.get(name)
    assert stored["holiday-safety.enterprise"]["fields"] == ["coal", "trade"]
    # What the engine registered by itself is known by the id that it gave.
    ids = {one["xml"].partition("entity")[2].partition(' id="')[2][:36] for one in told}
    registered = {(register, key): uid for register, key, _, version, uid in held["entities"] if version == 1}
    assert registered["residential-quarter", "E-Q1"] in ids
    assert len(registered) == 5


def test_the_engine_updates_what_it_finds_in_the_list(site: Packs) -> None:
    program = site.built["programs"]["night-patrol"]
    plan = {f"night-patrol.unit@{program}": PLAN["night-patrol.unit"] | {"code": "E-U2", "unit_name": "先前的名"}}
    engine(site, plan)
    (told,) = engine(site, {key: answers | {"unit_name": "后来的名"} for key, answers in plan.items()})
    assert [status for status, _ in told["statuses"]] == [201, 201], told
    assert 'update="true"' in told["xml"]
    assert 'baseVersion="1"' in told["xml"]
    units = {key: (label, version) for _, key, label, version, _ in site.run("look")["entities"]}
    assert units["E-U2"] == ("后来的名", 2)


def filled(form: str, id: str, **answers: str) -> str:
    """The empty answers of a form, filled in as a script does."""
    root = etree.fromstring(form.encode())
    data = next(root.iter("{*}instance"))[0]
    for one in data.iter():
        name = etree.QName(one).localname
        if name in answers or name == "instanceID":
            one.text = answers.get(name, id)
    return etree.tostring(data, encoding="unicode")


def test_pyodk_signs_in_sends_and_reads(site: Packs, tmp_path: Path) -> None:
    pytest.importorskip("pyodk")
    from pyodk._utils.config import CentralConfig, Config
    from pyodk.client import Client
    from pyodk.errors import PyODKError

    address, program = f"http://127.0.0.1:{site.port}", site.built["programs"]["community-desk"]

    def client(password: str) -> Any:
        told = CentralConfig(address, site.built["key"], password)
        return Client(config=Config(told), cache_path=tmp_path / f"{password[:4]}.toml")

    with pytest.raises(PyODKError, match="401"):
        client("wrong").open()
    ids = [f"uuid:{uuid.uuid4()}" for _ in range(3)]
    with client(site.built["token"]) as held:
        found = {one.description: one for one in held.projects.list()}
        assert sorted(found) == sorted(site.built["programs"].values())
        project = found[program].id
        assert held.projects.get(project) == found[program]
        (form,) = [one for one in held.forms.list(project) if one.xmlFormId.startswith("community-desk.report")]
        assert held.forms.get(form.xmlFormId, project) == form
        of = {"form_id": form.xmlFormId, "project_id": project}
        xml = held.forms.get_xml(**of)
        answers = {"place": ERDAO, "occurred_at": AT, "service": "repair", "means": "phone", "photo_1": "lamp.jpg",
                   "description": "楼道灯坏了（样例）", "spot": "43.88 125.35 0 0"}  # fmt: skip
        (tmp_path / "lamp.jpg").write_bytes(jpeg())
        made = held.submissions.create(xml=filled(xml, ids[0], **answers), attachments=[tmp_path / "lamp.jpg"], **of)
        assert (made.instanceId, [(one.name, one.exists) for one in made.attachments]) == (ids[0], [("lamp.jpg", True)])
        with pytest.raises(PyODKError, match="409"):
            held.submissions.create(xml=filled(xml, ids[0], **answers), **of)
        held.submissions.create(xml=filled(xml, ids[1], **(answers | {"service": "noise", "photo_1": ""})), **of)
        assert {one.instanceId for one in held.submissions.list(**of)} == set(ids[:2])
        assert held.submissions.get(ids[1], **of).instanceId == ids[1]
        table = held.submissions.get_table(count=True, wkt=True, filter="service eq 'noise'", **of)
        assert (table["@odata.count"], [one["spot"] for one in table["value"]]) == (1, ["POINT (125.35 43.88 0)"])
        page = held.submissions.get_table(top=1, **of)
        rest = held.get(page["@odata.nextLink"]).json()
        assert [len(page["value"]), len(rest["value"])] == [1, 1]
        with pytest.raises(PyODKError, match="404"):
            held.forms.get("community-desk.none", project)
        with pytest.raises(PyODKError, match="404"):
            held.projects.get(project + 1)
    stored = [answers for form, answers in site.run("look")["records"] if form == "community-desk.report"]
    assert sorted(one["service"] for one in stored) == ["noise", "repair"]
