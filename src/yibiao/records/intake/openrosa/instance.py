"""The XML of a filled form: whose form it is, its ids, and its answers by the names of the form's questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from yibiao.core.problems import refuse
from yibiao.forms.types import Field, FormVersion
from yibiao.records.intake.openrosa import problems
from yibiao.records.outlines import outline

XML_LIMIT: Final = 4_000_000
ID_LIMIT: Final = 255
_SUBMISSIONS: Final = "http://opendatakit.org/submissions"


@dataclass(frozen=True, slots=True)
class Instance:
    """``id`` and ``deprecated`` are as the phone wrote them; ``audit`` says that it kept a log of the filling.

    ``entity`` holds the attributes with which it speaks of an entity; empty where it speaks of none.
    """

    root: etree._Element
    form: str
    version: str
    id: str
    deprecated: str
    audit: bool
    entity: Mapping[str, str] = field(default_factory=dict)


def read(xml: bytes) -> Instance:
    """Raises: ``records.openrosa.xml|encrypted-apart|instance-missing``."""
    root = parsed(xml)
    if encrypted(root):
        raise refuse(problems.ENCRYPTED_APART.at())
    return of(root)


def parsed(xml: bytes) -> etree._Element:
    """Raises: ``records.openrosa.xml``."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise refuse(problems.XML.at(why=str(error)[:120])) from None
    if b"<!DOCTYPE" in xml or root.getroottree().docinfo.internalDTD is not None:
        raise refuse(problems.XML.at(why="DOCTYPE"))
    return root


def encrypted(root: etree._Element) -> bool:
    """Whether it is only a manifest of what a phone encrypted."""
    return root.get("encrypted") == "yes" or _SUBMISSIONS in (root.nsmap.get(None), etree.QName(root).namespace)


def of(root: etree._Element) -> Instance:
    """Raises: ``records.openrosa.xml|instance-missing``."""
    form = (root.get("id") or "").strip()
    if not form:
        raise refuse(problems.XML.at(why="id?"))
    told = _meta(root)
    id = told.get("instanceID", "") or (root.get("instanceID") or "").strip()
    if not id or len(id) > ID_LIMIT:
        raise refuse(problems.INSTANCE_MISSING.at())
    version = (root.get("version") or "").strip()
    old = told.get("deprecatedID", "")[:ID_LIMIT]
    return Instance(root, form[:300], version[:60], id, old, "audit" in told, _entity(root))


def _entity(root: etree._Element) -> dict[str, str]:
    """What stands in the meta element about an entity, in the namespace of entities or in none."""
    found = root.find("{*}meta/{*}entity")
    return {} if found is None else {str(name): str(value)[:ID_LIMIT] for name, value in found.attrib.items()}


def _meta(root: etree._Element) -> dict[str, str]:
    """Meta elements by their plain names: in the namespace of OpenRosa or in none, both are in use."""
    for child in root:
        if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == "meta":
            return {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in child if isinstance(one.tag, str)}
    return {}


@dataclass(slots=True)
class Answers:
    """``files`` maps each named file to the questions that it answers."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[Field]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def answers(form: FormVersion, root: etree._Element) -> Answers:
    """The answers of an instance, as text; items of repeats without any answer are left out.

    Raises: ``records.openrosa.unknown-answer``.
    """
    found = Answers()
    _Walk(form, found).children(root, "/data", found.values)
    if found.unknown:
        raise refuse(problems.UNKNOWN_NODE.at(names="、".join(found.unknown[:5])))
    return found


class _Walk:
    def __init__(self, form: FormVersion, found: Answers) -> None:
        self.found = found
        asks = outline(form)
        self.fields, self.sections = asks.paths, asks.sections
        self.hidden = form.xform

    def children(self, element: etree._Element, path: str, holder: dict[str, Any]) -> None:
        for child in element:
            # What is no element is an entity that was not resolved.
            if not isinstance(child.tag, str):
                raise refuse(problems.XML.at(why="&"))
            name = child.tag.rpartition("}")[2]
            below = f"{path}/{name}"
            if below == "/data/meta":
                continue
            repeated = self.sections.get(below)
            if repeated is None:
                self.answer(child, below, name, holder)
            elif repeated:
                self.item(child, below, holder.setdefault(name, []))
            else:
                self.children(child, below, holder)

    def item(self, element: etree._Element, path: str, items: list[dict[str, Any]]) -> None:
        given: dict[str, Any] = {}
        self.children(element, path, given)
        if _filled(given):
            items.append(given)

    def answer(self, element: etree._Element, path: str, name: str, holder: dict[str, Any]) -> None:
        text = (element.text or "").strip()
        question = self.fields.get(path)
        if question is None:
            # Notes and what the phone itself fills in (start, end, device) stand in the form without being questions.
            if (text or len(element)) and f'nodeset="{path}"' not in self.hidden:
                self.found.unknown.append(name[:60])
            return
        if len(element) or (text and name in holder):
            self.found.unknown.append(name[:60])
            return
        if not text:
            return
        holder[name] = text
        if question.type == "file":
            self.found.files.setdefault(text, []).append(question)


def _filled(given: Mapping[str, Any]) -> bool:
    return any(value not in ("", []) for value in given.values())
