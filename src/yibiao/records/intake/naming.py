"""Names in cells, read as the codes of places, organisations and entities."""

from __future__ import annotations

from dataclasses import dataclass, field

from yibiao.core.problems import Problem
from yibiao.forms.types import Field
from yibiao.people import queries as people
from yibiao.places import queries as places
from yibiao.records import models
from yibiao.records.intake import problems


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

    def _look(self, kind: str, register: str, text: str) -> str | Problem:
        if (kind + register, text) not in self.known:
            self.known[kind + register, text] = self._found(kind, register, text)
        return self.known[kind + register, text]

    def _found(self, kind: str, register: str, text: str) -> str | Problem:
        if kind == "place":
            if text[:6].isdigit():
                return text
            hits = places.search(text, under=self.under, limit=50)
            codes = [place.code for place in hits if place.name == text]
        elif kind == "organisation":
            if people.organisations(codes=[text]):
                return text
            codes = [body.code for body in people.organisations(text=text, limit=50) if body.name == text]
        else:
            if models.Entity.objects.filter(register=register, key=text, gone=False).exists():
                return text
            named = models.Entity.objects.filter(register=register, label=text, gone=False)
            codes = list(named.values_list("key", flat=True)[:50])
        if len(codes) > 1:
            return problems.CELL_NAME.at(text=text[:60], count=len(codes))
        # An unknown name goes on as it is: the check refuses it with the words of its own rule.
        return codes[0] if codes else text
