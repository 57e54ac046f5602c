"""The XForm that phones get: the published one, with lists to choose from where the web page has a search of its own.

A place, an organisation or an entity is a text question in the published form. On a phone it becomes a choice from a
list that is sent along (``lists``), each county its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml import etree

from yibiao.core.problems import refuse
from yibiao.forms import queries as forms
from yibiao.forms.types import Field, FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.records import closing
from yibiao.records.intake.openrosa import problems
from yibiao.records.intake.openrosa.asking import Asker

PLACES: Final = "places"
ORGANISATIONS: Final = "organisations"
_X: Final = "{http://www.w3.org/2002/xforms}"
_H: Final = "{http://www.w3.org/1999/xhtml}"
_NOW: Final[Mapping[str, str]] = {"datetime": "now()", "date": "today()"}


@dataclass(frozen=True, slots=True)
class Served:
    """A form as phones get it. ``lists`` names the lists that it looks into."""

    id: str
    version: str
    title: str
    xml: bytes
    digest: str
    lists: tuple[str, ...]


def form_id(form: FormVersion, program: Program) -> str:
    """The id by which phones know a form: one form may be in use by several programs."""
    return f"{form.id}@{program.code}"


def served(form: FormVersion, program: Program) -> Served:
    """The form of a program, always the same bytes for the same version."""
    title = form.title.zh
    if title and sum(one.pack == program.pack for one in packs.programs()) > 1:
        title = f"{title}（{program.title.zh}）"
    return _Served(form, form_id(form, program), title).get()


def open_to(asker: Asker) -> list[tuple[FormVersion, Program]]:
    """The forms that it may fill in now, with their programs; not those that are closed."""
    found = []
    for program in asker.programs():
        shut = closing.closed(program.code)
        found += [(form, program) for form in forms.forms(program.pack) if form.id not in shut]
    return found


def handed_out(asker: Asker, id: str, version: str) -> tuple[FormVersion, Program]:
    """A form that a phone asks for by its address.

    Raises: what ``resolve`` does, and ``records.openrosa.closed``.
    """
    form, program = resolve(asker, id, version)
    if shut := closing.closed(program.code).get(form.id):
        raise refuse(problems.CLOSED.at(form=form.title.zh, until=shut.until.isoformat()))
    return form, program


def resolve(asker: Asker, id: str, version: str | None) -> tuple[FormVersion, Program]:
    """The form and program of an id that a phone names, in a version, or the current one.

    Raises: ``records.openrosa.form-unknown|version-unknown|program-open|outside``.
    """
    name, _, code = id.partition("@")
    known = [form for form in forms.versions(name) if version is None or form.version == version]
    of_pack = [one for one in packs.programs() if one.pack == name.partition(".")[0] and code in ("", one.code)]
    if not of_pack or not (known or forms.versions(name)):
        raise refuse(problems.FORM_UNKNOWN.at(form=id[:80]))
    mine = [one for one in of_pack if asker.warrants(one.code)]
    if not mine:
        raise refuse(problems.OUTSIDE.at(form=id[:80]))
    if len(mine) > 1:
        raise refuse(problems.PROGRAM_OPEN.at(form=id[:80], programs="、".join(one.code for one in mine)))
    if not known:
        raise refuse(problems.VERSION_UNKNOWN.at(form=id[:80], version=(version or "")[:60]))
    return known[0], mine[0]


def list_of(field: Field) -> str:
    """The list that a question's answer is chosen from on a phone, empty where it is none."""
    if field.type != "text":
        return ""
    if field.register:
        return f"register-{field.register}"
    if field.role == "place":
        return PLACES
    return ORGANISATIONS if field.role in ("organisation", "participants") else ""


class _Served:
    """A key of the cache: two versions of the same name are told apart by their XForm."""

    def __init__(self, form: FormVersion, id: str, title: str) -> None:
        self.form, self.id, self.title = form, id, title
        self.key = (id, form.version, title, form.xform)

    def get(self) -> Served:
        return _made(self)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Served) and self.key == other.key


@lru_cache(maxsize=512)
def _made(wanted: _Served) -> Served:
    form = wanted.form
    root = etree.fromstring(form.xform.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    model = root.find(f"{_H}head/{_X}model")
    if model is None:
        raise ValueError("no model")
    title = root.find(f"{_H}head/{_H}title")
    if title is not None:
        title.text = wanted.title or wanted.id
    instances = model.findall(f"{_X}instance")
    instances[0][0].set("id", wanted.id)
    lists: list[str] = []
    for field in form.fields:
        if name := list_of(field):
            _choose(root, field, name)
            if name not in lists:
                lists.append(name)
        if field.role == "occurred_at" and not field.default and not field.calculate:
            _begin_now(model, field)
    after = model.index(instances[-1]) + 1
    for name in lists:
        model.insert(after, etree.Element(f"{_X}instance", {"id": name, "src": f"jr://file-csv/{name}.csv"}))
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Served(
        wanted.id, form.version, wanted.title or wanted.id, xml, hashlib.md5(xml, usedforsecurity=False).hexdigest(),
        tuple(lists),
    )  # fmt: skip


def _choose(root: etree._Element, field: Field, name: str) -> None:
    """Turns the input of a question into a choice from a list."""
    for control in root.iterfind(f"{_H}body//{_X}input"):
        if control.get("ref") != field.path:
            continue
        control.tag = f"{_X}select" if field.role == "participants" else f"{_X}select1"
        control.set("appearance", "minimal autocomplete")
        items = etree.SubElement(control, f"{_X}itemset", {"nodeset": f"instance('{name}')/root/item"})
        etree.SubElement(items, f"{_X}value", {"ref": "name"})
        etree.SubElement(items, f"{_X}label", {"ref": "label"})


def _begin_now(model: etree._Element, field: Field) -> None:
    """The time of what is told begins as the time of telling; whoever fills in changes it where it was another."""
    if value := _NOW.get(field.type):
        given = {"ref": field.path, "event": "odk-instance-first-load", "value": value}
        model.append(etree.Element(f"{_X}setvalue", given))
