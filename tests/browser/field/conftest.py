"""The field app's own small site for each file of tests, and phones that fill in its forms."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.phones import Phone, Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("field"))
    yield made
    made.network.close()
    made.running.stop()


@pytest.fixture
def phone(play: Playwright, site: Site, tmp_path: Path) -> Iterator[Phone]:
    site.network.on = True
    made = Phone(play, tmp_path / "phone", site)
    yield made
    if made.process is not None:
        made.kill()


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """A picture that does not grow smaller by packing: every cut falls into the midst of it."""
    noise, wide = random.Random(7), 160
    rows = b"".join(b"\0" + noise.randbytes(wide * 3) for _ in range(wide))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, wide, 8, 2, 0, 0, 0)
    path = tmp_path / "photo.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return str(path)
