"""Forms that phones encrypt (4e of the checklist): handed out with the key, opened at the door, or refused and why."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as site
from lxml import etree

from tests.records.conftest import PROGRAM, World, rows
from tests.records.openrosa.conftest import FORM, Phone, body, new_id, nodes, part, said, xml
from tests.records.openrosa.encrypting import COLLECT, SPECIFIED, Sealed, public_key, sealed
from tests.records.openrosa.test_entities import held as registered
from tests.records.openrosa.test_entities import said as registering
from tests.records.openrosa.test_submission import JPEG, camera, plain, record, sent  # noqa: F401 (a fixture)
from yibiao.core.problems import Refusal
from yibiao.desk.commands.openrosa import openrosa
from yibiao.records import attachments
from yibiao.records.intake.openrosa import keys, waiting

TABLES = ("records_submission", "records_attachment", "records_sending", "ledger_entry")


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key that the operator's command made."""
    path = tmp_path_factory.mktemp("keys") / "forms.pem"
    assert CliRunner().invoke(openrosa, ["keys", str(path)], standalone_mode=False).exception is None
    return path


@pytest.fixture
def keyed(key_file: Path, settings: Any, tmp_path: Path) -> Any:
    settings.YIBIAO_FORM_KEYS, settings.DATA = str(key_file), tmp_path / "data"
    return settings


def served(phone: Phone, version: str = "1") -> bytes:
    answer = phone.get(f"forms/{FORM}/{version}/form.xml")
    assert answer.status_code == 200
    content: bytes = answer.content
    return content


@pytest.fixture
def public(keyed: Any, phone: Phone) -> str:
    return public_key(served(phone))


def post(phone: Phone, of: Sealed, *more: bytes) -> Any:
    files = [part(name, content, name) for name, content in of.files.items()]
    return phone.post(body(part("xml_submission_file", of.manifest, "submission.xml", "text/xml"), *files, *more))


def counted() -> list[int]:
    return [rows(table) for table in TABLES]


def test_a_form_that_asks_something_personal_is_handed_out_with_the_key(keyed: Any, phone: Phone) -> None:
    names = ("formID", "hash")
    plain_hash = dict(zip(*(nodes(phone.get("formList"), name) for name in names), strict=True))
    keyed.YIBIAO_FORM_KEYS = ""
    assert public_key(served(phone)) == ""
    without = dict(zip(*(nodes(phone.get("formList"), name) for name in names), strict=True))
    # Phones notice by the hash that there is a key now; the register's form asks nothing personal.
    assert {id for id in without if plain_hash[id] != without[id]} == {FORM}


def test_the_operator_names_the_forms(keyed: Any, phone: Phone) -> None:
    named = {"watch.visit": True, FORM: True, "watch.*": True, "watch.site": False, "o.*,personal": True, "": False}
    for words, encrypts in named.items():
        keyed.YIBIAO_ENCRYPTED_FORMS = words.split(",")
        assert bool(public_key(served(phone))) is encrypts, words


@pytest.mark.parametrize(("namespace", "mask"), [(COLLECT, "sha256"), (SPECIFIED, "sha1")])
def test_4e_what_was_encrypted_is_a_record_like_any_other(
    public: str, phone: Phone, world: World, namespace: str, mask: str
) -> None:
    id = new_id()
    of = sealed(xml(id, contact="示例人", measure="换线路"), public, namespace=namespace, mask=mask)
    answer = post(phone, of)
    assert answer.status_code == 201, answer.content.decode()
    found = record(world, plain(id))
    assert (found.answers["measure"], found.has_personal, found.channel) == ("换线路", True, "openrosa")
    before = counted()
    # Sent again as it is, and encrypted anew as a phone does that finalized it twice.
    for again in (of, sealed(xml(id, contact="示例人", measure="换线路"), public)):
        assert post(phone, again).status_code == 201
    assert counted() == before
    assert post(phone, sealed(xml(id, measure="别的"), public)).status_code == 409
    # Nothing of it lies anywhere in the clear on its way.
    assert not list((site.DATA / "attachments").rglob("*.*"))


def test_4e_its_files_are_decrypted_too(public: str, camera: Phone, world: World) -> None:  # noqa: F811
    id = new_id()
    content = xml(id, version="2", front="照片 1.jpg", back="b.jpg")
    photos = {"照片 1.jpg": JPEG, "b.jpg": JPEG + bytes(300_000), "extra.jpg": JPEG}
    assert post(camera, sealed(content, public_key(served(camera, "2")), photos)).status_code == 201
    kept = {one.name: attachments.path_of(one.digest).read_bytes() for one in attachments.of(plain(id))}
    assert kept == {name: photos[name] for name in ("照片 1.jpg", "b.jpg")}


@pytest.mark.skipif(shutil.which("node") is None, reason="the second client runs in Node")
def test_4e_what_other_code_encrypted_is_opened(public: str, camera: Phone, world: World) -> None:  # noqa: F811
    """The same by a second client that shares no code and no library with the server."""
    content, photo = sent(front="照片.jpg", measure="换线路"), JPEG + bytes(range(256)) * 40
    of = sealed(content, public_key(served(camera, "2")), {"照片.jpg": photo})
    files = {"照片.jpg": photo, "submission.xml": content}
    asked = {"public": of.public, "form": of.form, "version": of.version, "id": of.id}
    given = json.dumps({**asked, "files": {name: base64.b64encode(one).decode() for name, one in files.items()}})
    node = ["node", str(Path(__file__).with_name("encrypt.mjs"))]
    made = json.loads(subprocess.run(node, input=given, capture_output=True, text=True, check=True).stdout)
    of.key, of.signature = made["key"], made["signature"]
    of.files = {name: base64.b64decode(one) for name, one in made["files"].items()}
    answer = post(camera, of)
    assert answer.status_code == 201, answer.content.decode()
    assert record(world, plain(of.id)).answers["measure"] == "换线路"
    (kept,) = attachments.of(plain(of.id))
    assert attachments.path_of(kept.digest).read_bytes() == photo


def test_4e_a_register_is_kept_by_what_was_encrypted(public: str, phone: Phone, world: World, keyed: Any) -> None:
    """Elsewhere an encrypted form registers nothing, as the server cannot read it."""
    keyed.YIBIAO_ENCRYPTED_FORMS = ["watch.site"]
    form = phone.get(f"forms/watch.site@{PROGRAM}/1/form.xml").content
    uid = new_id()
    answers = registering(uid, "示例场所", create="1", id=plain(uid))
    assert post(phone, sealed(answers, public_key(form))).status_code == 201
    assert registered(world).uid == plain(uid)


def test_4e_its_files_in_several_posts(public: str, camera: Phone, keyed: Any) -> None:  # noqa: F811
    content = sent(front="a.jpg", back="b.jpg")
    of = sealed(content, public_key(served(camera, "2")), {"a.jpg": JPEG, "b.jpg": JPEG + b"2"})
    answers, more = part("xml_submission_file", of.manifest, "x.xml"), part("*isIncomplete*", b"yes")
    pieces = [part(name, file, name) for name, file in of.files.items()]
    before = counted()
    for piece in (pieces[2], pieces[0]):
        answer = camera.post(body(answers, piece, more))
        assert answer.status_code == 202
        assert "waiting for the rest" in said(answer)
    assert counted() == before
    # What waits is what came, still encrypted.
    lying = sorted(path.read_bytes() for path in (keyed.DATA / "attachments" / "waiting").rglob("*") if path.is_file())
    assert lying == sorted([of.files["a.jpg.enc"], of.files["submission.xml.enc"]])
    assert camera.post(body(answers, pieces[1])).status_code == 201
    assert rows("records_attachment") == 2
    assert not list((keyed.DATA / "attachments" / "waiting").iterdir())


def test_4e_the_last_post_without_all_files_is_refused_and_nothing_is_stored(public: str, phone: Phone) -> None:
    of, before = sealed(xml(new_id()), public, {"a.jpg": JPEG, "b.jpg": JPEG}), counted()
    last = part("b.jpg.enc", of.files["b.jpg.enc"], "b.jpg.enc")
    answer = phone.post(body(part("xml_submission_file", of.manifest, "x.xml"), last))
    assert answer.status_code == 400
    assert "a.jpg.enc、submission.xml.enc" in said(answer)
    assert counted() == before


XML = "submission.xml.enc"


def swapped(of: Sealed) -> None:
    of.files[XML], of.files["a.jpg.enc"] = of.files["a.jpg.enc"], of.files[XML]


def of_another_form(of: Sealed) -> None:
    of.form = f"watch.site@{PROGRAM}"


def signed_for_another(of: Sealed) -> None:
    """By a key that the site has never had."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    of.public = base64.b64encode(key.public_bytes(serialization.Encoding.DER, form)).decode()


AMISS: dict[str, Callable[[Sealed], object]] = {
    "a-byte": lambda of: of.files.update({XML: bytes([of.files[XML][0] ^ 1]) + of.files[XML][1:]}),
    "the-padding": lambda of: of.files.update({XML: of.files[XML][:-1] + bytes([of.files[XML][-1] ^ 0x55])}),
    "cut": lambda of: of.files.update({XML: of.files[XML][:-16]}),
    "cut-within-a-block": lambda of: of.files.update({"a.jpg.enc": of.files["a.jpg.enc"][:-3]}),
    "empty": lambda of: of.files.update({XML: b""}),
    "swapped": swapped,
    "another-instance": lambda of: setattr(of, "id", new_id()),
    "another-form": of_another_form,
    "a-file-more": lambda of: of.files.update({"b.jpg.enc": b"x"}),
    "no-signature": lambda of: setattr(of, "signature", "AAAA"),
    "signed-for-another": signed_for_another,
}


def test_4e_what_is_not_as_it_was_signed_is_refused_in_the_same_words(public: str, phone: Phone) -> None:
    """Whatever is amiss is answered alike, so that nobody learns from the answers what is in a file."""
    before, answers = counted(), set()
    for how, spoil in AMISS.items():
        of = sealed(xml(new_id()), public, {"a.jpg": JPEG})
        spoil(of)
        answer = post(phone, of)
        assert answer.status_code == 400, how
        answers.add(said(answer))
    assert len(answers) == 1
    assert "cannot be opened, or is not what was signed" in answers.pop()
    assert counted() == before


def test_4e_answers_of_another_instance_or_form_inside_are_refused(public: str, phone: Phone) -> None:
    """Everything fits its signature, but the manifest speaks of another record than the answers in it."""
    before = counted()
    of = sealed(xml(new_id(), form=f"watch.site@{PROGRAM}"), public)
    of.form = FORM
    assert "is not what was signed" in said(post(phone, of))
    assert counted() == before


def test_4e_a_key_that_is_not_here_is_said_and_an_older_one_still_opens(
    public: str, phone: Phone, keyed: Any, key_file: Path, tmp_path: Path
) -> None:
    of, later = sealed(xml(new_id()), public), tmp_path / "later.pem"
    shutil.copy(key_file, later)
    fresh = keys.make(later, renew=True).public
    assert later.stat().st_mode & 0o777 == 0o600
    keyed.YIBIAO_FORM_KEYS = str(later)
    assert public_key(served(phone)) == fresh != public
    for one in (of, sealed(xml(new_id()), fresh)):
        assert post(phone, one).status_code == 201
    keyed.YIBIAO_FORM_KEYS = str(key_file)
    before = counted()
    for more in ((), (part("*isIncomplete*", b"yes"),)):
        answer = post(phone, sealed(xml(new_id()), fresh), *more)
        assert answer.status_code == 400
        assert "to a key that is not here" in said(answer)
    assert counted() == before
    assert not (keyed.DATA / "attachments" / "waiting").exists()


def test_4e_without_keys_it_is_refused_as_ever_and_nothing_waits(public: str, phone: Phone, keyed: Any) -> None:
    of = sealed(xml(new_id()), public)
    keyed.YIBIAO_FORM_KEYS = ""
    for more in ((), (part("*isIncomplete*", b"yes"),)):
        answer = post(phone, of, *more)
        assert answer.status_code == 400
        assert "there is no key for it here" in said(answer)
    assert not (keyed.DATA / "attachments" / "waiting").exists()


def test_4e_an_incomplete_manifest_is_refused(public: str, phone: Phone) -> None:
    of = sealed(xml(new_id()), public)
    files = [part(name, content, name) for name, content in of.files.items()]
    spoilt = {
        "base64EncryptedKey": "",
        "instanceID": "",
        "base64EncryptedElementSignature": "",
        "encryptedXmlFile": "x",
    }
    for name, text in spoilt.items():
        root = etree.fromstring(of.manifest)
        root.find(f".//{{*}}{name}").text = text  # type: ignore[union-attr]
        answer = phone.post(body(part("xml_submission_file", etree.tostring(root), "x.xml"), *files))
        assert answer.status_code == 400
        assert f"incomplete or wrong: {name if not text else 'file'}" in said(answer)


def test_4e_a_form_outside_the_rights_is_neither_kept_nor_opened(public: str, phone: Phone, keyed: Any) -> None:
    of = sealed(xml(new_id(), form="watch.visit@nothing"), public)
    for more in ((), (part("*isIncomplete*", b"yes"),)):
        assert post(phone, of, *more).status_code == 404
    assert not (keyed.DATA / "attachments" / "waiting").exists()


def test_4e_the_answers_are_checked_as_ever(public: str, phone: Phone) -> None:
    before = counted()
    answer = post(phone, sealed(xml(new_id(), hazards="-1"), public))
    assert answer.status_code == 422
    assert "应在 0 至 999 之间" in said(answer)
    assert counted() == before


def test_4e_answers_without_an_end_are_refused(public: str, phone: Phone) -> None:
    assert post(phone, sealed(xml(new_id(), measure="长" * 1_400_000), public)).status_code == 413


def test_4e_what_is_not_encrypted_is_still_taken(public: str, phone: Phone) -> None:
    assert phone.send(xml(new_id())).status_code == 201


def test_scripts_are_told_where_encrypted_answers_go(public: str, phone: Phone) -> None:
    address = phone.base.replace("/openrosa/", "/v1/") + f"/projects/{PROGRAM}/forms/watch.visit/submissions"
    answer = phone.client.post(address, sealed(xml(new_id()), public).manifest, content_type="application/xml")
    assert answer.status_code == 400
    assert "together with their files" in answer.json()["message"]


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [(None, 0o600, "cannot be read"), ("own", 0o640, "others may read it"), ("", 0o600, "no RSA key"),
     ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o600, "no RSA key")],
)  # fmt: skip
def test_a_key_file_that_cannot_be_used_hands_out_nothing_in_the_clear(
    keyed: Any, phone: Phone, key_file: Path, tmp_path: Path, content: str | None, mode: int, why: str
) -> None:
    path = tmp_path / "forms.pem"
    if content is not None:
        path.write_bytes(key_file.read_bytes() if content == "own" else content.encode())
        path.chmod(mode)
    keyed.YIBIAO_FORM_KEYS = str(path)
    for address in ("formList", f"forms/{FORM}/1/form.xml"):
        answer = phone.get(address)
        assert answer.status_code == 503
        assert why in said(answer)
        assert str(path) not in said(answer)


def test_the_command_overwrites_no_key(key_file: Path) -> None:
    before = key_file.read_bytes()
    wrong = CliRunner().invoke(openrosa, ["keys", str(key_file)], standalone_mode=False).exception
    assert isinstance(wrong, Refusal)
    assert wrong.codes == ("records.openrosa.key-file",)
    assert (key_file.read_bytes(), key_file.stat().st_mode & 0o777) == (before, 0o600)


def test_what_waits_too_long_is_swept_away(keyed: Any) -> None:
    for name, days in (("old", attachments.WAITING_DAYS + 1), ("young", attachments.WAITING_DAYS - 1)):
        of = waiting.Waiting(name, b"")
        of.hold([])
        os.utime(of.folder, (time.time() - days * attachments.DAY,) * 2)
    assert attachments.sweep() == 1
    assert not waiting.Waiting("old", b"").folder.exists()
