"""What checking a record asks of its form, found once per version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from yibiao.forms.types import Field, FormVersion

_NOWHERE: Final[Mapping[str, Any]] = {"where": "", "field": "", "repeat": "", "index": 0}


@dataclass(frozen=True, slots=True)
class Outline:
    """``roles`` has the question of each role; ``calculated`` the names of computed ones, by repeat; ``links`` those
    that pick an entity; ``about`` the register of each that says what the record is about. ``paths`` and ``sections``
    (whether each is a repeat) are by where they stand in the form."""

    roles: Mapping[str, Field]
    calculated: Mapping[str, frozenset[str]]
    links: tuple[Field, ...]
    about: Mapping[str, str]
    prefilled: tuple[Field, ...]
    paths: Mapping[str, Field]
    sections: Mapping[str, bool]

    def asked(self, role: str) -> Mapping[str, Any]:
        """Where a problem of a role's answer belongs: the label for people, the field for pages and sheets."""
        question = self.roles.get(role)
        if question is None:
            return _NOWHERE
        return {
            "where": question.label.zh, "where_en": question.label.of("en"), "field": question.name, "repeat": "",
            "index": 0,
        }  # fmt: skip


_made: dict[tuple[str, str, str], tuple[FormVersion, Outline]] = {}


def outline(form: FormVersion) -> Outline:
    """The outline of a form version; made once, as versions never change."""
    key = (form.id, form.version, form.pack_version)
    held = _made.get(key)
    if held is None or held[0] is not form:
        held = _made[key] = (form, _outline(form))
    return held[1]


def _outline(form: FormVersion) -> Outline:
    roles: dict[str, Field] = {}
    calculated: dict[str, set[str]] = {}
    for question in form.fields:
        if question.role:
            roles.setdefault(question.role, question)
        if question.calculate:
            calculated.setdefault(question.repeat, set()).add(question.name)
    return Outline(
        roles=roles,
        calculated={repeat: frozenset(names) for repeat, names in calculated.items()},
        links=tuple(question for question in form.fields if question.register),
        about={one.name: one.register for one in form.fields if one.role == "subject" and one.register},
        prefilled=tuple(one for one in form.fields if "." in one.prefill and not one.prefill.endswith(".place")),
        paths={one.path: one for one in form.fields},
        sections={one.path: bool(one.repeat) for one in form.sections},
    )
