"""Names in cells, read as the codes of places, organisations and entities."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from yibiao.core import alike
from yibiao.core.problems import Problem
from yibiao.forms.types import Field
from yibiao.people import queries as people
from yibiao.places import queries as places
from yibiao.places.types import Place
from yibiao.records import models
from yibiao.records.intake import problems

# So many entities are asked for in one statement.
_TOGETHER: Final = 400
# So many places a template offers.
_OFFERED: Final = 1_000
# How people write the code of a county and of a township: without the zeros at its end.
_SHORT: Final = (6, 9)
# The character with which the name of a place above others ends.
_ENDS: Final = "省市州盟区县旗镇乡道"


@dataclass(slots=True)
class Names:
    """Reads names of places, entities and organisations as their codes; each looked up once."""

    under: tuple[str, ...]
    known: dict[tuple[str, str], str | Problem] = field(default_factory=dict)

    def __call__(self, field: Field, text: str) -> str | Problem:
        if field.role in ("participants", "organisation"):
            found = [self._look("organisation", "", word) for word in text.replace("、", " ").split()]
            return next((one for one in found if isinstance(one, Problem)), " ".join(map(str, found)))
        return self._look("place" if field.role == "place" else "register", field.register, text)

    def foresee(self, register: str, texts: Sequence[str]) -> None:
        """Looks up what many rows write for the entities of a register, some hundred at a time."""
        asked = [text for text in dict.fromkeys(texts) if text and ("register" + register, text) not in self.known]
        for start in range(0, len(asked), _TOGETHER):
            for text, codes in _entities(register, asked[start : start + _TOGETHER]).items():
                self.known["register" + register, text] = _one(text, codes)

    def _look(self, kind: str, register: str, text: str) -> str | Problem:
        if (kind + register, text) not in self.known:
            self.known[kind + register, text] = self._found(kind, register, text)
        return self.known[kind + register, text]

    def _found(self, kind: str, register: str, text: str) -> str | Problem:
        if kind == "place":
            return self._place(text)
        if kind == "organisation":
            if people.organisations(codes=[text]):
                return text
            codes = [body.code for body in people.organisations(text=text, limit=50) if body.name == text]
        else:
            codes = _entities(register, [text])[text]
        return _one(text, codes)

    def _place(self, text: str) -> str | Problem:
        """A code, a name of a place where the person files, or its name behind those of places above it."""
        plain = "".join(unicodedata.normalize("NFKC", text).split())
        if plain[:6].isdigit():
            return plain.ljust(12, "0") if plain.isdigit() and len(plain) in _SHORT else plain
        hits = places.search(plain, under=self.under, limit=50)
        codes = _called(hits, plain) or self._by_path(plain)
        if len(codes) > 1:
            return problems.CELL_NAME.at(text=text[:60], count=len(codes))
        if not codes and hits:
            return problems.CELL_PLACE.at(
                text=text[:60], near="、".join(f"{hit.name}（{hit.code}）" for hit in hits[:3])
            )
        # A place elsewhere is refused by the check, as one where the person may not file.
        codes = codes or _called(places.search(plain, limit=50), plain)
        return codes[0] if codes else text

    def _by_path(self, text: str) -> list[str]:
        found: set[str] = set()
        for top in self.under or ("",):
            above = places.ancestors(top) if top else ()
            rest = text
            for one in above:
                rest = rest.removeprefix(one.name)
            if code := _down(above[-1].code if above else "", rest) or self._from_within(rest):
                found.add(code)
        return sorted(found)

    def _from_within(self, text: str) -> str:
        """The same where the path begins somewhere below the places of the person."""
        for end, char in enumerate(text[:-1], 1):
            if char in _ENDS:
                starts = _called(places.search(text[:end], under=self.under, limit=50), text[:end])
                if len(starts) == 1:
                    return _down(starts[0], text[end:])
        return ""


def offered(under: Sequence[str]) -> list[str]:
    """The places from these on down, higher levels first, by names that are read as their codes."""
    return list(called(under, _OFFERED).values())


def called(under: Sequence[str], most: int) -> dict[str, str]:
    """By their codes the names of the same places, of so many at most."""
    found = places.search("", under=under, limit=most)
    several = Counter(one.name for one in found)
    above = places.names([one.parent for one in found if several[one.name] > 1])
    return {one.code: one.name if several[one.name] == 1 else f"{above.get(one.parent, '')}{one.name}" for one in found}


def _one(text: str, codes: Sequence[str]) -> str | Problem:
    if len(codes) > 1:
        return problems.CELL_NAME.at(text=text[:60], count=len(codes))
    # An unknown name goes on as it is: the check refuses it with the words of its own rule.
    return codes[0] if codes else text


def _entities(register: str, texts: Sequence[str]) -> dict[str, list[str]]:
    """The keys of the entities that each text is the key or, where it is nobody's key, the name of."""
    standing = models.Entity.objects.filter(register=register, gone=False)
    keys = set(standing.filter(key__in=texts).values_list("key", flat=True))
    found: dict[str, list[str]] = {text: [text] if text in keys else [] for text in texts}
    if names := [text for text in texts if text not in keys]:
        # By their folded names there is an index.
        folds = {alike.folded(name) for name in names}
        for name, key in standing.filter(fold__in=folds, label__in=names).values_list("label", "key"):
            found[name].append(key)
    return found


def _called(found: tuple[Place, ...], name: str) -> list[str]:
    return [place.code for place in found if place.name == name]


def _down(code: str, path: str) -> str:
    """The place at the end of a path of names below another; empty where a name fits nothing."""
    while path:
        step = max(
            (one for one in places.children(code) if path.startswith(one.name)), key=lambda one: len(one.name),
            default=None,
        )  # fmt: skip
        if step is None:
            return ""
        code, path = step.code, path[len(step.name) :]
    return code
