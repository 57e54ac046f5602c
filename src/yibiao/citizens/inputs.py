"""``services.toml`` of a pack: which reports of citizens it takes, on which form, and what it promises for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from yibiao.citizens import problems
from yibiao.citizens.types import Questions, Service
from yibiao.core.lifecycles.types import Lifecycle
from yibiao.core.problems import Problem, Refusal
from yibiao.core.spans import Span
from yibiao.forms.types import Field as Question
from yibiao.forms.types import FormVersion
from yibiao.packs.types.tables import CODE, COLUMN, Bilingual, Table, faults

NAME: Final = "services.toml"
_STRICT: Final = ConfigDict(extra="forbid")
Code = Annotated[str, Field(pattern=CODE, max_length=40)]
Name = Annotated[str, Field(pattern=COLUMN, max_length=40)]
# Of what type the question of the form must be that is named for it.
_TYPES: Final[Mapping[str, str]] = {
    "service": "choice", "description": "text", "address": "text", "position": "geopoint", "means": "choice",
    "promised": "datetime", "unit": "text", "name": "text", "phone": "text",
}  # fmt: skip
_PERSONAL: Final = ("name", "phone")


class CounterIn(BaseModel):
    """The form, the kind of case, and what their questions and fields are called."""

    model_config = _STRICT
    form: Code
    lifecycle: Code
    service: Name
    description: Name
    address: Name
    position: Name
    means: Name
    promised: Name
    unit: Name
    name: Name
    phone: Name
    photos: list[Name] = Field(max_length=9)
    summary: Name
    answer: Name
    consent: Bilingual


class ServiceIn(BaseModel):
    model_config = _STRICT
    code: Code
    about: Bilingual
    group: Bilingual
    keywords: list[str] = []
    unit: Bilingual
    limit: str
    valid_from: date
    valid_until: date | None = None
    source: str = Field(min_length=1, max_length=300)


class Services(BaseModel):
    model_config = _STRICT
    reports: CounterIn
    service: list[ServiceIn] = Field(min_length=1)


def parse(content: bytes) -> tuple[Services | None, list[Problem]]:
    """The file, or everything that is wrong with its shape."""
    found, wrong = Table(NAME, content).shaped(Services)
    if found is None:
        return None, faults(problems.FILE, wrong)
    return found, [*_spans(found), *_repeated(found)]


def _spans(found: Services) -> Iterator[Problem]:
    for one in found.service:
        try:
            Span.parse(one.limit)
        except Refusal as refusal:
            yield from refusal.problems


def _repeated(found: Services) -> Iterator[Problem]:
    codes = [one.code for one in found.service]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield problems.FILE.at(NAME, key=code, why="这个 code 用了两次", why_en="this code is used twice")


def check(found: Services, forms: Sequence[FormVersion], lifecycles: Sequence[Lifecycle]) -> Iterator[Problem]:
    """What does not fit the form and the kind of case that are named."""
    counter = found.reports
    form = next((one for one in forms if one.name == counter.form), None)
    if form is None:
        yield problems.UNFIT.at(NAME, what=counter.form, known="、".join(one.name for one in forms))
        return
    questions = {one.name: one for one in form.fields if not one.repeat}
    for named, type_ in _TYPES.items():
        yield from _question(counter, questions, named, type_)
    for name in counter.photos:
        if name not in questions or questions[name].type != "file":
            yield problems.UNFIT.at(f"{NAME} photos", what=name, known="、".join(questions))
    service = questions.get(counter.service)
    offered = [choice.name for choice in form.choices.get(service.choices, ())] if service else []
    for one in found.service:
        if one.code not in offered:
            yield problems.UNFIT.at(f"{NAME} {one.code}", what=one.code, known="、".join(offered))
    kind = next((one for one in lifecycles if one.id == counter.lifecycle), None)
    fields = [one.id for one in kind.fields] if kind else []
    if kind is None or kind.reporter is None or not any(one.form == counter.form for one in kind.openings):
        yield problems.UNFIT.at(f"{NAME} lifecycle", what=counter.lifecycle, known="、".join(o.id for o in lifecycles))
    yield from _promises(counter, kind)
    for name in (counter.summary, counter.answer):
        if name not in fields:
            yield problems.UNFIT.at(NAME, what=name, known="、".join(fields))


def _promises(counter: CounterIn, kind: Lifecycle | None) -> Iterator[Problem]:
    """A new round with the promise of the last one would tell reporters of a day that holds no longer."""
    for move in kind.moves if kind else ():
        if move.repeats and counter.promised not in {*(ask.field for ask in move.asks), *move.sets}:
            said = {"move": move.label.zh, "move_en": move.label.of("en"), "field": counter.promised}
            yield problems.PROMISE.at(f"{NAME} {move.id}", **said)


def _question(counter: CounterIn, questions: Mapping[str, Question], named: str, type_: str) -> Iterator[Problem]:
    name = str(getattr(counter, named))
    asked = questions.get(name)
    if asked is None or asked.type != type_:
        yield problems.UNFIT.at(f"{NAME} {named}", what=name, known="、".join(questions))
    elif asked.personal != (named in _PERSONAL):
        # Who reports must stay out of the log; what is reported must be readable at the desk.
        yield problems.PRIVACY.at(f"{NAME} {named}", what=name)


def services(found: Services, form: FormVersion) -> tuple[Service, ...]:
    """The services, each called as the form calls it."""
    question = next(one for one in form.fields if one.name == found.reports.service)
    labels = {choice.name: choice.label for choice in form.choices[question.choices]}
    return tuple(
        Service(
            one.code, labels[one.code], one.about.text(), one.group.text(),
            tuple(one.keywords), one.unit.text(), Span.parse(one.limit), one.valid_from, one.valid_until, one.source,
        )
        for one in found.service
    )  # fmt: skip


def questions(counter: CounterIn, form: FormVersion) -> Questions:
    roles = {one.role: one.name for one in form.fields}
    return Questions(
        roles.get("place", ""), roles.get("occurred_at", ""), counter.service, counter.description, counter.address,
        counter.position, counter.means, counter.promised, counter.unit, counter.name, counter.phone,
        tuple(counter.photos),
    )  # fmt: skip
