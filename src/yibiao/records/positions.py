"""Where a photo or a video was taken, blotted out of its file in place: nothing else moves or changes.

JPEG is looked at segment by segment (``photos``). PNG and WebP carry the same Exif in chunks of their own; of HEIC, MP4
and their kin, whose boxes may stand anywhere, the whole file is searched. A track of positions beside a video's
pictures, as action cameras write it, is not looked into.

Source: PNG 3rd edition (W3C 2025), 11.3; WebP container (RFC 9649), 2.7; ISO/IEC 14496-12, 8.10; 3GPP TS 26.244, 8.13;
ISO 6709:2022, annex H.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from yibiao.records import photos

Bytes: TypeAlias = "bytearray | mmap.mmap"
_TIFF: Final = re.compile(rb"II\*\x00\x08\x00\x00\x00|MM\x00\*\x00\x00\x00\x08")
_XMP: Final = re.compile(rb"<x:xmpmeta.{0,262144}?</x:xmpmeta>", re.DOTALL)
_BOX: Final = re.compile(rb"\xa9xyz|loci")
_PART: Final = rb"[+-]\d{2,8}(?:\.\d{1,10})?"
_DEGREES: Final = re.compile(_PART + _PART + rb"(?:[+-]\d{1,8}(?:\.\d{1,10})?)?(?=/)")
# A directory of Exif with all that it points to; longer ones are not written by cameras.
_SPAN: Final = 256 * 1024
_LABELS: Final = (b"XML:com.adobe.xmp", b"Raw profile type exif", b"Raw profile type xmp", b"Raw profile type APP1")


def blot(path: Path, kind: str) -> bool:
    """Overwrites the position in a file of this type; whether there was one. Other types are let be."""
    if kind == "image/jpeg":
        return photos.blot(path)
    search = _KINDS.get(kind)
    if search is None or not path.stat().st_size:
        return False
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as whole:
        return search(whole)


def blot_png(whole: Bytes) -> bool:
    """Exif loses its position; texts that are metadata of other programs are emptied, as they may be compressed."""
    found = False
    for at, length, kind in _chunks(whole, ">", 8, name_first=False):
        start, end = at + 8, at + 8 + length
        if kind == b"eXIf":
            hit = photos.blot_tiff(whole, start, end)
        elif kind in (b"iTXt", b"tEXt", b"zTXt") and bytes(whole[start : start + 40]).startswith(_LABELS):
            whole[start:end] = bytes(length)
            whole[at + 4 : at + 8] = b"voId"
            hit = True
        else:
            continue
        if hit:
            struct.pack_into(">I", whole, end, zlib.crc32(whole[at + 4 : end]))
            found = True
    return found


def blot_webp(whole: Bytes) -> bool:
    found = False
    for at, length, kind in _chunks(whole, "<", 12, name_first=True):
        start, end = at + 8, at + 8 + length
        if kind == b"EXIF":
            tiff = start + 6 if whole[start : start + 6] == b"Exif\0\0" else start
            found |= photos.blot_tiff(whole, tiff, end)
        elif kind == b"XMP " and b"GPS" in whole[start:end]:
            whole[start:end] = b" " * length
            found = True
    return found


def blot_boxes(whole: Bytes) -> bool:
    """HEIC, MP4, 3GP and QuickTime: Exif, XMP, the boxes of a position and its text."""
    found = False
    for match in list(_TIFF.finditer(whole)):
        found |= photos.blot_tiff(whole, match.start(), min(len(whole), match.start() + _SPAN))
    for match in list(_XMP.finditer(whole)):
        if b"GPS" in match[0]:
            whole[match.start() : match.end()] = b" " * len(match[0])
            found = True
    for start, end in _movies(whole):
        found |= _blot_movie(whole, start, end)
    return found


def _blot_movie(whole: Bytes, start: int, end: int) -> bool:
    found = False
    for match in list(_BOX.finditer(whole, start + 4, end)):
        (size,) = struct.unpack_from(">I", whole, match.start() - 4)
        if 8 <= size <= end - match.start() + 4 and size < 4096:
            whole[match.start() : match.start() + 4] = b"free"
            whole[match.end() : match.start() - 4 + size] = bytes(size - 8)
            found = True
    for match in list(_DEGREES.finditer(whole, start, end)):
        whole[match.start() : match.end()] = re.sub(rb"\d", b"0", match[0])
        found = True
    return found


def _movies(whole: Bytes) -> Iterator[tuple[int, int]]:
    """The boxes at the top that describe a movie; not the pictures and sounds themselves."""
    at = 0
    while at + 8 <= len(whole):
        size, kind = struct.unpack_from(">I4s", whole, at)
        if size == 1 and at + 16 <= len(whole):
            (size,) = struct.unpack_from(">Q", whole, at + 8)
        end = len(whole) if size == 0 else min(len(whole), at + size)
        if kind in (b"moov", b"udta", b"meta"):
            yield at, end
        if end <= at + 7:
            return
        at = end


def _chunks(whole: Bytes, order: str, at: int, *, name_first: bool) -> Iterator[tuple[int, int, bytes]]:
    """Where each chunk stands, how long its content is, and its type: RIFF pads to an even length, PNG adds a sum."""
    while at + 8 <= len(whole):
        first, second = bytes(whole[at : at + 4]), bytes(whole[at + 4 : at + 8])
        kind, size = (first, second) if name_first else (second, first)
        (length,) = struct.unpack(f"{order}I", size)
        tail = length % 2 if name_first else 4
        if at + 8 + length + (0 if name_first else 4) > len(whole):
            return
        yield at, length, kind
        at += 8 + length + tail


_KINDS: Final[Mapping[str, Callable[[Bytes], bool]]] = {
    "image/png": blot_png,
    "image/webp": blot_webp,
    "image/heic": blot_boxes,
    "video/mp4": blot_boxes,
    "audio/mp4": blot_boxes,
}
