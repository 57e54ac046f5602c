"""The list of forms, the forms and their lists, row by row of the checklist (2.x, 3.x)."""

from __future__ import annotations

import csv
import hashlib
from typing import Any

import pytest
from lxml import etree

from tests.records.conftest import CHANGCHUN, ERDAO, NANGUAN, PACK, PROGRAM, VISIT, World, install, site
from tests.records.openrosa.conftest import FORM, Phone, new_id, nodes, phone_of, xml
from yibiao.forms.models import Form
from yibiao.packs import queries as packs
from yibiao.people import actions as people
from yibiao.people.types import Grant
from yibiao.records import actions

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


def md5(content: bytes) -> str:
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"


def entry(phone: Phone, id: str = FORM) -> dict[str, str]:
    """One form of the list, by the names of its elements."""
    (found,) = etree.fromstring(phone.get(f"formList?formID={id}").content)
    return {etree.QName(one).localname: one.text or "" for one in found}


def files(phone: Phone, id: str = FORM) -> dict[str, dict[str, str]]:
    """The media of a form by file name."""
    root = etree.fromstring(phone.get(entry(phone, id)["manifestUrl"]).content)
    assert root.tag == f"{MANIFEST}manifest"
    found = [{etree.QName(one).localname: one.text or "" for one in each} for each in root]
    return {each["filename"]: each for each in found}


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(answer.content.decode().splitlines()))


def test_2_1_the_list_names_all_that_a_phone_needs(phone: Phone) -> None:
    root = etree.fromstring(phone.get("formList").content)
    assert root.tag == f"{LIST}xforms"
    assert [one.findtext(f"{LIST}formID") for one in root] == ["watch.site@watch", FORM]
    for one in root:
        told = {etree.QName(each).localname: each.text or "" for each in one}
        assert set(told) == {"formID", "name", "version", "hash", "downloadUrl", "manifestUrl"}
        assert all(told.values())


def test_2_3_the_hash_is_that_of_the_bytes_served(phone: Phone) -> None:
    told = entry(phone)
    assert told["hash"] == md5(phone.get(told["downloadUrl"]).content)


def test_2_4_nothing_to_fill_in_is_an_empty_list(world: World) -> None:
    people.grant(key=world.idle.key, given=Grant("fill", ERDAO, frozenset({PROGRAM})), by=None)
    phone = phone_of(world.idle)
    people.revoke(key=world.idle.key, given=Grant("fill", ERDAO, frozenset({PROGRAM})), by=None)
    answer = phone.get("formList")
    assert answer.status_code == 200
    assert len(etree.fromstring(answer.content)) == 0


def test_2_5_one_form_can_be_asked_for(phone: Phone) -> None:
    assert nodes(phone.get(f"formList?formID={FORM}"), "formID") == [FORM]
    assert nodes(phone.get(f"formList?formID={VISIT}"), "formID") == [FORM]
    answer = phone.get("formList?formID=nothing")
    assert (answer.status_code, nodes(answer, "formID")) == (200, [])


def test_2_6_a_form_that_is_no_longer_offered_is_not_listed_but_taken(phone: Phone) -> None:
    Form.objects.filter(form=VISIT).update(offered=False)
    assert nodes(phone.get("formList"), "formID") == ["watch.site@watch"]
    # What was filled in before must not be lost.
    assert phone.send(xml(new_id())).status_code == 201


def test_2_7_2_8_a_client_sees_its_programs_each_with_its_own_form(world: World, sites: None, tmp_path: Any) -> None:
    other = tmp_path / "other"
    (other / "forms").mkdir(parents=True)
    manifest = (PACK / "pack.toml").read_text()
    (other / "pack.toml").write_text(manifest.replace('"watch"', '"other"'))
    for path in (PACK / "forms").iterdir():
        (other / "forms" / path.name).write_text(path.read_text().replace("watch.", "other."))
    install(other)
    assert {one.code for one in packs.programs()} == {"watch", "other"}
    people.grant(key=world.clerk.key, given=Grant("fill", ERDAO, frozenset({"other"})), by=None)
    only, both = phone_of(world.clerk), phone_of(world.clerk, ERDAO, "*")
    assert nodes(only.get("formList"), "formID") == ["watch.site@watch", FORM]
    assert len(nodes(both.get("formList"), "formID")) == 4
    assert entry(both, "other.visit@other")["hash"] != entry(both)["hash"]
    assert only.get(entry(both, "other.visit@other")["downloadUrl"].replace(both.base, only.base)).status_code == 403


@pytest.mark.parametrize(("title", "shown"), [("A & B <c>", "A & B <c>"), ("", FORM)])
def test_2_9_2_10_titles_are_escaped_once_and_fall_back_to_the_id(phone: Phone, title: str, shown: str) -> None:
    row = Form.objects.get(form=VISIT)
    row.definition["title"] = {"zh": title, "en": ""}
    row.digest = md5(title.encode())
    row.save()
    assert entry(phone)["name"] == shown
    served = etree.fromstring(phone.get(entry(phone)["downloadUrl"]).content)
    assert served.findtext("{http://www.w3.org/1999/xhtml}head/{http://www.w3.org/1999/xhtml}title") == shown


def test_2_11_unknown_parameters_are_ignored(phone: Phone) -> None:
    assert phone.get("formList?verbose=true&listAllVersions=true").content == phone.get("formList").content


def test_3_1_a_form_keeps_its_questions_and_roles(phone: Phone) -> None:
    root = etree.fromstring(phone.get(entry(phone)["downloadUrl"]).content)
    x = "{http://www.w3.org/2002/xforms}"
    (data,) = root.iter(f"{x}data")
    assert (data.get("id"), data.get("version")) == (FORM, "1")
    roles = [one.get("{https://yibiao.example/xforms}role") for one in root.iter(f"{x}bind")]
    assert {"place", "occurred_at", "subject", "participants"} <= set(roles)
    choosing = {one.get("ref"): etree.QName(one).localname for one in root.iter() if one.get("ref") and len(one) > 1}
    assert choosing["/data/place"] == choosing["/data/site"] == "select1"
    assert choosing["/data/participants"] == "select"
    assert {one.get("src") for one in root.iter(f"{x}instance")} >= {"jr://file-csv/places.csv"}


def test_3_1_older_versions_are_served_unknown_ones_are_404(phone: Phone) -> None:
    address = entry(phone)["downloadUrl"]
    assert phone.get(address).status_code == 200
    assert phone.get(address.replace("/1/form", "/2/form")).status_code == 404
    assert phone.get(address.replace("visit", "nothing")).status_code == 404


def test_3_3_the_manifest_names_the_lists_with_their_hashes(phone: Phone) -> None:
    found = files(phone)
    assert set(found) == {"register-site.csv", "places.csv", "organisations.csv"}
    for one in found.values():
        answer = phone.get(one["downloadUrl"])
        assert answer.status_code == 200
        assert one["hash"] == md5(answer.content)


def test_3_3_each_county_gets_its_own_places(phone: Phone, world: World) -> None:
    places = [row["name"] for row in table(phone.get(files(phone)["places.csv"]["downloadUrl"]))]
    assert ERDAO in places
    assert NANGUAN not in places
    people.grant(key=world.clerk.key, given=Grant("fill", CHANGCHUN, frozenset({PROGRAM})), by=None)
    wide = phone_of(world.clerk, CHANGCHUN)
    rows = {row["name"]: row["label"] for row in table(wide.get(files(wide)["places.csv"]["downloadUrl"]))}
    assert rows[NANGUAN] == "南关区（长春市）"


def test_3_3_entities_are_those_of_the_place(phone: Phone, world: World) -> None:
    actions.receive(site("S9", place=NANGUAN), by=world.warrant(world.other, place=NANGUAN))
    found = table(phone.get(files(phone)["register-site.csv"]["downloadUrl"]))
    assert [row["key"] for row in found] == ["S1", "S2"]
    assert found[0]["label"]


def test_3_7_a_list_changes_its_hash_with_its_content(phone: Phone, world: World) -> None:
    before = files(phone)["register-site.csv"]
    answer = phone.get(before["downloadUrl"])
    again = phone.get(before["downloadUrl"], **{"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    actions.receive(site("S3"), by=world.warrant())
    after = files(phone)["register-site.csv"]
    assert after["hash"] != before["hash"]
    assert phone.get(after["downloadUrl"], **{"If-None-Match": answer["ETag"]}).status_code == 200


def test_3_8_lists_are_only_for_who_may_file(phone: Phone, world: World) -> None:
    address = files(phone)["places.csv"]["downloadUrl"]
    people.revoke(key=world.clerk.key, given=Grant("fill", ERDAO, frozenset({PROGRAM})), by=None)
    for path in ("media/places.csv", "manifest", "form.xml"):
        assert phone.get(address.replace("media/places.csv", path)).status_code == 403
    assert phone.get(address.replace("places", "nothing")).status_code == 403
