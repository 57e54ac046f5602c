"""Bytes changed at random anywhere: an answer every time, never an error of the server, never half a record."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.records.conftest import rows
from tests.records.openrosa.conftest import BOUNDARY, Phone, filled, said, xml
from yibiao.core.problems import Refusal
from yibiao.records.intake.openrosa import instance, multipart

ID = "uuid:8f1d1e0e-56f3-4f8f-9a6e-3a4c1f6f8b52"
WHOLE = filled(xml(ID, extra="<finds><what>线路</what><days>3</days></finds>"), {"a.jpg": b"\xff\xd8\xff"})
KIND = f"multipart/form-data; boundary={BOUNDARY}"
PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"\r\n", b"--", b"<", b"&", b"]]>", b"\0", b'"', b"\xff", BOUNDARY.encode()]),
)
CHANGES = st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 40), PIECES), min_size=1, max_size=4)


def changed(whole: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, cut, piece in changes:
        whole = whole[:at] + piece + whole[at + cut :]
    return whole


class Dripping:
    """A body that comes a few bytes at a time."""

    def __init__(self, body: bytes, step: int) -> None:
        self.body, self.step = body, step

    def read(self, size: int, /) -> bytes:
        found, self.body = self.body[: min(size, self.step)], self.body[min(size, self.step) :]
        return found


def read(stream: multipart.Stream) -> list[tuple[str, str, bytes]]:
    return [(part.name, part.filename, part.whole(10_000_000)) for part in multipart.parts(stream, KIND, None)]


@given(st.integers(1, 200))
def test_parts_are_the_same_however_they_drip(step: int) -> None:
    assert read(Dripping(WHOLE, step)) == read(Dripping(WHOLE, 100_000))
    assert [name for name, _, _ in read(Dripping(WHOLE, step))] == ["xml_submission_file", "a.jpg"]


@given(CHANGES, st.integers(1, 300))
def test_changed_bodies_are_read_or_refused(changes: list[tuple[int, int, bytes]], step: int) -> None:
    body = changed(WHOLE, changes)
    # What was read is what is there: nothing was made up. Anything but a refusal for its form would be raised here.
    with suppress(Refusal):
        assert all(content in body for _, _, content in read(Dripping(body, step)))


@given(st.binary(max_size=400))
def test_anything_as_xml_is_read_or_refused(content: bytes) -> None:
    with suppress(Refusal):
        assert instance.read(content).id


@pytest.mark.usefixtures("sites")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_the_door_answers_whatever_comes(phone: Phone, changes: list[tuple[int, int, bytes]]) -> None:
    before = rows("records_submission")
    answer = phone.post(changed(WHOLE, changes))
    assert said(answer)
    assert answer.status_code in (201, 400, 404, 409, 413, 415, 422), answer.content
    if answer.status_code != 201:
        assert rows("records_submission") == before
