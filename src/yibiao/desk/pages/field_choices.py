"""Long lists of choices leave the form as the field app shows it: thousands of places in a cascade open at once.

The form library reads every choice of a form before it shows the first question. The app searches such a list by
itself, under the answers that its filter looks at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from yibiao.forms.types import FormVersion

Element: TypeAlias = Any

# Shorter lists are better seen than searched; of a list that is filtered few are seen at once.
SEEN: Final = 30
LONG: Final = 300
PREFIX: Final = "choices-"
_X: Final = "{http://www.w3.org/2002/xforms}"
_NAMES: Final = {"xf": "http://www.w3.org/2002/xforms"}
_NODESET: Final = re.compile(r"instance\('([^']+)'\)/root/item(?:\[(.*)\])?\s*")
_TERM: Final = re.compile(r"\s*([\w.-]+)\s*=\s*(/data/[\w./-]+)\s*")


@dataclass(frozen=True, slots=True)
class Taken:
    """A question whose choices left the form. ``filters`` are columns with the questions that they must equal."""

    list: str
    many: bool
    filters: tuple[tuple[str, str], ...] = ()


def names(form: FormVersion) -> list[str]:
    """The lists of a form that may be long enough to leave it; whether one does is seen when the form is shown."""
    return [name for name, choices in form.choices.items() if len(choices) > SEEN]


def listed(form: FormVersion, name: str, columns: tuple[str, ...], language: str) -> list[tuple[str, str, list[str]]]:
    """The choices of a list: name, label, and what its filter looks at."""
    return [
        (one.name, one.label.of(language) or one.name, [one.filters.get(column, "") for column in columns])
        for one in form.choices.get(name, ())
    ]


def take(root: Element) -> dict[str, Taken]:
    """Takes long lists out of an XForm, where nothing but questions looks into them: by path of the question."""
    found: dict[str, Taken] = {}
    model = root.find(".//{*}model")
    for instance in model.findall(f"{_X}instance"):
        id = instance.get("id")
        items = instance.findall("{*}root/{*}item")
        if not id or len(items) <= SEEN or _pictured(model, items):
            continue
        read = {itemset: _read(itemset, id) for itemset in _itemsets(root, id)}
        if None in read.values() or _mentions(root, id) != len(read) or len(set(read.values())) != 1:
            continue
        if any(read.values()) and len(items) <= LONG:
            continue
        for itemset, filters in read.items():
            control = itemset.getparent()
            found[control.get("ref")] = Taken(id, control.tag == f"{_X}select", filters or ())
            for old in [*control.findall(f"{_X}itemset")]:
                control.remove(old)
            control.tag = f"{_X}input"
            control.attrib.pop("appearance", None)
        _forget(model, instance, items)
    return found


def _pictured(model: Element, items: list[Element]) -> bool:
    """Whether choices are told apart by pictures or sounds, which the app's own search does not show."""
    texts = {item.findtext("{*}itextId") for item in items}
    found = model.iterfind(f"{_X}itext/{_X}translation/{_X}text")
    return any(value.get("form") for text in found if text.get("id") in texts for value in text.findall(f"{_X}value"))


def _itemsets(root: Element, id: str) -> list[Element]:
    return [one for one in root.iter(f"{_X}itemset") if f"instance('{id}')" in one.get("nodeset", "")]


def _read(itemset: Element, id: str) -> tuple[tuple[str, str], ...] | None:
    """The filter of a question as columns and questions; None where it says more than that they are equal."""
    match = _NODESET.fullmatch(itemset.get("nodeset", ""))
    if match is None or match[1] != id or next(itemset.iterancestors(f"{_X}repeat"), None) is not None:
        return None
    if not match[2]:
        return ()
    terms = [_TERM.fullmatch(term) for term in match[2].split(" and ")]
    return None if None in terms else tuple((term[1], term[2]) for term in terms if term)


def _mentions(root: Element, id: str) -> int:
    return sum(value.count(f"instance('{id}')") for one in root.iter() for value in one.attrib.values())


def _forget(model: Element, instance: Element, items: list[Element]) -> None:
    """The list and the texts of its choices."""
    texts = {text for item in items if (text := item.findtext("{*}itextId"))}
    instance.getparent().remove(instance)
    for text in model.findall(f"{_X}itext/{_X}translation/{_X}text"):
        if text.get("id") in texts:
            text.getparent().remove(text)
