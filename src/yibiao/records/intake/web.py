"""The plain web form: from a form version to a page of questions, and from a posted page to answers.

Names of inputs: ``a.<field>``, and ``a.<repeat>.<n>.<field>`` inside a repeat.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.http import QueryDict

from yibiao.core import quantities, uscc
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem
from yibiao.forms import queries as forms
from yibiao.forms.types import Choice, Field, FieldState, FormVersion
from yibiao.packs.types import Program
from yibiao.records.checking import moment

BLANK: Final = "__n__"
ITEM_LIMIT: Final = 1_000
RADIO_LIMIT: Final = 7
_KEY: Final = re.compile(r"a\.([^.]+)\.(\d{1,6})\.([^.]+)")
_WIDGETS: Final[Mapping[str, str]] = {
    "integer": "integer", "decimal": "decimal", "date": "date", "time": "time", "datetime": "datetime",
    "choices": "checkboxes", "calculated": "calculated", "file": "file",
}  # fmt: skip
_NO_SOURCES: Final[Mapping[str, str]] = {}
_APPEARANCES: Final = ("place", "register", "organisations", "multiline")


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    label: str
    chosen: bool
    offered: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One input. ``shown`` is the readable form of a value that is a code: a place's name, an entity's label."""

    name: str
    key: str
    widget: str
    label: str
    hint: str
    unit: str
    value: str
    shown: str
    options: tuple[Option, ...]
    required: bool
    relevant: bool
    readonly: bool
    personal: bool
    register: str
    problems: tuple[str, ...]
    source: str = ""

    @property
    def html_id(self) -> str:
        return "q-" + self.key.replace(".", "-")

    @property
    def is_group(self) -> bool:
        """Whether it is a set of boxes under a legend instead of one input."""
        return self.widget in ("radio", "checkboxes")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a repeat."""

    index: str
    number: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under one heading; a repeat has ``items`` and a ``blank`` one to copy instead."""

    title: str
    repeat: str
    questions: tuple[Question, ...]
    items: tuple[Item, ...] = ()
    blank: Item | None = None


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form to fill in. ``id`` is the record's id, made when the page was opened: two clicks make one record."""

    id: str
    form: FormVersion
    program: Program
    title: str
    sections: tuple[Section, ...]
    problems: tuple[str, ...]
    revision: int = 0
    prefilled: int = 0
    knows: bool = False
    token: str = ""


def answers(form: FormVersion, posted: QueryDict) -> dict[str, Any]:
    """Answers as typed values where the text allows it; the rest stays text, for the check to refuse."""
    found = _top(form, posted)
    for repeat, items in _items(form, posted).items():
        filled = [item for item in items.values() if item]
        if filled:
            found[repeat] = filled
    return found


def _top(form: FormVersion, posted: QueryDict) -> dict[str, Any]:
    read = {field.name: _read(field, posted.getlist(f"a.{field.name}")) for field in form.fields if not field.repeat}
    return {name: value for name, value in read.items() if value is not None}


def _items(form: FormVersion, posted: QueryDict) -> dict[str, dict[int, dict[str, Any]]]:
    """Items of repeats by the number that they have on the page; one without any answer is an empty mapping."""
    inner = {(field.repeat, field.name): field for field in form.fields if field.repeat}
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for key in posted:
        match = _KEY.fullmatch(key)
        field = inner.get((match[1], match[3])) if match else None
        if match is None or field is None:
            continue
        item = found.setdefault(match[1], {}).setdefault(int(match[2]), {})
        if (value := _read(field, posted.getlist(key))) is not None:
            item[field.name] = value
    return {repeat: dict(sorted(items.items())[:ITEM_LIMIT]) for repeat, items in found.items()}


def first_answers(form: FormVersion, program: Program, now: datetime, place: str) -> dict[str, Any]:
    """What the page proposes: defaults, the program's window for the time, the filer's place."""
    found: dict[str, Any] = {}
    for field in form.fields:
        if field.repeat or field.type == "calculated":
            continue
        if field.role == "occurred_at":
            inside = program.window_from <= now < program.window_until
            at = (now if inside else program.window_from).astimezone(SHANGHAI)
            found[field.name] = at.date().isoformat() if field.type == "date" else at.isoformat(timespec="minutes")
        elif field.role == "place" and place:
            found[field.name] = place
        elif field.default and "(" not in field.default and (value := _read(field, [field.default])) is not None:
            found[field.name] = value
    return found


def page(
    form: FormVersion,
    program: Program,
    given: Mapping[str, Any],
    *,
    id: str,
    now: datetime,
    language: str,
    problems: Sequence[Problem] = (),
    names: Callable[[Field, str], str] = lambda field, value: "",
    revision: int = 0,
    sources: Mapping[str, str] = _NO_SOURCES,
    token: str = "",
) -> FormPage:
    """The page for these answers; what is wrong stands at the top and beneath its field. ``names`` reads codes.

    ``sources`` says of prefilled questions where their answer comes from, ``token`` what was prefilled.
    """
    states = {(state.repeat, state.index, state.name): state for state in forms.field_states(form, given, now)}
    build = _Builder(form, given, language, states, names, _beside(problems, language), sources)
    sections: list[Section] = []
    for (repeat, heading), fields in groupby(form.fields, key=lambda field: (field.repeat, field.group.of(language))):
        asked = [field for field in fields if field.type != "calculated" or field.label.zh]
        if repeat and sections and sections[-1].repeat == repeat:
            continue
        if repeat:
            whole = [field for field in form.fields if field.repeat == repeat]
            title = next((one.label.of(language) for one in form.sections if one.name == repeat), "") or heading
            sections.append(build.repeat(repeat, title, whole))
        elif asked:
            sections.append(Section(heading, "", tuple(build.question(field) for field in asked)))
    texts = tuple(dict.fromkeys(problem.text(language) for problem in problems))
    knows = any(field.prefill for field in form.fields)
    title = form.title.of(language)
    return FormPage(id, form, program, title, tuple(sections), texts, revision, len(sources), knows, token)


def states(form: FormVersion, posted: QueryDict, *, now: datetime, language: str) -> list[dict[str, Any]]:
    """What a filling page needs after each answer, as JSON: what is asked, required, offered and calculated."""
    given, items = _top(form, posted), _items(form, posted)
    given |= {repeat: list(held.values()) for repeat, held in items.items()}
    # Items that were removed leave gaps in the page's numbers; the answer speaks in the page's numbers.
    numbers = {repeat: list(held) for repeat, held in items.items()}
    return [
        {
            "key": _key(state.repeat, numbers[state.repeat][state.index] if state.repeat else 0, state.name),
            "relevant": state.relevant,
            "required": state.required,
            "choices": None if state.choices is None else list(state.choices),
            "value": None if state.value is None else shown(state.value),
            "problems": [problem.text(language) for problem in state.problems],
        }
        for state in forms.field_states(form, given, now)
        if not state.repeat or state.index < len(numbers.get(state.repeat, ()))
    ]


def shown(value: Any) -> str:
    """A value as text for an input."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return " ".join(str(item) for item in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class _Builder:
    form: FormVersion
    given: Mapping[str, Any]
    language: str
    states: Mapping[tuple[str, int, str], FieldState]
    names: Callable[[Field, str], str]
    wrong: Mapping[tuple[str, int, str], tuple[str, ...]]
    sources: Mapping[str, str]

    def repeat(self, repeat: str, heading: str, fields: Sequence[Field]) -> Section:
        held = self.given.get(repeat)
        items = [item for item in held if isinstance(item, Mapping)] if isinstance(held, list) else []
        built = tuple(
            Item(str(index), index + 1, tuple(self.question(field, item, index) for field in fields))
            for index, item in enumerate(items)
        )
        blank = Item(BLANK, 0, tuple(self.question(field, {}, -1) for field in fields))
        return Section(heading or repeat, repeat, (), built, blank)

    def question(self, field: Field, holder: Mapping[str, Any] | None = None, index: int = 0) -> Question:
        holder = self.given if holder is None else holder
        value = holder.get(field.name)
        if index == -1 and field.default and "(" not in field.default:
            value = field.default
        state = self.states.get((field.repeat, index, field.name))
        if field.type == "calculated" and state is not None:
            value = state.value
        text, widget = shown(value), _widget(field, self.form)
        return Question(
            name=field.name,
            key=_key(field.repeat, index, field.name),
            widget=widget,
            label=field.label.of(self.language) or field.name,
            hint=field.hint.of(self.language),
            unit=quantities.said(field.unit, self.language),
            value=_local_input(text) if widget == "datetime" else text,
            shown=self.names(field, text) if text and widget in ("place", "register", "organisations") else "",
            options=self._options(field, value, state),
            required=state.required if state else field.required,
            relevant=state.relevant if state else True,
            readonly=field.readonly,
            personal=field.personal,
            register=field.register,
            problems=self.wrong.get((field.repeat, index, field.name), ()),
            source="" if field.repeat else self.sources.get(field.name, ""),
        )

    def _options(self, field: Field, value: Any, state: FieldState | None) -> tuple[Option, ...]:
        chosen = {str(item) for item in value} if isinstance(value, list | tuple) else {shown(value)}
        offered = None if state is None else state.choices
        choices: tuple[Choice, ...] = tuple(self.form.choices.get(field.choices, ())) if field.choices else ()
        return tuple(
            Option(one.name, one.label.of(self.language), one.name in chosen, offered is None or one.name in offered)
            for one in choices
        )


def _beside(problems: Sequence[Problem], language: str) -> dict[tuple[str, int, str], tuple[str, ...]]:
    """What is wrong with each answer, without the label that stands there anyway."""
    found: dict[tuple[str, int, str], tuple[str, ...]] = {}
    for problem in problems:
        if name := problem.values.get("field"):
            at = (str(problem.values.get("repeat", "")), int(str(problem.values.get("index", 0))), str(name))
            said = (" " if language == "en" else "").join(problem.parts(language))
            found[at] = (*found.get(at, ()), said)
    return found


def _widget(field: Field, form: FormVersion) -> str:
    if field.role == "place":
        return "place"
    if field.register:
        return "register"
    if field.role in ("participants", "organisation"):
        return "organisations"
    if field.type == "choice":
        return "radio" if len(form.choices.get(field.choices, ())) <= RADIO_LIMIT else "select"
    if field.type == "text" and (found := set(_APPEARANCES) & set(field.appearance.split())):
        return found.pop()
    return _WIDGETS.get(field.type, "text")


def _key(repeat: str, index: int, name: str) -> str:
    number = BLANK if index < 0 else str(index)
    return f"a.{repeat}.{number}.{name}" if repeat else f"a.{name}"


def _local_input(text: str) -> str:
    """An aware moment as the local time of a ``datetime-local`` input; anything else as it is."""
    at = moment(text)
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if at and len(text) > 10 else text


def _read(field: Field, given: Sequence[str]) -> Any:
    """The answer in the texts of an input, None when there is none."""
    texts = [text.strip() for text in given if text.strip()]
    if not texts or field.type == "calculated":
        return None
    if field.type == "choices":
        return texts
    return typed(field, texts[-1] if field.role != "participants" else " ".join(texts))


def typed(field: Field, text: str) -> Any:
    """A text as the type of its field, where it reads as one: 1,268 and １２６８ are 1268."""
    if field.type in ("integer", "decimal"):
        digits = unicodedata.normalize("NFKC", text).strip()
        if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", digits):
            digits = digits.replace(",", "")
        if field.type == "integer":
            return int(digits) if re.fullmatch(r"[+-]?\d{1,18}", digits, re.ASCII) else digits
        return digits
    if field.type == "datetime":
        at = moment(text.replace(" ", "T", 1))
        return at.isoformat() if at else text
    return uscc.plain(text) if field.check == "uscc" else text
