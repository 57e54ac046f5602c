"""Where a photo was taken, blotted out of its file in place: the picture, its turn and its size stay as they are.

Source: Exif 2.32 (CIPA DC-008-2019), sections 4.5 and 4.6; JPEG segments by ITU-T T.81, annex B. Other types of file
are the matter of ``positions``.
"""

from __future__ import annotations

import struct
from mmap import mmap
from pathlib import Path
from typing import Final, TypeAlias

Bytes: TypeAlias = "bytearray | mmap"
_EXIF: Final = b"Exif\x00\x00"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_GPS: Final = 0x8825
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
# Segments stand before the picture; no camera writes more than this of them.
HEAD: Final = 1024 * 1024


def blot(path: Path) -> bool:
    """Overwrites the position in a JPEG file; whether there was one."""
    with path.open("r+b") as file:
        head = bytearray(file.read(HEAD))
        if not blotted(head):
            return False
        file.seek(0)
        file.write(head)
    return True


def blotted(head: bytearray) -> bool:
    """Overwrites the position in the beginning of a JPEG file; whether there was one. What is malformed is let be."""
    found, at = False, 2
    while head[:2] == b"\xff\xd8" and at + 4 <= len(head) and head[at] == 0xFF and head[at + 1] != 0xDA:
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        start, end = at + 4, at + 2 + length
        if length < 2 or end > len(head):
            break
        if head[at + 1] == 0xE1:
            segment = bytes(head[start:end])
            if segment.startswith(_EXIF):
                found |= blot_tiff(head, start + len(_EXIF), end)
            elif segment.startswith(_XMP) and b"GPS" in segment:
                head[start + len(_XMP) : end] = b" " * (end - start - len(_XMP))
                found = True
        at = end
    return found


def blot_tiff(head: Bytes, base: int, end: int) -> bool:
    """Overwrites the position in Exif that begins at ``base``; whether there was one."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(head[base : base + 2]))
    if order is None or base + 8 > end:
        return False
    (first,) = struct.unpack_from(f"{order}I", head, base + 4)
    for at in _entries(head, order, base + first, end):
        tag, _, _, offset = struct.unpack_from(f"{order}HHII", head, at)
        if tag == _GPS and base + offset + 2 <= end:
            return _blot_positions(head, order, base, base + offset, end)
    return False


def _blot_positions(head: Bytes, order: str, base: int, directory: int, end: int) -> bool:
    """Overwrites each entry of the GPS directory, and its value where that stands elsewhere; then it has none."""
    entries = _entries(head, order, directory, end)
    for at in entries:
        _, kind, count, offset = struct.unpack_from(f"{order}HHII", head, at)
        size = _SIZES.get(kind, 1) * count
        if size > 4 and base + offset + size <= end:
            head[base + offset : base + offset + size] = bytes(size)
        head[at : at + 12] = bytes(12)
    head[directory : directory + 2] = bytes(2)
    return bool(entries)


def _entries(head: Bytes, order: str, directory: int, end: int) -> list[int]:
    if directory + 2 > end:
        return []
    (count,) = struct.unpack_from(f"{order}H", head, directory)
    return [at for number in range(count) if (at := directory + 2 + 12 * number) + 12 <= end]
