"""A form as the field app shows it: HTML and a model, made here because browsers give up XSLT."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from lxml import etree

from yibiao.desk.pages import field_choices
from yibiao.records.intake.openrosa import serving

# What lxml's stubs say of XPath fits no program; the tests say it instead.
Element: TypeAlias = Any

SHEETS: Final = Path(__file__).resolve().parents[1] / "dist" / "field-xsl"
# Photos are made smaller on the phone: 1,600 pixels tell everything, and go through a bad network.
PIXELS: Final = "1600"
# Raised when the same form is shown in another way, so that phones fetch it again.
EDITION: Final = "3"
_X: Final = "{http://www.w3.org/2002/xforms}"
_H: Final = "{http://www.w3.org/1999/xhtml}"
_NAMES: Final = {"xf": "http://www.w3.org/2002/xforms", "h": "http://www.w3.org/1999/xhtml"}
_LANGUAGE: Final = re.compile(r"[^(]+\(([^)]+)\)\s*")
_COMPACT: Final[Mapping[str, tuple[str, ...]]] = {
    "horizontal": ("or-appearance-columns",),
    "horizontal-compact": ("or-appearance-columns-pack",),
    "compact": ("or-appearance-columns-pack", "or-appearance-no-buttons"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """``form`` is HTML, ``model`` XML; ``digest`` changes with either. ``taken``: lists of choices that left the form,
    each with the columns that its filter looks at."""

    form: str
    model: str
    digest: str
    taken: Mapping[str, tuple[str, ...]]


def digest(served: serving.Served) -> str:
    """Known without showing the form: it depends on nothing but what is served."""
    return hashlib.sha256(f"{EDITION}\n{served.digest}".encode()).hexdigest()[:20]


@lru_cache(maxsize=256)
def shown(served: serving.Served) -> Shown:
    """The same for the same version of a form, whoever asks."""
    root: Element = etree.fromstring(served.xml, etree.XMLParser(resolve_entities=False, no_network=True))
    lists = _without_lists(root)
    taken = field_choices.take(root)
    _itemsets(root)
    page: Element = _sheet("form")(root).getroot()
    form = page if page.tag == "form" else page.find(".//form")
    for action in ("setvalue", "setgeopoint"):
        _actions(form, action)
    _appearances(form)
    _languages(form)
    for control in form.iter("input"):
        if control.get("name") in lists:
            name, many = lists[control.get("name")]
            control.set("data-list", name)
            if many:
                control.set("data-many", "true")
        if one := taken.get(control.get("name", "")):
            control.set("data-list", f"{field_choices.PREFIX}{one.list}")
            control.set("data-filter", " ".join(path for _, path in one.filters))
            if one.many:
                control.set("data-many", "true")
        if control.get("type") == "file" and control.get("accept", "").startswith("image"):
            control.set("data-max-pixels", control.get("data-max-pixels") or PIXELS)
        if control.get("readonly") is not None and control.get("type") == "text":
            # What is only said has nothing in it: the app shows no empty box.
            control.set("placeholder", " ")
    model: Element = _sheet("model")(root).getroot().find(f"{_X}model")
    return Shown(
        etree.tostring(form, method="html", encoding="unicode"),
        etree.tostring(model, encoding="unicode"),
        digest(served),
        {one.list: tuple(column for column, _ in one.filters) for one in taken.values()},
    )


@lru_cache(maxsize=2)
def _sheet(name: str) -> Element:
    return etree.XSLT(etree.parse(SHEETS / f"{name}.xsl"))


def _without_lists(root: Element) -> dict[str, tuple[str, bool]]:
    """Long lists leave the form, the app searches them by itself: paths of questions with their lists."""
    found: dict[str, tuple[str, bool]] = {}
    for instance in root.xpath("//xf:model/xf:instance[starts-with(@src, 'jr://file-csv/')]", namespaces=_NAMES):
        name = instance.get("id")
        instance.getparent().remove(instance)
        for itemset in root.xpath(f"//xf:itemset[starts-with(@nodeset, \"instance('{name}')\")]", namespaces=_NAMES):
            control = itemset.getparent()
            found[control.get("ref")] = (name, control.tag == f"{_X}select")
            control.remove(itemset)
            control.tag = f"{_X}input"
            control.attrib.pop("appearance", None)
    return found


def _itemsets(root: Element) -> None:
    """The sheet expects each list of choices to say where its values, labels and translations stand."""
    for itemset in root.iter(f"{_X}itemset"):
        value, label = itemset.find(f"{_X}value"), itemset.find(f"{_X}label")
        nodeset = itemset.get("nodeset", "")
        instance = nodeset.partition("instance(")[2].partition(")")[0][1:-1]
        path = nodeset.partition(")")[2]
        if "randomize(" in nodeset:
            path = re.split(r"[,)]", path)[0]
        path = re.sub(r"\[.*?\]", "", path.replace("/", "/xf:"))
        whole = f'/h:html/h:head/xf:model/xf:instance[@id="{instance}"]{path}'
        itemset.set("valueRef", "" if value is None else value.get("ref", ""))
        itemset.set("labelRef", "" if label is None else label.get("ref", ""))
        itemset.set("itextPath", whole)
        named = re.search(r"itext\((.*)\)", itemset.get("labelRef", ""))
        if named:
            for item in root.xpath(f'{whole}/*[local-name() = "{named[1]}"]', namespaces=_NAMES):
                itemset.append(deepcopy(item))


def _actions(form: Element, name: str) -> None:
    """Where a question has an action, its control carries it; elsewhere the action stands for itself."""
    attribute = f"data-{name}"
    for control in form.xpath(f'//*[contains(@class, "question")]//label/input[@{attribute}]'):
        label = control.getparent()
        control.tail = label.tail
        label.getparent().replace(label, control)
    for control in form.xpath(f'//label[contains(@class, "{name}")]/input[@{attribute}]'):
        same = form.xpath(
            "//*[@name=$name and (contains(../@class, 'question') or contains(../../@class, 'option-wrapper'))"
            " and not(@type='hidden')]",
            name=control.get("name"),
        )
        if same:
            for key in (attribute, "data-event"):
                same[0].set(key, control.get(key) or key)
            label = control.getparent()
            label.getparent().remove(label)


def _appearances(form: Element) -> None:
    for element in form.iter():
        given = element.attrib.pop("data-appearances", None)
        if given is None:
            continue
        choosing = element.attrib.pop("data-appearances-select-type", None) is not None
        classes: list[str] = []
        for one in given.strip().lower().split():
            classes.append(f"or-appearance-{one}")
            if choosing:
                classes += _COMPACT.get(one, ())
                if one.startswith("compact-"):
                    classes += [one.removeprefix("compact-"), "or-appearance-no-buttons"]
        kept = [one for one in element.get("class", "").split() if one != "or-appearances-placeholder"]
        element.set("class", " ".join([*kept, *classes]))


def _languages(form: Element) -> None:
    """「中文 (zh)」 becomes zh, wherever a language is named."""
    for element in form.iter():
        for attribute in ("lang", "data-default-lang"):
            if match := _LANGUAGE.fullmatch(element.get(attribute) or ""):
                element.set(attribute, match[1].strip())
    for option in form.iterfind("select[@id='form-languages']/option"):
        option.set("data-dir", "ltr")
        if match := _LANGUAGE.fullmatch(option.get("value") or ""):
            option.set("value", match[1].strip())
