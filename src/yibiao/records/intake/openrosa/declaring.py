"""Registers as phones keep them by themselves: what is registered without a network can be chosen at once.

A phone knows an entity by an id of its own making; the key by which people and records know it is one of its answers.
Only forms whose key is the answer of one question are declared; of others phones learn when they fetch the list.

Source: ODK entities 2024.1 (https://getodk.github.io/xforms-spec/entities), sections on declaration and offline
entities.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from lxml import etree

from yibiao.forms import queries as forms
from yibiao.forms.types import Field, FormVersion
from yibiao.packs.types import Program
from yibiao.records import prefilling
from yibiao.records.intake.openrosa import serving
from yibiao.records.intake.openrosa.serving import Served
from yibiao.records.types import Claim

KEY: Final = "key"
ENTITIES: Final = "http://www.opendatakit.org/xforms/entities"
VERSION: Final = "2024.1.0"
_E: Final = f"{{{ENTITIES}}}"
_X: Final = "{http://www.w3.org/2002/xforms}"
_H: Final = "{http://www.w3.org/1999/xhtml}"
_PLAIN: Final = re.compile(r"\$\{([^}]+)\}")
_META: Final = "/data/meta/entity"
_ATTRIBUTES: Final = ("create", "update", "baseVersion", "trunkVersion", "branchId", "id")


def declared(form: FormVersion, program: Program) -> Served:
    """The form of a program with what it does to its register."""
    return _declared(serving.served(form, program), _Form(form))


def properties(register: str, program: Program) -> tuple[str, ...]:
    """The answers that the program's forms keep in a register, in their order."""
    found: dict[str, None] = {}
    for form in forms.forms(program.pack):
        if form.entity and form.entity.register == register:
            key = _key(form)
            found |= {name: None for name in form.entity.saves if key is None or name != key.name}
    return tuple(found)


def claim(form: FormVersion, told: Mapping[str, str]) -> Claim | None:
    """What a phone says that it saw of the entity which its answers are about; None where it says nothing of use."""
    uid = _uuid(told.get("id", ""))
    if form.entity is None or not uid or told.get("dataset") != f"register-{form.entity.register}":
        return None
    create, update = (told.get(name, "").strip() in ("1", "true", "true()") for name in ("create", "update"))
    if not (create or update):
        return None
    base, trunk = _number(told.get("baseVersion", "")), _number(told.get("trunkVersion", ""))
    branch = _uuid(told.get("branchId", ""))
    # A form that may do both says by the version whether the phone had the entity already.
    create = create and (base is None or not update)
    return Claim(uid, create, base, trunk, branch if base is not None else "")


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text.strip().removeprefix("uuid:")))
    except ValueError:
        return ""


class _Form:
    """A form as a key of the cache: what is served of it tells it apart."""

    def __init__(self, form: FormVersion) -> None:
        self.form = form

    def __hash__(self) -> int:
        return hash((self.form.id, self.form.version))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Form) and self.form.entity == other.form.entity


@lru_cache(maxsize=512)
def _declared(served: Served, of: _Form) -> Served:
    registers = [name for name in served.lists if name.startswith("register-")]
    key = _key(of.form)
    if not registers and key is None:
        return served
    root = etree.fromstring(served.xml, etree.XMLParser(resolve_entities=False, no_network=True))
    for name in registers:
        _by_key(root, name)
    lists = served.lists
    if key is not None and of.form.entity is not None:
        name = f"register-{of.form.entity.register}"
        root = _declare(root, of.form, key, name, known=name in lists)
        lists = (*lists, *(() if name in lists else (name,)))
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return replace(served, xml=xml, digest=hashlib.md5(xml, usedforsecurity=False).hexdigest(), lists=lists)


def _by_key(root: etree._Element, name: str) -> None:
    """What is chosen from a register is answered by its key."""
    for itemset in root.iterfind(f"{_H}body//{_X}itemset"):
        value = itemset.find(f"{_X}value")
        if value is not None and (itemset.get("nodeset") or "").startswith(f"instance('{name}')"):
            value.set("ref", KEY)


def _declare(root: etree._Element, form: FormVersion, key: Field, name: str, *, known: bool) -> etree._Element:
    root = _with_namespace(root)
    model = root.find(f"{_H}head/{_X}model")
    if model is None or form.entity is None:
        raise ValueError("no model")
    model.set(f"{_E}entities-version", VERSION)
    instances = model.findall(f"{_X}instance")
    if not known:
        listed = etree.Element(f"{_X}instance", {"id": name, "src": f"jr://file-csv/{name}.csv"})
        model.insert(model.index(instances[-1]) + 1, listed)
    meta = next(one for one in instances[0][0] if etree.QName(one).localname == "meta")
    _without_declaration(model, meta)
    entity = etree.Element(f"{_X}entity", {"dataset": name, **dict.fromkeys(_ATTRIBUTES, "")})
    etree.SubElement(entity, f"{_X}label")
    meta.insert(0, entity)
    for bind in model.findall(f"{_X}bind"):
        path = bind.get("nodeset", "")
        field = next((one for one in form.fields if one.path == path and not one.repeat), None)
        if field is not None and (field is key or field.name in form.entity.saves):
            bind.set(f"{_E}saveto", KEY if field is key else field.name)
    at = model.index(model.findall(f"{_X}bind")[-1]) + 1
    for path, value in reversed(_calculated(form, key, name).items()):
        given = {"nodeset": f"{_META}{path}", "type": "string", "readonly": "true()", "calculate": value}
        model.insert(at, etree.Element(f"{_X}bind", given))
    return root


def _without_declaration(model: etree._Element, meta: etree._Element) -> None:
    """The published form declares that it registers something new each time, as pyxform reads its sheet."""
    for one in [each for each in meta if etree.QName(each).localname == "entity"]:
        meta.remove(one)
    for one in list(model):
        if (one.get("nodeset") or one.get("ref") or "").startswith(_META):
            model.remove(one)


def _calculated(form: FormVersion, key: Field, name: str) -> dict[str, str]:
    """How a phone finds out, while it is filled in, what to say of the entity."""
    item = f"instance('{name}')/root/item[{KEY}= {key.path} ]"
    assert form.entity is not None  # noqa: S101 (only forms that keep a register come here)
    return {
        "/@create": f"count({item}) = 0",
        "/@update": f"count({item}) > 0",
        "/@baseVersion": f"{item}/__version",
        "/@trunkVersion": f"{item}/__trunkVersion",
        "/@branchId": f"{item}/__branchId",
        "/@id": f"if(count({item}) > 0, {item}/name, substring-after( /data/meta/instanceID , 'uuid:'))",
        "/label": _resolved(form, form.entity.label),
    }


def _resolved(form: FormVersion, expression: str) -> str:
    paths = {field.name: field.path for field in form.fields if not field.repeat}
    return _PLAIN.sub(lambda found: f" {paths.get(found[1].strip(), found[0])} ", expression)


def _key(form: FormVersion) -> Field | None:
    """The question whose answer is the key; None where the key is put together, or phones could not know it."""
    plain = prefilling.plain_key(form)
    return next((one for one in form.fields if plain and one.name == plain and not one.repeat), None)


def _with_namespace(root: etree._Element) -> etree._Element:
    """The same document with the prefix of entities, which pyxform and phones expect on the root."""
    spaces: dict[str | None, str] = {**root.nsmap}
    spaces["entities"] = ENTITIES
    made = etree.Element(root.tag, {str(name): str(value) for name, value in root.attrib.items()}, nsmap=spaces)  # type: ignore[arg-type]
    made.text = root.text
    made.extend(list(root))
    return made
