"""Posts answered together: each as it would be by itself, or left to be."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.records.conftest import World, rows, site, visit
from tests.records.openrosa.conftest import BOUNDARY, Phone, filled, new_id, phone_of, xml
from tests.records.test_together import world
from yibiao.desk import metrics, observing
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries
from yibiao.records import actions
from yibiao.records.intake.openrosa import gathered

__all__ = ["world"]
JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 40


def environ(phone: Phone, body: bytes, path: str = "", **more: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": path or f"{phone.base}/submission", "QUERY_STRING": "",
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}", "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "testserver", "HTTP_USER_AGENT": "示例", "wsgi.input": BytesIO(body), **more,
    }  # fmt: skip


@pytest.fixture
def phone(world: World) -> Phone:
    actions.receive(site("S1"), by=world.warrant())
    return phone_of(world.clerk)


@pytest.mark.django_db(transaction=True)
def test_each_is_answered_as_by_itself_or_left_to_be(phone: Phone, world: World) -> None:
    old = visit()
    actions.receive(old, by=world.warrant())
    ids = [new_id() for _ in range(4)]
    good = [filled(xml(id)) for id in ids]
    wrong = [
        filled(xml(new_id(), hazards="many")), filled(xml(new_id(), place="000000000000")),
        filled(b"<data"), filled(xml("")), filled(xml(new_id(), form="watch.none@none")), good[0][:-20],
    ]  # fmt: skip
    apart = [
        filled(xml(old.id, hazards="9")), filled(xml(ids[0], hazards="7")),
        filled(xml(new_id(), deprecated=ids[1])), filled(xml(new_id()), {"a.jpg": JPEG}),
    ]  # fmt: skip
    before = rows("records_submission")
    strange = environ(phone, good[0], "/openrosa/key/nobody/submission")
    asked = [environ(phone, one) for one in (*good, *wrong, *apart, good[0])]
    found = gathered.answers([*asked, strange])
    assert [one and one[0] for one in found[:4]] == [201] * 4
    assert rows("records_submission") == before + 4
    for body, one in zip((*good, *wrong), found, strict=False):
        # Sent again by itself, where the good ones are known by now: the same status, headers and words.
        assert one == bare(phone.post(body))
    assert found[10:15] == [None] * 5
    assert [phone.post(one).status_code for one in (*apart, good[0])] == [409, 409, 201, 201, 201]
    assert found[15] == bare(Phone("/openrosa/key/nobody").post(good[0]))
    ledger.seal_all()
    assert queries.verify().sound


def bare(alone: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """Without what the middleware of the site adds, which posts of phones go past."""
    ours = ("Content-Type", "X-OpenRosa-Version", "X-OpenRosa-Accept-Content-Length", "Cache-Control")
    given = {name: value for name, value in alone.items() if name in ours}
    order = [name for name in ("Content-Type", ours[2], ours[1], ours[3]) if name in given]
    return alone.status_code, [(name, given[name]) for name in order], alone.content


def test_only_small_posts_to_an_address_with_a_token_are_taken() -> None:
    phone = Phone("/openrosa/key/any")
    body = filled(xml(new_id()))
    assert gathered.takes(environ(phone, body))
    assert not gathered.takes(environ(phone, body, REQUEST_METHOD="HEAD"))
    assert not gathered.takes(environ(phone, body, HTTP_HOST="elsewhere.example"))
    assert not gathered.takes(environ(phone, body, CONTENT_LENGTH="70000"))
    assert not gathered.takes(environ(phone, body, CONTENT_LENGTH=""))
    assert not gathered.takes(environ(phone, body, "/openrosa/submission"))
    assert not gathered.takes(environ(phone, body, "/records/"))


def test_over_https_only_what_came_by_it(settings: Any) -> None:
    phone = Phone("/openrosa/key/any")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    body = filled(xml(new_id()))
    assert not gathered.takes(environ(phone, body))
    assert gathered.takes(environ(phone, body, HTTP_X_FORWARDED_PROTO="https"))


@pytest.mark.django_db(transaction=True)
def test_each_has_its_line_and_its_count(phone: Phone) -> None:
    def counted() -> str:
        return "\n".join(line for line in metrics.text().decode().splitlines() if "yibiao_submissions_total" in line)

    def of(outcome: str) -> float:
        name = f'yibiao_submissions_total{{outcome="{outcome}",route="openrosa_key_submission"}} '
        return sum(float(line.removeprefix(name)) for line in counted().splitlines() if line.startswith(name))

    before = of("accepted"), of("refused")
    bodies = [filled(xml(new_id())), filled(b"<data"), filled(xml(new_id()), {"a.jpg": JPEG})]
    given = [environ(phone, body, HTTP_X_REQUEST_ID=f"post-{index}") for index, body in enumerate(bodies)]
    found = observing.each(gathered.answers)(given)
    assert [one and dict(one[1])[observing.HEADER] for one in found] == ["post-0", "post-1", None]
    assert (of("accepted"), of("refused")) == (before[0] + 1, before[1] + 1)
