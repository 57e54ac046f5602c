"""Answers of many records in words: labels for choices, names for codes, each looked up once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from yibiao.forms import queries as forms
from yibiao.forms.types import Field
from yibiao.people import queries as people
from yibiao.places import queries as places
from yibiao.records import models
from yibiao.records.placing import Atlas
from yibiao.records.presenting import moment


@dataclass(frozen=True, slots=True)
class Told:
    """Answers, of a record or of an item of it, and the form version under which they were given."""

    form: str
    version: str
    answers: Mapping[str, Any]


@dataclass(slots=True)
class Words:
    """Says answers in a language; what it has looked up it knows from then on."""

    language: str
    labels: dict[tuple[str, str, str], Mapping[str, str]] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    atlas: Atlas = field(default_factory=Atlas)

    def cells(self, found: Sequence[Told], fields: Sequence[Field]) -> list[list[Any]]:
        """A line for each: the answers to these questions in words, numbers as numbers.

        Missing: None.
        """
        self._learn(found, fields)
        return [[self._said(one, asked, one.answers.get(asked.name)) for asked in fields] for one in found]

    def _learn(self, found: Sequence[Told], fields: Sequence[Field]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for asked in fields:
            if kind := _kind(asked):
                for one in found:
                    wanted[kind].update(_codes(asked, one.answers.get(asked.name)))
        for kind, codes in wanted.items():
            missing = [code for code in codes if (kind, code) not in self.names]
            if missing:
                self.names.update(((kind, code), name) for code, name in self._looked_up(kind, missing))

    def _looked_up(self, kind: str, codes: Sequence[str]) -> Iterable[tuple[str, str]]:
        if kind == "place":
            known = places.names(codes)
            return [(code, known.get(code) or self.atlas.name(code)) for code in codes]
        if kind == "organisation":
            return [(body.code, body.name) for body in people.organisations(codes=codes)]
        rows = models.Entity.objects.filter(register=kind.partition(":")[2], key__in=codes)
        return [(key, f"{label}（{key}）" if label != key else key) for key, label in rows.values_list("key", "label")]

    def _said(self, one: Told, asked: Field, value: Any) -> Any:
        if value in (None, "", []):
            return None
        between = "、" if self.language == "zh" else ", "
        if asked.choices:
            labels = self._labels(one, asked)
            return between.join(labels.get(str(name), str(name)) for name in _several(value))
        if kind := _kind(asked):
            return between.join(self.names.get((kind, code), code) for code in _codes(asked, value))
        if asked.type == "decimal" and isinstance(value, str):
            return _number(value)
        if isinstance(value, str):
            return moment(asked, value)
        return between.join(map(str, value)) if isinstance(value, list) else value

    def _labels(self, one: Told, asked: Field) -> Mapping[str, str]:
        """The labels of a question's choices as that version had them; a version that lacks the list has none."""
        key = (one.form, one.version, asked.choices)
        if key not in self.labels:
            offered = forms.form(one.form, one.version).choices.get(asked.choices, ())
            self.labels[key] = {choice.name: choice.label.of(self.language) for choice in offered}
        return self.labels[key]


def _kind(asked: Field) -> str:
    """Of what a question's answers are codes; empty where they are none."""
    if asked.role == "place":
        return "place"
    if asked.register:
        return f"register:{asked.register}"
    return "organisation" if asked.role in ("participants", "organisation") else ""


def _codes(asked: Field, value: Any) -> list[str]:
    if value in (None, "", []):
        return []
    return str(value).split() if asked.role in ("participants", "organisation") else [str(value)]


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(value: str) -> Decimal | str:
    try:
        return Decimal(value)
    except InvalidOperation:
        return value
