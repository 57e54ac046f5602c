"""Pinyin initials of place names, so that 长春 is found by ``cc``."""

from __future__ import annotations

from functools import lru_cache

# Readings that names of places have, where the commonest reading of the character is another. Source: 中国地名录 usage.
_NAMES = {
    "长": "c",
    "重庆": "cq",
    "朝阳": "cy",
    "六安": "la",
    "厦门": "xm",
    "大城": "dc",
    "乐亭": "lt",
    "单县": "sx",
    "番禺": "py",
}
_LONG = {name: letters for name, letters in _NAMES.items() if len(name) > 1}


@lru_cache(maxsize=30_000)
def _letter(character: str) -> str:
    if character in _NAMES:
        return _NAMES[character]
    if "\u4e00" <= character <= "\u9fff":
        # Its dictionary takes a quarter of what a command needs to begin, and only who stores places needs it.
        from pypinyin import Style, lazy_pinyin

        read: str = lazy_pinyin(character, style=Style.FIRST_LETTER)[0]
        return read[:1].lower()
    return character.lower() if character.isalnum() else ""


def initials(name: str) -> str:
    """The initials of a name in small letters: ``长春市`` → ``ccs``. Other signs are left out."""
    for known, letters in _LONG.items():
        if known in name:
            before, _, after = name.partition(known)
            return initials(before) + letters + initials(after)
    return "".join(map(_letter, name))
