"""Small pictures of photos, made once for each content when somebody first looks at it.

A picture is made by us from what was decoded, so that it may be shown where the file itself is only ever downloaded.
"""

from __future__ import annotations

import os
import secrets
import threading
import warnings
from pathlib import Path
from typing import Final

from django.conf import settings
from PIL import Image, ImageOps

SIZE: Final = 480
KIND: Final = "image/webp"
KINDS: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
# A photo of a good camera has 50 million pixels; a bomb says that it has billions.
PIXELS: Final = 60_000_000
_FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP")
_FAULTS: Final = (OSError, ValueError, SyntaxError, EOFError, MemoryError, Warning, Image.DecompressionBombError)
# Decoding takes memory: one at a time in each process.
_turn = threading.Lock()


def of(source: Path, digest: str) -> Path | None:
    """The small picture of a photo, made now if need be; None where none can be made of it."""
    place = _place(digest)
    if not place.exists():
        with _turn:
            if not place.exists():
                _make(source, place)
    return place if place.stat().st_size else None


def offered(source: Path, digest: str) -> bool:
    """Whether there is a small picture, or one can be made as far as the beginning of the photo tells."""
    place = _place(digest)
    if place.exists():
        return place.stat().st_size > 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=_FORMATS) as photo:
                return photo.width * photo.height <= PIXELS
    except _FAULTS:
        return False


def drop(digest: str) -> None:
    _place(digest).unlink(missing_ok=True)


def _make(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
    try:
        _shrink(source, fresh)
    except _FAULTS:
        # An empty file says that it was tried: what cannot be decoded once cannot be decoded twice.
        fresh.write_bytes(b"")
    os.replace(fresh, place)


def _shrink(source: Path, target: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(source, formats=_FORMATS) as photo:
            if photo.width * photo.height > PIXELS:
                raise ValueError("too many pixels")
            photo.draft("RGB", (SIZE, SIZE))
            photo.thumbnail((SIZE, SIZE))
            upright = ImageOps.exif_transpose(photo).convert("RGB")
            upright.info.clear()
            upright.save(target, "WEBP", quality=70)


def _place(digest: str) -> Path:
    return Path(settings.DATA) / "attachments" / "small" / digest[:2] / digest
