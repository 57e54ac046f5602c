"""Reads an XForm, as pyxform made it, into the types of this room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from yibiao.core.texts import Text
from yibiao.forms import sheets
from yibiao.forms.types import Choice, EntityRule, Field, FieldType, FormVersion, Role, Section

_NAMESPACES: Final = {
    "h": "http://www.w3.org/1999/xhtml",
    "x": "http://www.w3.org/2002/xforms",
}
_X: Final = "{http://www.w3.org/2002/xforms}"
_JR: Final = "{http://openrosa.org/javarosa}"
_OWN: Final = "{https://yibiao.example/xforms}"
_TYPES: Final[Mapping[str, FieldType]] = {
    "string": "text",
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
    "geopoint": "geopoint",
    "barcode": "barcode",
    "binary": "file",
}
_ITEMSET: Final = re.compile(r"instance\('([^']+)'\)/root/item(?:\[(.*)\])?", re.DOTALL)


@dataclass(slots=True)
class _Source:
    """The parts of an XForm by path."""

    binds: dict[str, etree._Element] = field(default_factory=dict)
    controls: dict[str, etree._Element] = field(default_factory=dict)
    repeats: dict[str, etree._Element] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    dynamic: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """What a form says of itself outside the XForm."""

    id: str
    version: str
    title: Text
    pack: str
    pack_version: str
    entity: EntityRule | None = None


def read(xform: str, head: Head) -> FormVersion:
    """The form version of an XForm."""
    root = etree.fromstring(xform.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    model = root.find("h:head/x:model", _NAMESPACES)
    if model is None:
        raise ValueError("no model")
    source = _source(root, model)
    instances = model.findall("x:instance", _NAMESPACES)
    reader = _Reader(source)
    reader.children(instances[0][0], "/data", "", Text(""))
    choices = {instance.get("id", ""): _choices(instance, source) for instance in instances[1:]}
    return FormVersion(
        id=head.id,
        version=head.version,
        title=head.title,
        pack=head.pack,
        pack_version=head.pack_version,
        fields=tuple(reader.fields),
        choices=choices,
        xform=xform,
        entity=head.entity,
        sections=tuple(reader.sections),
    )


def _source(root: etree._Element, model: etree._Element) -> _Source:
    source = _Source()
    for bind in model.findall("x:bind", _NAMESPACES):
        source.binds[bind.get("nodeset", "")] = bind
    for action in root.iter(f"{_X}setvalue"):
        source.dynamic[action.get("ref", "")] = action.get("value", "")
    for translation in model.findall("x:itext/x:translation", _NAMESPACES):
        texts = source.texts.setdefault(sheets.language(translation.get("lang", "")), {})
        for value in translation.iterfind("x:text/x:value", _NAMESPACES):
            parent = value.getparent()
            if value.get("form") is None and parent is not None:
                texts[parent.get("id", "")] = _words(value)
    for element in root.iterfind("h:body//x:*", _NAMESPACES):
        if element.tag == f"{_X}repeat":
            source.repeats[element.get("nodeset", "")] = element
        elif element.get("ref", "").startswith("/"):
            source.controls.setdefault(element.get("ref", ""), element)
    return source


def _words(element: etree._Element) -> str:
    """The text of an element; an answer that it quotes shows as ``{name}``."""
    parts = [element.text or ""]
    for child in element:
        quoted = (child.get("value") or "").strip().rpartition("/")[2]
        parts += (f"{{{quoted}}}", child.tail or "")
    return "".join(parts).strip()


def _text(reference: str, inline: str, source: _Source) -> Text:
    found = re.fullmatch(r"jr:itext\('(.+)'\)", reference)
    if found is None:
        return Text(inline or reference)
    # pyxform fills a missing translation with a hyphen.
    zh, en = ({**source.texts.get(code, {})}.get(found[1], "") for code in ("zh", "en"))
    if not zh:
        zh = next((texts[found[1]] for texts in source.texts.values() if texts.get(found[1], "-") != "-"), "")
    return Text("" if zh == "-" else zh, "" if en == "-" else en)


def _part(control: etree._Element | None, tag: str, source: _Source) -> Text:
    element = control.find(f"x:{tag}", _NAMESPACES) if control is not None else None
    return Text("") if element is None else _text(element.get("ref") or "", _words(element), source)


def _choices(instance: etree._Element, source: _Source) -> tuple[Choice, ...]:
    found = []
    for item in instance.iterfind("x:root/x:item", _NAMESPACES):
        cells = {etree.QName(cell).localname: (cell.text or "").strip() for cell in item}
        reference = cells.pop("itextId", "")
        label = _text(f"jr:itext('{reference}')" if reference else "", cells.pop("label", ""), source)
        found.append(Choice(cells.pop("name", ""), label, cells))
    return tuple(found)


@dataclass(slots=True)
class _Reader:
    """Walks the primary instance in document order."""

    source: _Source
    fields: list[Field] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def children(self, element: etree._Element, path: str, repeat: str, group: Text) -> None:
        seen: set[str] = set()
        for child in element:
            name = etree.QName(child).localname
            below = f"{path}/{name}"
            # A repeat stands there twice: its template, then its first item.
            if below in seen or below == "/data/meta":
                continue
            seen.add(below)
            if len(child) or below in self.source.repeats:
                self.section(child, below, repeat)
            else:
                self.question(child, below, repeat, group)

    def section(self, element: etree._Element, path: str, repeat: str) -> None:
        name = path.rpartition("/")[2]
        bind = self.source.binds.get(path)
        around = self.source.repeats.get(path)
        control = self.source.controls.get(path)
        label = _part(control, "label", self.source)
        self.sections.append(
            Section(
                name=name,
                path=path,
                label=label,
                repeat=around is not None,
                parent=repeat,
                relevant=_attribute(bind, "relevant"),
                count=_attribute(around, f"{_JR}count"),
            )
        )
        if around is None:
            self.children(element, path, repeat, label)
        else:
            self.children(element, path, name, Text(""))

    def question(self, element: etree._Element, path: str, repeat: str, group: Text) -> None:
        bind = self.source.binds.get(path)
        if bind is None or bind.get(f"{_JR}preload") is not None:
            return
        control = self.source.controls.get(path)
        calculate = _attribute(bind, "calculate")
        choices, choice_filter = _itemset(control)
        default = self.source.dynamic.get(path) or (element.text or "").strip()
        self.fields.append(
            Field(
                name=path.rpartition("/")[2],
                path=path,
                type=_type(bind, control, calculate),
                label=_part(control, "label", self.source),
                hint=_part(control, "hint", self.source),
                repeat=repeat,
                unit=_attribute(bind, f"{_OWN}unit"),
                personal=_attribute(bind, f"{_OWN}personal").lower() in ("yes", "true", "true()", "1"),
                register=_attribute(bind, f"{_OWN}register"),
                role=_role(_attribute(bind, f"{_OWN}role")),
                required=_attribute(bind, "required") == "true()",
                readonly=_attribute(bind, "readonly") == "true()" or bool(calculate),
                choices=choices,
                relevant=_attribute(bind, "relevant"),
                constraint=_attribute(bind, "constraint"),
                constraint_message=_message(bind, self.source),
                choice_filter=choice_filter,
                calculate=calculate,
                default=default,
                appearance=_attribute(control, "appearance"),
                group=group,
                required_if=_condition(_attribute(bind, "required")),
                prefill=_attribute(bind, f"{_OWN}prefill"),
                check=_attribute(bind, f"{_OWN}check"),
            )
        )


def _attribute(element: etree._Element | None, name: str) -> str:
    return "" if element is None else (element.get(name) or "").strip()


def _condition(required: str) -> str:
    return "" if required in ("", "true()", "false()") else required


def _message(bind: etree._Element, source: _Source) -> Text:
    given = _attribute(bind, f"{_JR}constraintMsg")
    return _text(given, given, source) if given else Text("")


def _role(given: str) -> Role:
    for role in ROLES:
        if role == given:
            return role
    return ""


ROLES: Final[tuple[Role, ...]] = ("place", "occurred_at", "subject", "participants", "organisation")


def _type(bind: etree._Element, control: etree._Element | None, calculate: str) -> FieldType:
    tag = etree.QName(control).localname if control is not None else ""
    if tag == "select1":
        return "choice"
    if tag in ("select", "rank"):
        return "choices"
    kind = _TYPES.get(bind.get("type") or "string", "text")
    return "calculated" if calculate and kind == "text" else kind


def _itemset(control: etree._Element | None) -> tuple[str, str]:
    itemset = control.find("x:itemset", _NAMESPACES) if control is not None else None
    if itemset is None:
        return "", ""
    found = _ITEMSET.search(itemset.get("nodeset") or "")
    return (found[1], (found[2] or "").strip()) if found else ("", "")
