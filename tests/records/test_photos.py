"""The position of a photo is blotted out, and nothing else."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.records import photos


def jpeg(order: str = "<", *, gps: bool = True, xmp: bytes = b"") -> bytes:
    """A JPEG's segments with a turn (6) and, if asked for, a latitude of 43° 53′ in the GPS directory."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    turn = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, 6, 0)
    pointer = struct.pack(f"{order}HHII", 0x8825, 4, 1, 38)
    entries = [turn, pointer] if gps else [turn, turn]
    first = struct.pack(f"{order}H", 2) + b"".join(entries) + bytes(4)
    north = struct.pack(f"{order}HHI4s", 1, 2, 2, b"N\0\0\0")
    latitude = struct.pack(f"{order}HHII", 2, 5, 3, 68)
    directory = struct.pack(f"{order}H", 2) + north + latitude + bytes(4)
    degrees = struct.pack(f"{order}6I", 43, 1, 53, 1, 1234, 100)
    tiff = mark + struct.pack(f"{order}I", 8) + first + directory + degrees
    segments = [b"Exif\0\0" + tiff]
    segments += [b"http://ns.adobe.com/xap/1.0/\0" + xmp] if xmp else []
    said = b"".join(b"\xff\xe1" + struct.pack(">H", len(one) + 2) + one for one in segments)
    return b"\xff\xd8" + said + b"\xff\xda\0\x02picture\xff\xd9"


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_position_goes_and_the_rest_stays(order: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(order))
    assert photos.blot(path)
    after = path.read_bytes()
    assert len(after) == len(jpeg(order))
    assert struct.pack(f"{order}4I", 43, 1, 53, 1) not in after
    assert struct.pack(f"{order}HHIHH", 0x0112, 3, 1, 6, 0) in after
    assert after.endswith(b"picture\xff\xd9")
    assert not photos.blot(path), "once is enough"


def test_a_position_in_xmp_goes_too() -> None:
    head = bytearray(jpeg(gps=False, xmp=b'<x exif:GPSLatitude="43,53N"/>'))
    assert photos.blotted(head)
    assert b"GPSLatitude" not in head


def test_a_photo_without_one_is_left_alone() -> None:
    head = bytearray(jpeg(gps=False, xmp=b"<x/>"))
    assert not photos.blotted(head)
    assert bytes(head) == jpeg(gps=False, xmp=b"<x/>")


@given(st.integers(0, 200), st.binary(max_size=8))
def test_malformed_ones_are_let_be(at: int, piece: bytes) -> None:
    whole = jpeg(xmp=b"<x/>")
    head = bytearray(whole[:at] + piece + whole[at + len(piece) :])
    size = len(head)
    photos.blotted(head)
    assert len(head) == size
